import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWrite } from '../../../src/http/operation/operation.ts';
import { operations } from '../../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { type Json, makeClient } from '../../support/http-client.ts';
import { failed } from '../../support/wire.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const newest = async (query = 'limit=1'): Promise<Json> => (await world.admin(`GET /v1/audit?${query}`)).json.data[0];
const count = async (): Promise<number> =>
  (await world.db.sql<{ count: number }[]>`select count(*)::int as count from audit`)[0]?.count ?? 0;

describe('an audit entry', () => {
  test('records who did what, and the document before and after', async () => {
    const claim = await recordClaim(world, { slug: 'audited' });
    const { warnings, ...recorded } = claim;
    expect(await newest()).toMatchObject({
      actor: 'admin',
      operation: 'createPrediction',
      path: '/v1/predictions',
      resource_id: claim.id,
      before: null,
      after: { ...recorded, warnings },
    });
    const made = await world.admin('POST /v1/api-keys', { json: { name: 'Editor', scopes: ['write'] } });
    const editor = makeClient(world.base, { authorization: `Bearer ${made.json.key}`, 'x-request-id': 'the-edit' });
    await editor('PATCH /v1/predictions/audited', { json: { tags: ['changed'] } });
    expect(await newest()).toMatchObject({
      recorded_at: '2026-01-15T12:00:00Z',
      actor: made.json.id,
      operation: 'updatePrediction',
      path: '/v1/predictions/audited',
      resource_id: claim.id,
      request_id: 'the-edit',
      before: { tags: [], version: 1 },
      after: { tags: ['changed'], version: 2 },
    });
  });

  test('of a deletion contains the deleted document', async () => {
    const feed = await createArchive(world, 'to-go');
    await world.admin('DELETE /v1/feeds/to-go');
    expect(await newest()).toMatchObject({
      operation: 'deleteFeed',
      resource_id: feed.id,
      before: { slug: 'to-go' },
      after: null,
    });
  });

  test('contains no secret', async () => {
    const made = await world.admin('POST /v1/api-keys', { json: { name: 'Secret', scopes: ['read'] } });
    const entry = await newest();
    expect(entry).toMatchObject({ operation: 'createApiKey', resource_id: made.json.id, after: { name: 'Secret' } });
    expect(entry.after).not.toHaveProperty('key');
    expect(JSON.stringify(entry)).not.toContain(made.json.key);
  });

  test('of a poll is written before the publisher is contacted', async () => {
    const feed = (
      await world.admin('POST /v1/feeds', {
        json: { slug: 'polled', adapter: 'litellm', url: 'https://litellm.test/prices.json' },
      })
    ).json;
    const publisher = world.wire.hold('https://litellm.test/prices.json');
    const answer = world.admin('POST /v1/feeds/polled/polls');
    while (world.wire.asks.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await newest()).toMatchObject({
      operation: 'pollFeed',
      resource_id: feed.id,
      before: { slug: 'polled' },
      after: null,
    });
    publisher.release(failed('timeout'));
    expect((await answer).json.result).toBe('failed');
  });

  test('of an archived payload is written with its result', async () => {
    await createArchive(world, 'archive');
    await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
    expect(await newest()).toMatchObject({ operation: 'createFeedSnapshot', after: { items: 1, new: 1 } });
  });
});

describe('no entry is written', () => {
  test.each([
    ['POST /v1/predictions', { statement: 'x' }],
    ['POST /v1/feeds/nobody/polls', undefined],
    ['PATCH /v1/predictions/nobody', { tags: [] }],
    ['POST /v1/criteria/check', { criterion: { op: 'judged', question: 'x' } }],
  ])('for a request that is rejected or changes nothing: %s', async (target, json) => {
    const before = await count();
    await world.admin(target, { json });
    await world.anyone(target, { json });
    expect(await count()).toBe(before);
  });

  test('and nothing changes, if the entry cannot be written', async () => {
    await world.db
      .sql`create function refuse_audit() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$`;
    await world.db.sql`create trigger audit_full before insert on audit for each row execute function refuse_audit()`;
    const answer = await world.admin('POST /v1/predictors', { json: { name: 'Nobody at all' } });
    await world.db.sql`drop trigger audit_full on audit`;
    expect(answer.status).toBe(500);
    expect((await world.anyone('GET /v1/predictors')).text).not.toContain('Nobody at all');
  });
});

test('entries cannot be changed or deleted', async () => {
  await expect(world.db.sql`update audit set actor = 'x'`).rejects.toThrow(/append-only/);
  await expect(world.db.sql`delete from audit`).rejects.toThrow(/append-only/);
});

test('entries are listed newest first and filtered by actor, operation and resource', async () => {
  const claim = await recordClaim(world, { slug: 'filtered' });
  await world.admin('PATCH /v1/predictions/filtered', { json: { tags: ['a'] } });
  const operationsOf = async (query: string) =>
    (await world.admin(`GET /v1/audit?${query}`)).json.data.map((row: Json) => row.operation);
  expect(await operationsOf(`resource_id=${claim.id}`)).toEqual(['updatePrediction', 'createPrediction']);
  expect(await operationsOf(`resource_id=${claim.id}&operation=createPrediction`)).toEqual(['createPrediction']);
  expect(await operationsOf(`resource_id=${claim.id}&actor=key_nobody`)).toEqual([]);
  const first = (await world.admin('GET /v1/audit?limit=1')).json;
  const second = (await world.admin(`GET /v1/audit?limit=1&cursor=${first.next_cursor}`)).json;
  expect([first.data[0].operation, second.data[0].operation]).toEqual(['updatePrediction', 'createPrediction']);
  expect((await world.admin('GET /v1/audit?cursor=nonsense')).json).toMatchObject({
    status: 400,
    code: 'invalid_cursor',
  });
});

test('every operation that changes or deletes a resource records the document before', () => {
  const silent = operations
    .filter(({ spec }) => isWrite(spec) && (spec.method === 'patch' || spec.method === 'delete'))
    .filter(({ spec }) => !spec.hasBefore);
  expect(silent.map(({ spec }) => spec.operationId)).toEqual([]);
});
