import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findFeed } from '../../../src/store/feeds.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { gpt5, recordClaim } from '../../support/claims.ts';
import { served } from '../../support/wire.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const url = 'https://catalogue.test/models';
const options = { items: '/data', id: '/id', vendor: 'openai', released: '/released_at' };
const models = (...ids: string[]) => ({
  data: ids.map((id) => ({ id, model: { name: id }, released_at: '2026-01-10' })),
});

describe('a configured JSON feed', () => {
  beforeEach(async () => {
    await world.admin('DELETE /v1/feeds/catalogue');
  });

  test('is created, returned with its options, and read', async () => {
    const made = await world.admin('POST /v1/feeds', { json: { slug: 'own-list', adapter: 'json', url, options } });
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({ options, trust: 'community', covers: [], origin: 'json' });
    expect((await world.anyone('GET /v1/feeds/own-list')).json.options).toEqual(options);
    world.wire.answer(url, served(models('gpt-5', 'gpt-5-mini')));
    expect((await world.admin('POST /v1/feeds/own-list/polls')).json).toMatchObject({ result: 'ok', items: 2 });
    const seen = await world.anyone('GET /v1/observations?feed=own-list&name=gpt-5');
    expect(seen.json.data).toMatchObject([
      { model: { vendor: 'openai', family: 'gpt', version: '5', tier: null }, source_as_of: '2026-01-10' },
    ]);
  });

  test.each([
    [{ adapter: 'json' }, '#/options'],
    [{ adapter: 'json', options: null }, '#/options'],
    [{ adapter: 'json', options: { id: '/id' } }, '#/options/items'],
    [{ adapter: 'json', options: { ...options, items: 'data' } }, '#/options/items'],
    [{ adapter: 'json', options: { ...options, vendor: 'opneai' } }, '#/options/vendor'],
    [{ adapter: 'json', options: { ...options, code: 'x => x' } }, '#/options/code'],
    [
      { adapter: 'json', options: { ...options, attributes: { input_usd_per_mtok: '/price' } } },
      '#/options/attributes/input_usd_per_mtok',
    ],
    [{ adapter: 'json', options: { ...options, released: '/a\0' } }, '#'],
    [{ adapter: 'litellm', options }, '#/options'],
  ])('%j is rejected', async (fields, pointer) => {
    const answer = await world.admin('POST /v1/feeds', { json: { slug: 'catalogue', ...fields } });
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: expect.stringContaining(pointer) }] });
  });

  test('is edited by a merge patch, validated as a whole, and then requested in full', async () => {
    await world.admin('POST /v1/feeds', { json: { slug: 'catalogue', adapter: 'json', url, options } });
    world.wire.answer(url, served(models('gpt-5'), { etag: '"one"' }));
    await world.admin('POST /v1/feeds/catalogue/polls');
    expect((await findFeed(world.http.services.db.sql, 'catalogue'))?.etag).toBe('"one"');
    const patch = { released: null, id: '/model/name', attributes: { context_tokens: '/context' } };
    const edited = await world.admin('PATCH /v1/feeds/catalogue', { json: { options: patch } });
    const { released: _released, ...rest } = { ...options, ...patch };
    expect(edited.json).toMatchObject({ version: 2, options: rest });
    expect(edited.json.options).not.toHaveProperty('released');
    await world.admin('POST /v1/feeds/catalogue/polls');
    expect(world.wire.asks.filter((ask) => ask.url === url).at(-1)?.etag).toBeNull();
    const refused = await world.admin('PATCH /v1/feeds/catalogue', { json: { options: { items: null } } });
    expect(refused.json).toMatchObject({ status: 422, errors: [{ pointer: '#/options/items' }] });
    expect((await world.anyone('GET /v1/feeds/catalogue')).json).toMatchObject({ version: 2, options: rest });
    await world.admin('PATCH /v1/feeds/catalogue', { json: { enabled: false } });
    expect((await world.anyone('GET /v1/feeds/catalogue')).json.options).toEqual(rest);
  });
});

test('a community feed settles nothing until an operator raises its trust', async () => {
  const claim = await recordClaim(world, {
    slug: 'by-own-list',
    criterion: { op: 'released', model: { ...gpt5, version: '5.1' }, from: '2026-01-01' },
  });
  const body = (trust: string) => ({
    slug: `list-${trust.replace('_', '-')}`,
    adapter: 'json',
    options: { ...options, weight: 'stands' },
    origin: `list-${trust.replace('_', '-')}`,
    trust,
  });
  for (const trust of ['community', 'first_party']) {
    const made = await world.admin('POST /v1/feeds', { json: body(trust) });
    const payload = JSON.stringify(models('gpt-5.1'));
    await world.admin(`POST /v1/feeds/${made.json.id}/snapshots?observed_at=2026-01-11T00:00:00Z`, { body: payload });
    const { json } = await world.anyone(`GET /v1/predictions/${claim.id}`);
    expect([trust, json.status === 'resolved']).toEqual([trust, trust === 'first_party']);
  }
});
