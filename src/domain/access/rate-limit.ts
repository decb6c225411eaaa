import type { Instant } from '../instant.ts';

/** How many requests a caller may make in a window, counted from the first one. */
export type RateLimit = { readonly quota: number; readonly windowMs: number };

/**
 * What a caller without a key may spend on evaluating criteria that are not recorded, in comparisons per minute; see
 * `criterionCostMax`.
 */
export const anonymousCostLimit: RateLimit = { quota: 1_000_000, windowMs: 60_000 };
/** The same for a key. */
export const keyCostLimit: RateLimit = { quota: 10_000_000, windowMs: 60_000 };

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const quotaMax = 1_000_000;
const windowMsMax = 24 * 3_600_000;

/** Reads `600/60s`, `10/1m` or `5000/1h`; null for anything else. The caller handles `off`. */
export function parseRateLimit(text: string): RateLimit | null {
  const match = /^(\d{1,7})\/(\d{1,5})([smh])$/.exec(text);
  const quota = Number(match?.[1]);
  const windowMs = Number(match?.[2]) * (unitMs[match?.[3] ?? ''] ?? 0);
  const fits = quota >= 1 && quota <= quotaMax && windowMs >= 1000 && windowMs <= windowMsMax;
  return fits ? { quota, windowMs } : null;
}

/** How many requests a node reserves at a time: so few that two nodes leave less than 5 % of the quota unused. */
export function batchOf({ quota }: RateLimit): number {
  return Math.max(1, Math.floor(quota / 40));
}

/** A caller's quota after a request: how many requests remain, and when the window ends. */
export type Quota = { readonly allowed: boolean; readonly remaining: number; readonly resetsAt: Instant };

/** Whole seconds from `now` until the window ends; at least one, so that a client never retries too early. */
export function secondsUntil(resetsAt: Instant, now: Instant): number {
  return Math.max(1, Math.ceil((resetsAt - now) / 1000));
}

/** `RateLimit-Policy` and `RateLimit` of the IETF draft on rate limit header fields. */
export function rateLimitHeaders({ quota, windowMs }: RateLimit, held: Quota, now: Instant): Record<string, string> {
  return {
    'ratelimit-policy': `"default";q=${quota};w=${windowMs / 1000}`,
    ratelimit: `"default";r=${held.remaining};t=${secondsUntil(held.resetsAt, now)}`,
  };
}
