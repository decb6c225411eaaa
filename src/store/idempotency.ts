import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** What makes two requests the same one. */
export type RequestKey = {
  readonly caller: string;
  readonly method: string;
  readonly path: string;
  readonly key: string;
};

/** Who works on a request: nobody else has this holder. */
export type Claim = { readonly request: RequestKey; readonly holder: string };

/** Claims a request that is new, was kept long enough, or was given up by whoever claimed it; false otherwise. */
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

/** Keeps the answer; false when somebody else has taken the claim over. */
export async function recordClaimAnswer(db: Sql, { request, holder }: Claim, answer: string): Promise<boolean> {
  const rows = await db`
    update idempotency_keys set answer = ${answer}
    where caller = ${request.caller} and method = ${request.method} and path = ${request.path} and key = ${request.key}
      and holder = ${holder} returning key`;
  return rows.length === 1;
}

/** Gives a claim up, unless it has its answer. */
export async function deleteClaim(db: Sql, { request, holder }: Claim): Promise<void> {
  await db`
    delete from idempotency_keys
    where caller = ${request.caller} and method = ${request.method} and path = ${request.path} and key = ${request.key}
      and holder = ${holder} and answer is null`;
}

/** Forgets what was kept long enough, so many rows at a time; answers how many there were. */
export async function deleteExpiredClaims(db: Sql, now: Instant, rowsMax: number): Promise<number> {
  const rows = await db`
    delete from idempotency_keys where (caller, method, path, key) in (
      select caller, method, path, key from idempotency_keys where expires_at <= ${timestamp(now)}
      order by expires_at, caller, method, path, key limit ${rowsMax})
    returning key`;
  return rows.length;
}
