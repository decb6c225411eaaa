import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createApp } from '../../../src/http/app.ts';
import { operations } from '../../../src/http/operations.ts';
import { serveApp } from '../../../src/http/server/serve.ts';
import { createLimiter, deleteEndedWindows, type Limiter } from '../../../src/services/access/rate-limits.ts';
import type { Database } from '../../../src/store/db.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { type Client, makeClient } from '../../support/http-client.ts';
import { openAgain } from '../../support/world.ts';

const limit = { quota: 80, windowMs: 60_000 };

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({
    rateLimit: '80/60s',
    http: { clientAddress: (_remote, forwardedFor) => forwardedFor ?? '127.0.0.1' },
  });
});
// Every test begins with a window of its own.
beforeEach(() => world.clock.advance(2 * limit.windowMs));
afterAll(() => world.close());

const ask = (address = '127.0.0.1') => world.anyone('GET /v1/predictors', { headers: { 'x-forwarded-for': address } });

/** Asks so often at once; answers how often it was let through. */
async function askOften(times: number, client: () => Promise<{ status: number }> = ask): Promise<number> {
  const answers = await Promise.all(Array.from({ length: times }, client));
  expect(answers.filter(({ status }) => status !== 200 && status !== 429)).toEqual([]);
  return answers.filter(({ status }) => status === 200).length;
}

describe('a quota', () => {
  test('admits its last request and rejects the next until the window ends', async () => {
    for (let left = 79; left >= 77; left -= 1)
      expect((await ask()).headers).toMatchObject({
        'ratelimit-policy': '"default";q=80;w=60',
        ratelimit: `"default";r=${left};t=60`,
      });
    expect(await askOften(200)).toBe(77);
    world.clock.advance(29_001);
    const refused = await ask();
    expect(refused.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '31',
      ratelimit: '"default";r=0;t=31',
      'ratelimit-policy': '"default";q=80;w=60',
    });
    expect(refused.json).toMatchObject({
      status: 429,
      code: 'rate_limited',
      request_id: refused.headers['x-request-id'],
    });
    expect(refused.json.detail).toBe('each address is limited to 80 requests in 60 seconds; try again in 31 seconds');
    world.clock.advance(30_998);
    expect((await ask()).status).toBe(429);
    world.clock.advance(1);
    expect((await ask()).headers.ratelimit).toBe('"default";r=79;t=60');
  });

  test('applies per address and per key, whatever address the key comes from', async () => {
    expect(await askOften(81)).toBe(80);
    expect((await ask('203.0.113.7')).status).toBe(200);
    const admin = (address: string) => world.admin('GET /v1/predictors', { headers: { 'x-forwarded-for': address } });
    expect((await admin('127.0.0.1')).status).toBe(200);
    expect(await askOften(80, () => admin('198.51.100.1'))).toBe(79);
    expect((await admin('127.0.0.1')).json.detail).toContain('each key');
  });

  test('also counts requests with invalid keys, so that keys cannot be guessed', async () => {
    const guess = makeClient(world.base, { authorization: 'Bearer ok_guess' });
    const answers = await Promise.all(Array.from({ length: 100 }, () => guess('GET /v1/predictors')));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(80);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20);
  });

  test('counts a valid key without the scope for its key, so that others at its address are not limited', async () => {
    const { json } = await world.admin('POST /v1/api-keys', { json: { name: 'reader', scopes: ['read'] } });
    const reader = makeClient(world.base, { authorization: `Bearer ${json.key}` });
    const answers = await Promise.all(Array.from({ length: 100 }, () => reader('GET /v1/audit')));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(80);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.json.detail).toContain('each key');
    expect((await ask()).headers.ratelimit).toBe('"default";r=79;t=60');
  });

  test('does not count health, the document and the pages', async () => {
    await askOften(81);
    for (const { spec } of operations.filter(({ spec }) => spec.access === 'open')) {
      const path = spec.path.replaceAll(/\{(\w+)\}/g, (_found, name: string) => spec.params[name]?.example ?? name);
      const answer = await world.anyone(`GET ${path}`);
      expect([spec.path, answer.status, answer.headers.ratelimit]).toEqual([spec.path, 200, undefined]);
    }
    expect((await world.anyone('GET /docs')).status).toBe(200);
    expect((await ask()).status).toBe(429);
  });
});

describe('two nodes on one database', () => {
  let other: Database;
  let limiters: Limiter[];
  beforeEach(async () => {
    other = await openAgain(world.db);
    limiters = [createLimiter(world.deps, limit), createLimiter(world.node('node_b', other), limit)];
    return () => other.close();
  });

  test('admit one quota between them, with less than 5 % unused', async () => {
    const served = await Promise.all(
      limiters.map((limiter) =>
        serveApp(createApp({ ...world.http, limiter }), { host: '127.0.0.1', port: 0, log: world.http.log }),
      ),
    );
    const clients: Client[] = served.map(({ port }) => makeClient(`http://127.0.0.1:${port}`, {}));
    const passed = await Promise.all(
      clients.map((client) => askOften(limit.quota, async () => await client('GET /v1/predictors'))),
    );
    await Promise.all(served.map(({ close }) => close(1000)));
    const sum = passed.reduce((total, count) => total + count, 0);
    expect(sum).toBeLessThanOrEqual(limit.quota);
    expect(sum).toBeGreaterThanOrEqual(limit.quota * 0.95);
  });

  test('never admit more, however their requests interleave', async () => {
    let passed = 0;
    for (let round = 0; round < 60; round += 1)
      for (const [index, limiter] of limiters.entries())
        if (round % (index + 1) === 0 && (await limiter.take('interleaved')).allowed) passed += 1;
    expect(passed).toBeGreaterThanOrEqual(limit.quota * 0.95);
    expect(passed).toBeLessThanOrEqual(limit.quota);
  });
});

test('a window started by a clock far ahead locks nobody out', async () => {
  const ahead = createLimiter({ db: world.db, now: () => world.clock.now() + 3_600_000 }, limit);
  for (let count = 0; count < limit.quota; count += 1) await ahead.take('skewed');
  expect((await ahead.take('skewed')).allowed).toBe(false);
  const here = createLimiter(world.deps, limit);
  expect((await here.take('skewed')).allowed).toBe(true);
});

test('a lowered quota applies at once', async () => {
  await createLimiter(world.deps, limit).take('shrunk');
  const smaller = createLimiter(world.deps, { quota: 1, windowMs: limit.windowMs });
  expect((await smaller.take('shrunk')).allowed).toBe(false);
});

test('most requests need no statement', async () => {
  let statements = 0;
  // Counts what passes through the template function; everything else of it is as it was.
  const sql = new Proxy(world.db.sql, {
    apply: (target, self, args) => {
      if (String(args[0]).includes('insert into rate_windows')) statements += 1;
      return Reflect.apply(target, self, args);
    },
  });
  const limiter = createLimiter({ db: { ...world.db, sql }, now: world.clock.now }, { quota: 400, windowMs: 60_000 });
  for (let count = 0; count < 100; count += 1) await limiter.take('cheap');
  expect(statements).toBe(10);
});

test('old windows are deleted', async () => {
  await ask('192.0.2.1');
  expect(await deleteEndedWindows(world.deps)).toBe(0);
  world.clock.advance(3 * 86_400_000);
  expect(await deleteEndedWindows(world.deps)).toBeGreaterThan(0);
  expect(await world.db.sql`select subject from rate_windows`).toHaveLength(0);
});
