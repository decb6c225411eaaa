import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/http/operation/idempotency.ts';
import {
  claimLeaseMs,
  claimRequest,
  deleteExpiredResults,
  keepResultsMs,
  storeResult,
} from '../../../src/services/access/idempotency.ts';
import { performOnce, type Write, type WriteContext } from '../../../src/services/access/writes.ts';
import { createPredictor } from '../../../src/services/predictions/predictors.ts';
import { makeVault } from '../../../src/services/vault.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { neverGpt5 } from '../../support/claims.ts';
import { type Json, makeClient } from '../../support/http-client.ts';
import { failed } from '../../support/wire.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

let made = 0;
const freshKey = () => {
  made += 1;
  return `key-${made}`;
};
const post = (key: string, json: object, path = '/v1/predictors') =>
  world.admin(`POST ${path}`, { json, headers: { 'idempotency-key': key } });
const named = async (name: string): Promise<number> =>
  (await world.db.sql`select id from predictors where name = ${name}`).length;
const claim = { statement: 'OpenAI never releases GPT-5.', made_at: '2025-01', criterion: neverGpt5 };

describe('a request repeated with its Idempotency-Key', () => {
  test('runs once and returns the first response', async () => {
    const key = freshKey();
    const first = await post(key, { name: 'Once' });
    const again = await post(key, { name: 'Once' });
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
    for (const name of ['location', 'etag', 'content-type', 'cache-control'])
      expect([name, again.headers[name]]).toEqual([name, first.headers[name]]);
    expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(await named('Once')).toBe(1);
    const entries = (await world.admin(`GET /v1/audit?resource_id=${first.json.id}`)).json.data;
    expect(entries).toHaveLength(1);
  });

  test('is stored without anything from which its body could be guessed', async () => {
    const key = freshKey();
    await post(key, { name: 'Guessed' });
    const hash = fingerprintOf(new URLSearchParams(), JSON.stringify({ name: 'Guessed' }));
    const [row] = await world.db.sql<{ fingerprint: string }[]>`
      select fingerprint from idempotency_keys where key = ${key}`;
    expect(row?.fingerprint).toMatch(/^h1\.[0-9a-f]{12}\.[0-9a-f]{64}$/);
    expect(row?.fingerprint).not.toContain(hash);
    expect((await post(key, { name: 'Another' })).json.code).toBe('idempotency_key_reused');
  });

  test('matches the SHA-256 that earlier versions stored, until it expires', async () => {
    const key = freshKey();
    const first = await post(key, { name: 'Upgraded' });
    const hash = fingerprintOf(new URLSearchParams(), JSON.stringify({ name: 'Upgraded' }));
    await world.db.sql`update idempotency_keys set fingerprint = ${hash} where key = ${key}`;
    expect((await post(key, { name: 'Upgraded' })).text).toBe(first.text);
    expect((await post(key, { name: 'Another' })).json.code).toBe('idempotency_key_reused');
  });

  test('matches after OUTTURN_SECRET was rotated, and is not run twice if the earlier one is unknown', async () => {
    const request = { caller: 'admin', method: 'post', path: '/v1/predictors', key: freshKey() };
    const nodeWith = (secret: string, previous: string[] = []) => ({
      ...world.deps,
      webhooks: { ...world.deps.webhooks, vault: makeVault(secret, previous) },
    });
    const first = await claimRequest(nodeWith('the first secret'), { request, fingerprint: 'a' });
    if (first.kind !== 'claimed') throw new Error('the request was not claimed');
    await storeResult(world.deps, first.claim, 'stored');
    const done = { kind: 'done', result: 'stored' };
    const rotated = nodeWith('another secret', ['the first secret']);
    expect(await claimRequest(rotated, { request, fingerprint: 'a' })).toEqual(done);
    await expect(claimRequest(rotated, { request, fingerprint: 'b' })).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect(await claimRequest(nodeWith('another secret'), { request, fingerprint: 'a' })).toEqual(done);
  });

  test('matches whether the key is bare or quoted', async () => {
    const key = 'it"s \\ one';
    const first = await post(key, { name: 'Quoted' });
    const again = await post('"it\\"s \\\\ one"', { name: 'Quoted' });
    expect([first.status, again.json.id]).toEqual([201, first.json.id]);
  });

  test('sent a hundred times concurrently creates one prediction', async () => {
    const key = freshKey();
    const answers = await Promise.all(Array.from({ length: 100 }, () => post(key, claim, '/v1/predictions')));
    const counts = new Map<number, number>();
    for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(counts.has(409) ? [201, 409] : [201]);
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
    for (const { json, headers } of answers.filter(({ status }) => status === 409))
      expect([json.code, headers['retry-after']]).toEqual(['request_in_progress', '2']);
    const [row] = await world.db.sql`select count(*)::int as count from predictions`;
    expect(row).toEqual({ count: 1 });
    expect((await post(key, claim, '/v1/predictions')).headers['idempotent-replayed']).toBe('true');
  });

  test('is rejected while the first is running, and then gets its response', async () => {
    const url = 'https://litellm.test/prices.json';
    await world.admin('POST /v1/feeds', { json: { slug: 'slow', adapter: 'litellm', url } });
    const publisher = world.wire.hold(url);
    const key = freshKey();
    const poll = () => world.admin('POST /v1/feeds/slow/polls', { headers: { 'idempotency-key': key } });
    const first = poll();
    while (world.wire.asks.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await poll()).json).toMatchObject({ status: 409, code: 'request_in_progress' });
    publisher.release(failed('timeout'));
    const { json } = await first;
    expect((await poll()).json).toEqual(json);
    expect(world.wire.asks).toHaveLength(1);
  });

  test('does not show a secret a second time', async () => {
    const key = freshKey();
    const json = { name: 'A key', scopes: ['read'] };
    const first = await post(key, json, '/v1/api-keys');
    const again = await post(key, json, '/v1/api-keys');
    const { key: shown, ...rest } = first.json;
    expect(shown).toMatch(/^ok_/);
    expect([again.status, again.json]).toEqual([201, rest]);
    expect(JSON.stringify(await world.db.sql`select * from idempotency_keys`)).not.toContain(shown);
  });

  test('is a separate request for another caller, another URL, or without a key', async () => {
    const key = freshKey();
    const { json } = await world.admin('POST /v1/api-keys', { json: { name: 'Other', scopes: ['write'] } });
    const other = makeClient(world.base, { authorization: `Bearer ${json.key}` });
    await post(key, { name: 'Scoped' });
    await other('POST /v1/predictors', { json: { name: 'Scoped' }, headers: { 'idempotency-key': key } });
    await world.admin('POST /v1/predictors', { json: { name: 'Scoped' } });
    expect(await named('Scoped')).toBe(3);
    expect((await post(key, { title: 'Scoped' }, '/v1/sources')).status).toBe(201);
  });
});

