import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { watchedIdsMax } from '../../../src/domain/model-watches/limits.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
beforeEach(() => world.reset({ feeds: [], now: '2026-01-15T12:00:00Z' }));
afterAll(() => world.close());

const watches = '/v1/watches';
const put = (name: string, json: object, headers: Record<string, string> = {}) =>
  world.admin(`PUT ${watches}/${name}`, { json, headers });

async function created(json: object = {}): Promise<Json> {
  const answer = await world.admin(`POST ${watches}`, { json: { name: 'shop', ids: ['gpt-5'], ...json } });
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
  return answer.json;
}

describe(`POST ${watches}`, () => {
  test('returns how each id was read, or why it was not', async () => {
    await createArchive(world, 'archive');
    await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
    const ids = ['azure/gpt-5', 'gpt-5-mini', 'claude-3-5-sonnet-latest', 'my-finetune'];
    const watch = await created({ ids, owner: 'payments' });
    expect(watch).toMatchObject({ name: 'shop', owner: 'payments', host: null, ids_count: 4, version: 1 });
    expect(watch.notice_days).toEqual([90, 60, 30, 7, 1, 0]);
    expect(watch.ids).toMatchObject([
      {
        id: 'azure/gpt-5',
        read_as: { vendor: 'openai', slug: 'gpt-5', id: 'gpt-5', host: 'azure' },
        alias_of: null,
        status: 'available',
        problem: null,
      },
      { id: 'gpt-5-mini', read_as: { slug: 'gpt-5-mini', host: null }, status: 'unknown' },
      { id: 'claude-3-5-sonnet-latest', alias_of: 'anthropic/claude-3.5-sonnet', status: 'unknown' },
      {
        id: 'my-finetune',
        read_as: null,
        status: 'unread',
        problem: {
          code: 'unknown_vendor',
          detail: 'nothing in it identifies a vendor that the identity data knows',
        },
      },
    ]);
  });

  test('returns 409 for a name that is taken', async () => {
    await created();
    const answer = await world.admin(`POST ${watches}`, { json: { name: 'shop', ids: ['gpt-5'] } });
    expect([answer.status, answer.json.detail]).toEqual([
      409,
      'there is a watch shop already; replace it with PUT /v1/watches/shop',
    ]);
  });

  test.each([
    [{ name: 'wat_x' }, '#/name'],
    [{ name: 'a b' }, '#/name'],
    [{ ids: [] }, '#/ids'],
    [{ ids: [' '] }, '#/ids/0'],
    [{ ids: ['x'.repeat(257)] }, '#/ids/0'],
    [{ notice_days: [] }, '#/notice_days'],
    [{ notice_days: [-1] }, '#/notice_days/0'],
    [{ notice_days: [366] }, '#/notice_days/0'],
    [{ colour: 'red' }, '#/colour'],
  ])('rejects %j', async (fields, pointer) => {
    const answer = await world.admin(`POST ${watches}`, { json: { name: 'shop', ids: ['gpt-5'], ...fields } });
    expect([answer.status, answer.json.errors?.[0]?.pointer]).toEqual([422, pointer]);
  });

  test('requires the scope write, and reading does not', async () => {
    await created();
    expect((await world.anyone(`POST ${watches}`, { json: { name: 'other', ids: ['gpt-5'] } })).status).toBe(401);
    expect((await world.anyone(`PUT ${watches}/shop`, { json: { ids: ['gpt-5'] } })).status).toBe(401);
    expect((await world.anyone(`DELETE ${watches}/shop`)).status).toBe(401);
    expect((await world.anyone(`GET ${watches}/shop`)).status).toBe(200);
  });

  test('replays its response for the same Idempotency-Key', async () => {
    const ask = { json: { name: 'shop', ids: ['gpt-5'] }, headers: { 'idempotency-key': 'once' } };
    const first = await world.admin(`POST ${watches}`, ask);
    const second = await world.admin(`POST ${watches}`, ask);
    expect([first.status, second.status, second.headers['idempotent-replayed']]).toEqual([201, 201, 'true']);
    expect(second.json).toEqual(first.json);
  });
});

describe(`PUT ${watches}/{id}`, () => {
  test('creates a watch of that name, then replaces it, and changes nothing when repeated', async () => {
    const first = await put('ci', { ids: ['gpt-5', 'gpt-5'], owner: 'ci' });
    expect([first.status, first.json.ids_count, first.headers.location]).toEqual([
      201,
      1,
      `${watches}/${first.json.id}`,
    ]);
    world.clock.advance(1000);
    const same = await put('ci', { ids: ['gpt-5'], owner: 'ci' });
    expect([same.status, same.json]).toEqual([200, first.json]);
    const next = await put(first.json.id, { ids: ['gpt-4o', 'gpt-5'], notice_days: [7, 30, 7] });
    expect(next.status).toBe(200);
    expect(next.json).toMatchObject({ name: 'ci', owner: null, notice_days: [30, 7], version: 2, ids_count: 2 });
    expect(next.json.ids.map(({ id }: Json) => id)).toEqual(['gpt-4o', 'gpt-5']);
    expect((await world.anyone(`GET ${watches}/ci`)).json).toEqual(next.json);
  });

  test('returns 412 for another version than that of If-Match', async () => {
    const { version } = await created();
    const stale = await put('shop', { ids: ['gpt-4o'] }, { 'if-match': '"7"' });
    expect(stale.status).toBe(412);
    expect((await put('none', { ids: ['gpt-4o'] }, { 'if-match': '"1"' })).status).toBe(412);
    expect((await put('shop', { ids: ['gpt-4o'] }, { 'if-match': `"${version}"` })).status).toBe(200);
  });

  test('returns 404 for an unknown id, and 422 for what cannot be a name', async () => {
    expect((await put('wat_nothing', { ids: ['gpt-5'] })).status).toBe(404);
    expect((await put('~', { ids: ['gpt-5'] })).status).toBe(422);
  });

  test(`accepts ${watchedIdsMax} ids, and no more`, async () => {
    const ids = Array.from({ length: watchedIdsMax + 1 }, (_, index) => `gpt-5-${index}`);
    const answer = await put('all', { ids: ids.slice(1) });
    expect([answer.status, answer.json.ids.length]).toEqual([201, watchedIdsMax]);
    expect((await put('all', { ids })).status).toBe(422);
  });

  test('is recorded in the audit log with the ids before and after', async () => {
    const { id } = await created();
    await put('shop', { ids: ['gpt-4o'] });
    const entry = (await world.admin(`GET /v1/audit?operation=replaceWatch`)).json.data[0];
    expect(entry).toMatchObject({ resource_id: id, before: { ids: ['gpt-5'] }, after: { ids: ['gpt-4o'] } });
  });
});

test('the list has pages, and a deleted watch is gone', async () => {
  for (const name of ['a', 'b', 'c']) await created({ name });
  const first = await world.anyone(`GET ${watches}?limit=2`);
  expect(first.json.data.map(({ name }: Json) => name)).toEqual(['a', 'b']);
  expect(first.json.data[0].ids).toBeUndefined();
  const rest = await world.anyone(`GET ${watches}?limit=2&cursor=${first.json.next_cursor}`);
  expect(rest.json).toMatchObject({ data: [{ name: 'c' }], next_cursor: null });
  expect((await world.admin(`DELETE ${watches}/b`)).status).toBe(204);
  expect((await world.admin(`DELETE ${watches}/b`)).status).toBe(404);
  expect((await world.anyone(`GET ${watches}/b`)).status).toBe(404);
});
