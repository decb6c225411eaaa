import { batchOf, type Quota, type RateLimit } from '../../domain/access/rate-limit.ts';
import { dayMs, type Instant } from '../../domain/instant.ts';
import { consumeQuota, deleteRateWindows } from '../../store/rate-limits.ts';
import type { Deps } from '../deps.ts';

/** Counts requests against a quota that all nodes of a database share. */
export type Limiter = {
  readonly limit: RateLimit;
  /** Takes one request from the subject's quota, or says that there is none left. */
  take(subject: string): Promise<Quota>;
};

/** What this node has taken from the quota and not used yet; it is nobody else's. */
type Held = { readonly startedAt: Instant; readonly taken: number; left: number };

/** Subjects that a node remembers; beyond that the oldest are looked up again. */
const subjectsMax = 10_000;
/** Rows that one statement forgets. */
const forgetRowsMax = 1000;

/**
 * The quota is kept by the database and taken from it in small batches, so that most requests cost no statement. No more than the
 * quota is ever let through; what a node holds without use is lost to the others until the window ends.
 */
export function createLimiter(deps: Pick<Deps, 'db' | 'now'>, limit: RateLimit): Limiter {
  const subjects = new Map<string, Held>();
  const refills = new Map<string, Promise<void>>();
  const isOver = (held: Held, now: Instant): boolean => now >= held.startedAt + limit.windowMs;
  const quotaOf = (held: Held, allowed: boolean): Quota => ({
    allowed,
    remaining: limit.quota - held.taken + held.left,
    resetsAt: held.startedAt + limit.windowMs,
  });
  const fill = async (subject: string): Promise<void> => {
    const ask = { asked: batchOf(limit), now: deps.now() };
    const { startedAt, taken, granted } = await consumeQuota(deps.db.sql, subject, limit, ask);
    subjects.delete(subject);
    if (subjects.size >= subjectsMax) subjects.delete(subjects.keys().next().value ?? '');
    subjects.set(subject, { startedAt, taken, left: granted });
  };
  // Requests that come at once wait for one statement, not for one each.
  const refill = (subject: string): Promise<void> => {
    const under = refills.get(subject) ?? fill(subject).finally(() => refills.delete(subject));
    refills.set(subject, under);
    return under;
  };
  return {
    limit,
    take: async (subject) => {
      for (;;) {
        const held = subjects.get(subject);
        if (held !== undefined && !isOver(held, deps.now())) {
          if (held.left > 0) {
            held.left -= 1;
            return quotaOf(held, true);
          }
          if (held.taken >= limit.quota) return quotaOf(held, false);
        }
        await refill(subject);
      }
    },
  };
}

/** Forgets windows that ended long ago; no window is longer than a day. */
export async function forgetWindows(deps: Deps): Promise<number> {
  for (let forgotten = 0; ; ) {
    const count = await deleteRateWindows(deps.db.sql, deps.now() - 2 * dayMs, forgetRowsMax);
    forgotten += count;
    if (count < forgetRowsMax) return forgotten;
  }
}
