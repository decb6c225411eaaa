import { describe, expect, it } from 'vitest';
import { batchOf, parseRateLimit, rateLimitHeaders, secondsUntil } from '../../../src/domain/access/rate-limit.ts';

describe('a rate limit', () => {
  it.each([
    ['600/60s', { quota: 600, windowMs: 60_000 }],
    ['1/1s', { quota: 1, windowMs: 1000 }],
    ['10/1m', { quota: 10, windowMs: 60_000 }],
    ['1000000/24h', { quota: 1_000_000, windowMs: 86_400_000 }],
  ])('reads %s', (text, limit) => expect(parseRateLimit(text)).toEqual(limit));

  it.each([
    '',
    'off',
    '600',
    '600/60',
    '0/60s',
    '600/0s',
    '-1/60s',
    '1e3/60s',
    '600/60d',
    '1000001/1s',
    '1/25h',
    ' 1/1s',
  ])('rejects %j', (text) => expect(parseRateLimit(text)).toBeNull());

  it.each([1, 10, 39, 40, 100, 600, 1_000_000])('of %i leaves less than 5 %% unused with two nodes', (quota) => {
    const unused = 2 * (batchOf({ quota, windowMs: 1000 }) - 1);
    expect(batchOf({ quota, windowMs: 1000 })).toBeGreaterThanOrEqual(1);
    expect(unused).toBeLessThan(Math.max(1, quota * 0.05));
  });

  it('is reported in the header fields of the draft, never with too short a wait', () => {
    const limit = { quota: 600, windowMs: 60_000 };
    expect(rateLimitHeaders(limit, { allowed: true, remaining: 599, resetsAt: 60_000 }, 1)).toEqual({
      'ratelimit-policy': '"default";q=600;w=60',
      ratelimit: '"default";r=599;t=60',
    });
    expect([secondsUntil(1001, 0), secondsUntil(1000, 0), secondsUntil(0, 0), secondsUntil(0, 5000)]).toEqual([
      2, 1, 1, 1,
    ]);
  });
});
