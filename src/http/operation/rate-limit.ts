import type { Context } from 'hono';
import type { Caller } from '../../domain/access/api-key.ts';
import { rateLimitHeaders, secondsUntil } from '../../domain/access/rate-limit.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';

/**
 * Counts a request against its key, or against its address if it has no key, and adds the remaining quota to the
 * response. Refuses with `rate_limited`.
 */
export async function limitRequest(http: HttpDeps, c: Context<HttpEnv>, caller: Caller | null): Promise<void> {
  const { limiter } = http;
  if (limiter === null) return;
  const held = await limiter.take(subjectOf(http, c, caller));
  const now = http.services.now();
  c.set('quota', rateLimitHeaders(limiter.limit, held, now));
  if (held.allowed) return;
  const seconds = secondsUntil(held.resetsAt, now);
  c.set('retryAfter', seconds);
  const { quota, windowMs } = limiter.limit;
  const subjectKind = caller === null ? 'address' : 'key';
  throw new Refusal(
    'rate_limited',
    `each ${subjectKind} is limited to ${quota} requests in ${windowMs / 1000} seconds; try again in ${seconds} seconds`,
  );
}

/**
 * Counts the cost of a request against its key, or against its address if it has no key. Refuses with `rate_limited`,
 * with the time after which the whole budget is available again.
 */
export async function limitCost(
  http: HttpDeps,
  c: Context<HttpEnv>,
  caller: Caller | null,
  cost: number,
): Promise<void> {
  if (http.costLimiters === null) return;
  const limiter = caller === null ? http.costLimiters.anonymous : http.costLimiters.key;
  const held = await limiter.take(`cost of ${subjectOf(http, c, caller)}`, cost);
  if (held.allowed) return;
  const seconds = secondsUntil(held.resetsAt, http.services.now());
  c.set('retryAfter', seconds);
  const { quota, windowMs } = limiter.limit;
  const kind = caller === null ? 'address' : 'key';
  throw new Refusal(
    'rate_limited',
    `evaluating this criterion costs ${cost} comparisons, but only ${held.remaining} of the ${quota} allowed per ${kind} in ${windowMs / 1000} seconds are left; try again in ${seconds} seconds`,
  );
}

function subjectOf(http: HttpDeps, c: Context<HttpEnv>, caller: Caller | null): string {
  return caller === null ? `address ${addressOf(http, c)}` : `key ${caller.id}`;
}

function addressOf(http: HttpDeps, c: Context<HttpEnv>): string {
  const remote = c.env.incoming?.socket.remoteAddress ?? '';
  return http.clientAddress(remote, c.req.header('x-forwarded-for'));
}
