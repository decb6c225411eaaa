import type { Context } from 'hono';
import type { Caller } from '../../domain/access/api-key.ts';
import { rateLimitHeaders, secondsUntil } from '../../domain/access/rate-limit.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';

/**
 * Counts a request for its key, or for its address if it has no key, and adds the remaining quota to the response.
 * Refuses with `rate_limited`.
 */
export async function limitRequest(http: HttpDeps, c: Context<HttpEnv>, caller: Caller | null): Promise<void> {
  const { limiter } = http;
  if (limiter === null) return;
  const subject = caller === null ? `address ${addressOf(http, c)}` : `key ${caller.id}`;
  const held = await limiter.take(subject);
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

function addressOf(http: HttpDeps, c: Context<HttpEnv>): string {
  const remote = c.env.incoming?.socket.remoteAddress ?? '';
  return http.clientAddress(remote, c.req.header('x-forwarded-for'));
}