describe('another request with the same key', () => {
  test.each([
    ['another value', { name: 'B' }],
    ['one more field', { name: 'A', url: 'https://example.com' }],
  ])('is rejected: %s', async (_what, json) => {
    const key = freshKey();
    await post(key, { name: 'A' });
    const answer = await post(key, json);
    expect(answer.json).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  test('is rejected even if only the query differs', async () => {
    await world.admin('POST /v1/feeds', { json: { slug: 'archived', adapter: 'ledger' } });
    const key = freshKey();
    const send = (at: string) =>
      world.admin(`POST /v1/feeds/archived/snapshots?observed_at=${at}`, {
        body: '{"format":"outturn-ledger/1","reviewed_through":"2026-01-10","entries":[]}',
        headers: { 'idempotency-key': key },
      });
    expect((await send('2025-09-01T00:00:00Z')).status).toBe(200);
    expect((await send('2025-09-02T00:00:00Z')).json.code).toBe('idempotency_key_reused');
  });
});

test('a rejected request may be corrected and repeated with its key', async () => {
  const key = freshKey();
  expect((await post(key, { ...claim, slug: 'put-right', source_id: 'src_nobody' }, '/v1/predictions')).status).toBe(
    422,
  );
  expect((await post(key, { ...claim, slug: 'put-right' }, '/v1/predictions')).status).toBe(201);
});

test.each(['', '""', '"open', 'x'.repeat(256), `"${'x'.repeat(256)}"`, '"a";b=1', 'é'])(
  'a key like %j is rejected',
  async (key) => {
    const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') };
    const answer = await world.admin('POST /v1/predictors', { json: { name: 'Ill-keyed' }, headers });
    expect(answer.json).toMatchObject({ status: 400, code: 'bad_request' });
    expect(await named('Ill-keyed')).toBe(0);
  },
);

test('a response is kept for 24 hours and then deleted', async () => {
  const key = freshKey();
  await post(key, { name: 'Kept' });
  world.clock.advance(keepResultsMs - 1);
  expect((await post(key, { name: 'Kept' })).headers['idempotent-replayed']).toBe('true');
  world.clock.advance(1);
  expect((await post(key, { name: 'Kept' })).headers['idempotent-replayed']).toBeUndefined();
  expect(await named('Kept')).toBe(2);
  const held = async () => (await world.db.sql`select key from idempotency_keys`).map((row) => row.key);
  expect((await held()).length).toBeGreaterThan(1);
  expect(await deleteExpiredResults(world.deps)).toBeGreaterThan(0);
  expect(await held()).toEqual([key]);
});

describe('a claimed key', () => {
  const context: WriteContext = {
    actor: 'admin',
    operation: 'createPredictor',
    path: '/v1/predictors',
    requestId: null,
    ownTransactions: false,
    msMax: undefined,
  };
  const codec = { write: (answer: Json) => JSON.stringify(answer), read: (kept: string): Json => JSON.parse(kept) };
  const of = (key: string) => ({
    request: { caller: 'admin', method: 'POST', path: '/v1/predictors', key },
    fingerprint: 'same',
  });
  const write = (name: string, meanwhile: () => Promise<unknown> = async () => {}): Write<Json> => ({
    before: async () => null,
    run: async (deps) => {
      const predictor = await createPredictor(deps, { name, url: null });
      await meanwhile();
      return { id: predictor.id };
    },
    after: (answer) => answer,
  });

  test('of a dead process is taken over when its lease has expired', async () => {
    const key = freshKey();
    await claimRequest(world.deps, of(key));
    const once = () => performOnce(world.deps, context, write('Left'), { of: of(key), codec });
    world.clock.advance(claimLeaseMs - 1);
    await expect(once()).rejects.toThrow(/has not finished/);
    world.clock.advance(1);
    expect((await once()).repeated).toBe(false);
    expect((await once()).repeated).toBe(true);
    expect(await named('Left')).toBe(1);
  });

  test('taken over from a slow process rolls back what that process did', async () => {
    const key = freshKey();
    // On the embedded database nobody can claim while a transaction is open: the claim changes hands before it begins.
    const slow: Write<Json> = {
      ...write('Slow'),
      before: async (deps) => {
        await deps.db.sql`update idempotency_keys set holder = 'req_of_another_node' where key = ${key}`;
        return null;
      },
    };
    await expect(performOnce(world.deps, context, slow, { of: of(key), codec })).rejects.toThrow(/has not finished/);
    expect(await named('Slow')).toBe(0);
  });

  test('is released if the work fails, whatever the reason', async () => {
    const key = freshKey();
    const broken = write('Broken', async () => {
      throw new Error('lost');
    });
    await expect(performOnce(world.deps, context, broken, { of: of(key), codec })).rejects.toThrow('lost');
    expect((await performOnce(world.deps, context, write('Mended'), { of: of(key), codec })).repeated).toBe(false);
    expect([await named('Broken'), await named('Mended')]).toEqual([0, 1]);
  });
});
