import { dayMs } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  type Claim,
  deleteClaim,
  deleteExpiredClaims,
  findClaim,
  insertClaim,
  type RequestKey,
  recordClaimAnswer,
} from '../../store/idempotency.ts';
import { cleanUp } from '../cleanup.ts';
import type { Deps } from '../deps.ts';

/** How long the result of a request is stored for repetitions. */
export const keepResultsMs = dayMs;
/** How long a request may run before it counts as lost, for example because its process crashed. */
export const claimLeaseMs = 60_000;
const purpose = 'idempotency/1';
/** Expired rows that one statement deletes. */
const deleteRowsMax = 1000;

/** A request with an Idempotency-Key, and the SHA-256 of its content, which is never stored. */
export type Repeatable = { readonly request: RequestKey; readonly fingerprint: string };

export type Claimed =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'done'; readonly result: string };

/**
 * Claims a request, or returns the stored result if it was made before. Refuses with `idempotency_key_reused` if the key was
 * used for another request, and with `request_in_progress` if the first one has not finished.
 */
export async function claimRequest(deps: Deps, { request, fingerprint }: Repeatable): Promise<Claimed> {
  const now = deps.now();
  const claim = { request, holder: deps.newId('req') };
  const row = {
    fingerprint: deps.webhooks.vault.sign(fingerprint, purpose),
    now,
    leaseUntil: now + claimLeaseMs,
    expiresAt: now + keepResultsMs,
  };
  if (await insertNewClaim(deps, claim, row)) return { kind: 'claimed', claim };
  const earlier = await findClaim(deps.db.sql, request);
  if (earlier !== null && !isSame(deps, earlier.fingerprint, fingerprint))
    throw new Refusal(
      'idempotency_key_reused',
      'this Idempotency-Key was used for another request; use a new key for each request, and repeat a request unchanged',
    );
  // The row is gone if the first request was refused meanwhile and released its claim.
  if (earlier === null || earlier.answer === null) throw stillRunning();
  return { kind: 'done', result: earlier.answer };
}

/**
 * Whether a stored fingerprint is of this content. The SHA-256 of a short body, such as a sealed vote, could be guessed by readers
 * of the database, so what is stored is keyed with OUTTURN_SECRET. Rows of earlier versions have the SHA-256 itself until they
 * expire. With an unknown secret a repetition cannot be told from another request; it then counts as a repetition, because running
 * a request twice is worse.
 */
function isSame(deps: Deps, stored: string, fingerprint: string): boolean {
  if (/^[0-9a-f]{64}$/.test(stored)) return stored === fingerprint;
  return deps.webhooks.vault.verify(stored, fingerprint, purpose) ?? true;
}

function stillRunning(): Refusal {
  return new Refusal('request_in_progress', 'the first request with this Idempotency-Key has not finished; try again');
}

/** Stores the result in the transaction of the change. Refuses, which rolls the change back, if the claim was lost meanwhile. */
export async function storeResult(inside: Deps, claim: Claim, result: string): Promise<void> {
  if (!(await recordClaimAnswer(inside.db.sql, claim, result))) throw stillRunning();
}

/** If the database does not answer, the claim may have been inserted. */
async function insertNewClaim(deps: Deps, claim: Claim, row: Parameters<typeof insertClaim>[2]): Promise<boolean> {
  try {
    return await insertClaim(deps.db.sql, claim, row);
  } catch (error) {
    await releaseClaim(deps, claim, error);
    throw error;
  }
}

/** Allows a request that failed with `cause` to be sent again. If this fails as well, the claim expires. */
export async function releaseClaim(deps: Deps, claim: Claim, cause: unknown): Promise<void> {
  const run = (): Promise<void> => deleteClaim(deps.db.sql, claim);
  await cleanUp(deps, cause, { name: 'release the Idempotency-Key of a failed request', msMax: claimLeaseMs, run });
}

/** Deletes expired results and returns their number. */
export async function deleteExpiredResults(deps: Deps): Promise<number> {
  for (let deleted = 0; ; ) {
    const count = await deleteExpiredClaims(deps.db.sql, deps.now(), deleteRowsMax);
    deleted += count;
    if (count < deleteRowsMax) return deleted;
  }
}
