import type { RateLimit } from '../domain/access/rate-limit.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

export type Grant = { readonly startedAt: Instant; readonly taken: number; readonly granted: number };

/**
 * Takes up to `asked` requests from a caller's quota, which all nodes share. A window that is over, or that a clock far
 * ahead has started, starts again.
 */
export async function consumeQuota(
  db: Sql,
  subject: string,
  limit: RateLimit,
  ask: { asked: number; now: Instant },
): Promise<Grant> {
  const { quota, windowMs } = limit;
  const asked = Math.min(ask.asked, quota);
  const over = db`(w.started_at <= ${timestamp(ask.now - windowMs)} or w.started_at > ${timestamp(ask.now + windowMs)})`;
  const rows = await db<Grant[]>`
    insert into rate_windows as w (subject, started_at, taken, granted)
    values (${subject}, ${timestamp(ask.now)}, ${asked}, ${asked})
    on conflict (subject) do update set
      started_at = case when ${over} then excluded.started_at else w.started_at end,
      taken = case when ${over} then excluded.taken else greatest(w.taken, least(w.taken + excluded.granted, ${quota}::int)) end,
      granted = case when ${over} then excluded.granted else greatest(0, least(excluded.granted, ${quota}::int - w.taken)) end
    returning started_at as "startedAt", taken, granted`;
  const [grant] = rows;
  if (grant === undefined) throw new Error('the quota row was not returned');
  return grant;
}

/** Deletes at most `rowsMax` windows that began before `before` and returns how many it deleted. */
export async function deleteRateWindows(db: Sql, before: Instant, rowsMax: number): Promise<number> {
  const rows = await db`
    delete from rate_windows where subject in (
      select subject from rate_windows where started_at < ${timestamp(before)} order by started_at, subject limit ${rowsMax})
    returning subject`;
  return rows.length;
}
