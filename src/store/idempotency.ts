import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** Two requests with the same key are one request. */
export type RequestKey = {
  readonly caller: string;
  readonly method: string;
  readonly path: string;
  readonly key: string;
};

/** A request that is being handled, with a holder that is unique to this attempt. */
export type Claim = { readonly request: RequestKey; readonly holder: string };

/** Claims a request that is new or expired, or whose holder let its lease expire; false otherwise. */
export async function insertClaim(
  db: Sql,
  { request, holder }: Claim,
  row: { fingerprint: string; now: Instant; leaseUntil: Instant; expiresAt: Instant },
): Promise<boolean> {
  const now = timestamp(row.now);
  const rows = await db`
    insert into idempotency_keys as k (caller, method, path, key, fingerprint, holder, lease_until, expires_at)
    values (${request.caller}, ${request.method}, ${request.path}, ${request.key}, ${row.fingerprint}, ${holder},
      ${timestamp(row.leaseUntil)}, ${timestamp(row.expiresAt)})
    on conflict (caller, method, path, key) do update
      set fingerprint = excluded.fingerprint, holder = excluded.holder, lease_until = excluded.lease_until,
        expires_at = excluded.expires_at, answer = null
      where k.expires_at <= ${now} or (k.answer is null and k.lease_until <= ${now})
    returning holder`;
  return rows.length === 1;
}

export async function findClaim(
  db: Sql,
  request: RequestKey,
): Promise<{ fingerprint: string; answer: string | null } | null> {
  const rows = await db<{ fingerprint: string; answer: string | null }[]>`
    select fingerprint, answer from idempotency_keys
    where caller = ${request.caller} and method = ${request.method} and path = ${request.path} and key = ${request.key}`;
  return rows[0] ?? null;
}

/** Stores the response; false if another holder has taken over the claim. */
export async function recordClaimAnswer(db: Sql, { request, holder }: Claim, answer: string): Promise<boolean> {
  const rows = await db`
    update idempotency_keys set answer = ${answer}
    where caller = ${request.caller} and method = ${request.method} and path = ${request.path} and key = ${request.key}
      and holder = ${holder} returning key`;
  return rows.length === 1;
}

/** Releases a claim, unless its response is stored. */
export async function deleteClaim(db: Sql, { request, holder }: Claim): Promise<void> {
  await db`
    delete from idempotency_keys
    where caller = ${request.caller} and method = ${request.method} and path = ${request.path} and key = ${request.key}
      and holder = ${holder} and answer is null`;
}

/** Deletes at most `rowsMax` expired rows and returns how many it deleted. */
export async function deleteExpiredClaims(db: Sql, now: Instant, rowsMax: number): Promise<number> {
  const rows = await db`
    delete from idempotency_keys where (caller, method, path, key) in (
      select caller, method, path, key from idempotency_keys where expires_at <= ${timestamp(now)}
      order by expires_at, caller, method, path, key limit ${rowsMax})
    returning key`;
  return rows.length;
}
