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
import type { Deps } from '../deps.ts';

/** How long an answer is kept for whoever asks again. */
export const keepAnswersMs = dayMs;
/** After so long a request without an answer is taken to be lost: its process may be gone. */
export const claimLeaseMs = 60_000;
/** Expired answers that one statement forgets. */
const forgetRowsMax = 1000;

/** A request that may come again, and what it asked for: the same key with anything else is a mistake. */
export type Repeatable = { readonly request: RequestKey; readonly fingerprint: string };

export type Claimed =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'answered'; readonly answer: string };

/**
 * The first to ask may work; whoever asks again gets the answer. Refuses with `idempotency_key_reused` what is another
 * request under the same key, and with `request_in_progress` while the first has no answer yet.
 */
export async function claimRequest(deps: Deps, { request, fingerprint }: Repeatable): Promise<Claimed> {
  const now = deps.now();
  const claim = { request, holder: deps.newId('req') };
  const row = { fingerprint, now, leaseUntil: now + claimLeaseMs, expiresAt: now + keepAnswersMs };
  if (await insertClaim(deps.db.sql, claim, row)) return { kind: 'claimed', claim };
  const held = await findClaim(deps.db.sql, request);
  if (held !== null && held.fingerprint !== fingerprint)
    throw new Refusal(
      'idempotency_key_reused',
      'another request was sent under this Idempotency-Key; give each request a key of its own, and repeat it unchanged',
    );
  // Where there is nothing, the first was refused just now and gave its claim up.
  if (held === null || held.answer === null) throw stillRunning();
  return { kind: 'answered', answer: held.answer };
}

function stillRunning(): Refusal {
  return new Refusal(
    'request_in_progress',
    'the first request under this Idempotency-Key has no answer yet; try again',
  );
}

/** Keeps the answer, in the transaction of the work. Refuses, and so undoes the work, when the claim was lost meanwhile. */
export async function keepAnswer(inside: Deps, claim: Claim, answer: string): Promise<void> {
  if (!(await recordClaimAnswer(inside.db.sql, claim, answer))) throw stillRunning();
}

/** Lets the request be sent again. When even that fails, the claim runs out by itself. */
export async function giveUpClaim(deps: Deps, claim: Claim): Promise<void> {
  try {
    await deleteClaim(deps.db.sql, claim);
  } catch (error) {
    deps.log.warn(
      { error: String(error) },
      'the claim of a failed request could not be given up; it runs out by itself',
    );
  }
}

/** Forgets what was kept long enough. */
export async function forgetAnswers(deps: Deps): Promise<number> {
  for (let forgotten = 0; ; ) {
    const count = await deleteExpiredClaims(deps.db.sql, deps.now(), forgetRowsMax);
    forgotten += count;
    if (count < forgetRowsMax) return forgotten;
  }
}
