import {
  anonymousCostLimit,
  batchOf,
  keyCostLimit,
  type Quota,
  type RateLimit,
} from '../../domain/access/rate-limit.ts';
import { dayMs, type Instant } from '../../domain/instant.ts';
import { consumeQuota, deleteRateWindows } from '../../store/rate-limits.ts';
import type { Deps } from '../deps.ts';

/** Counts requests, or what they cost, against a quota that all nodes of a database share. */
export type Limiter = {
  readonly limit: RateLimit;
  /** Takes one request, or an amount of up to the whole quota, from the subject's quota. `allowed` is false if less is left. */
  take(subject: string, amount?: number): Promise<Quota>;
};

/** The part of a quota that this node has taken from the database. `left` is the unused remainder. */
type Share = { readonly startedAt: Instant; readonly taken: number; left: number };

/** Subjects that a node keeps in memory. Others are read from the database. */
const subjectsMax = 10_000;
/** Rows that one statement deletes. */
const deleteRowsMax = 1000;

/**
 * The quota is in the database, and nodes take from it in small batches, so that most requests need no statement. The quota is
 * never exceeded, but what one node has taken and not used is not available to the others until the window ends.
 */
export function createLimiter(deps: Pick<Deps, 'db' | 'now'>, limit: RateLimit): Limiter {
  const subjects = new Map<string, Share>();
  const refills = new Map<string, Promise<void>>();
  // A window far ahead began before the clock was set back; the database starts it again.
  const isOver = (share: Share, now: Instant): boolean => Math.abs(now - share.startedAt) >= limit.windowMs;
  const quotaOf = (share: Share, allowed: boolean): Quota => ({
    allowed,
    remaining: limit.quota - share.taken + share.left,
    resetsAt: share.startedAt + limit.windowMs,
  });
  const fill = async (subject: string, missing: number): Promise<void> => {
    const batch = { asked: Math.max(batchOf(limit), missing), now: deps.now() };
    const { startedAt, taken, granted } = await consumeQuota(deps.db.sql, subject, limit, batch);
    const held = subjects.get(subject);
    const kept = held?.startedAt === startedAt ? held.left : 0;
    subjects.delete(subject);
    if (subjects.size >= subjectsMax) subjects.delete(subjects.keys().next().value ?? '');
    subjects.set(subject, { startedAt, taken, left: kept + granted });
  };
  // Concurrent requests share one statement.
  const refill = (subject: string, missing: number): Promise<void> => {
    const running = refills.get(subject) ?? fill(subject, missing).finally(() => refills.delete(subject));
    refills.set(subject, running);
    return running;
  };
  return {
    limit,
    take: async (subject, amount = 1) => {
      for (;;) {
        const share = subjects.get(subject);
        const current = share === undefined || isOver(share, deps.now()) ? null : share;
        if (current !== null) {
          if (current.left >= amount) {
            current.left -= amount;
            return quotaOf(current, true);
          }
          if (current.taken >= limit.quota) return quotaOf(current, false);
        }
        await refill(subject, amount - (current?.left ?? 0));
      }
    },
  };
}

/** Quotas for the evaluation of criteria that are not recorded: one for callers without a key, one for keys. */
export function createCostLimiters(deps: Pick<Deps, 'db' | 'now'>): { anonymous: Limiter; key: Limiter } {
  return { anonymous: createLimiter(deps, anonymousCostLimit), key: createLimiter(deps, keyCostLimit) };
}

/** Deletes windows that began more than two days ago and returns their number. No window is longer than a day. */
export async function deleteEndedWindows(deps: Deps): Promise<number> {
  for (let deleted = 0; ; ) {
    const count = await deleteRateWindows(deps.db.sql, deps.now() - 2 * dayMs, deleteRowsMax);
    deleted += count;
    if (count < deleteRowsMax) return deleted;
  }
}
