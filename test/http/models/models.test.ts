import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { predictionsListedMax } from '../../../src/services/models/models.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { listedPrices, replayGpt5 } from '../../support/gpt5-history.ts';
import type { Json } from '../../support/http-client.ts';
import { litellm } from '../../support/listings.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
  await replayGpt5(world);
  await recordClaim(world, { slug: 'gpt-5-never' });
  await recordClaim(world, {
    slug: 'any-gpt-6',
    criterion: { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '6', tier: 'any' } },
  });
});
afterAll(() => world.close());

async function get(path: string): Promise<Json> {
  const answer = await world.anyone(`GET ${path}`);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json;
}

const slugs = (page: Json): string[] => page.data.map((row: Json) => row.slug);

describe('GET /v1/models/{vendor}/{slug}', () => {
  test('shows for GPT-5 which feed listed it when, the bracket, the date, and the basis of that date', async () => {
    const gpt5 = await get('/v1/models/openai/gpt-5');
    expect(gpt5).toMatchObject({
      id: 'openai/gpt-5',
      family: 'gpt',
      version: '5',
      tier: null,
      grade: 'admissible',
      stage: 'general',
      occurred: '2025-08-07',
      basis: 'curated',
      known_at: '2025-08-07T17:04:19Z',
      missing: null,
      trust: 'first_party',
      bracket: { after: '2025-08-06T12:00:00Z', by: '2025-08-07T17:04:19Z' },
      witnesses_total: 5,
      as_of: null,
    });
    expect(gpt5.why).toBe(
      "listed by openai-sdk from 2025-08-07T17:04:19Z, models-dev from 2025-08-07T17:59:07Z, litellm from 2025-08-07T19:08:55Z; dated by the vendor's row in models-dev, inside the bracket of first sightings",
    );
    expect(gpt5.witnesses.map((row: Json) => [row.feed, row.trust, row.name, row.host, row.own, row.standing])).toEqual(
      [
        ['openai-sdk', 'first_party', 'gpt-5', 'openai', true, 'witness'],
        ['models-dev', 'curated', 'gpt-5', 'openai', true, 'witness'],
        ['litellm', 'aggregator', 'gpt-5', 'openai', true, 'witness'],
        ['models-dev', 'aggregator', 'gpt-5', 'helicone', false, 'witness'],
        ['litellm', 'aggregator', 'azure/gpt-5', 'azure', false, 'witness'],
      ],
    );
    expect(gpt5.witnesses[2]).toMatchObject({
      origin: 'litellm',
      seen_from: '2025-08-07T19:08:55Z',
      absent_at: '2025-08-07T07:12:00Z',
      gone_at: null,
      dates: [],
    });
    expect(gpt5.witnesses[1].dates).toEqual([
      {
        text: '2025-08-07',
        weight: 'curated',
        use: 'used',
        why: null,
        observed_at: '2025-08-07T17:59:07Z',
        observation_id: gpt5.witnesses[1].observation_id,
      },
    ]);
    expect(gpt5.witnesses[3].dates).toMatchObject([
      { text: '2025-01-01', use: 'set_aside', why: "is in a host's row, which is not used for dating" },
    ]);
  });

  test('names for every statement an observation that can be retrieved', async () => {
    const gpt5 = await get('/v1/models/openai/gpt-5');
    const observations = await get('/v1/observations?vendor=openai&family=gpt&limit=200');
    const known = new Set(observations.data.map((row: Json) => row.id));
    const named = [...gpt5.witnesses, ...[...gpt5.stages, ...gpt5.attributes].flatMap((fact: Json) => fact.said_by)];
    expect(named.length).toBeGreaterThan(8);
    for (const { observation_id: id } of named) expect(known).toContain(id);
  });

  test('lists the stages with their own witnesses, and attributes with their publishers', async () => {
    const gpt5 = await get('/v1/models/openai/gpt-5');
    expect(gpt5.stages).toMatchObject([{ stage: 'general', grade: 'admissible', since: '2025-08-07', missing: null }]);
    expect(gpt5.stages[0].said_by.map((voice: Json) => voice.feed)).toEqual(['openai-sdk', 'models-dev', 'litellm']);
    expect(gpt5.attributes).toMatchObject([
      {
        name: 'input_usd_per_mtok',
        value: 1.25,
        grade: 'admissible',
        since: '2025-08-07',
        said_by: [{ feed: 'models-dev' }, { feed: 'litellm' }],
      },
    ]);
    expect(gpt5.retirement).toBeNull();
  });

  test('links the predictions whose criterion concerns it, and no others of its family', async () => {
    const gpt5 = await get('/v1/models/openai/gpt-5');
    expect(gpt5.predictions).toMatchObject([{ slug: 'gpt-5-never' }]);
    expect(gpt5.more_predictions).toBe(false);
    const linked = await get(gpt5.predictions[0].url);
    expect(linked.slug).toBe('gpt-5-never');
    expect(slugs(await get(gpt5.links.predictions))).toEqual(['any-gpt-6', 'gpt-5-never']);
  });

  test('lists some of very many predictions, and says that there are more', async () => {
    const criterion = { op: 'released', model: { vendor: 'openai', family: 'o', version: '1', tier: null } };
    for (let index = 0; index <= predictionsListedMax; index += 1)
      await recordClaim(world, { slug: `o1-${index}`, criterion });
    const o1 = await get('/v1/models/openai/o1');
    expect(o1.predictions).toHaveLength(predictionsListedMax);
    expect(o1.predictions[0].slug).toBe(`o1-${predictionsListedMax}`);
    expect(o1.more_predictions).toBe(true);
  });

  test('answers as of past moments from what was known then: first the SDK alone, then the day', async () => {
    expect((await world.anyone('GET /v1/models/openai/gpt-5?as_of=2025-08-07T17:00:00Z')).status).toBe(404);
    const alone = await get('/v1/models/openai/gpt-5?as_of=2025-08-07T17:30:00Z');
    expect(alone).toMatchObject({
      grade: 'admissible',
      basis: 'bracket',
      occurred: '2025-08-06T12:00:00Z/2025-08-07T17:04:19Z',
      witnesses_total: 1,
      as_of: { at: '2025-08-07T17:30:00Z' },
    });
    expect(alone.predictions).toEqual([]);
    const nextDay = await get('/v1/models/openai/gpt-5?as_of=2025-08-09T12:00:00Z');
    expect(nextDay).toMatchObject({ basis: 'curated', occurred: '2025-08-07', witnesses_total: 5 });
  });

  test('says what is missing for a model that a single host lists', async () => {
    await world.admin('POST /v1/feeds/litellm/snapshots?observed_at=2025-08-10T00:00:00Z', {
      body: JSON.stringify(litellm({ ...listedPrices, 'azure/gpt-9': { host: 'azure' } })),
    });
    const found = await get('/v1/models?q=gpt-9');
    expect(found.data).toMatchObject([{ slug: 'gpt-9', grade: 'short', known_at: null }]);
    expect(await get('/v1/models/openai/gpt-9')).toMatchObject({
      grade: 'short',
      missing: expect.stringContaining('more origin'),
      witnesses: [{ name: 'azure/gpt-9', standing: 'young' }],
    });
  });

  test.each([
    ['an unlisted model', 'openai/gpt-7', 'there is no model openai/gpt-7; GET /v1/models lists those that exist'],
    [
      'another spelling, and names the right one',
      'anthropic/claude-opus-4-1',
      'there is no model anthropic/claude-opus-4-1; this id stands for the model at /v1/models/anthropic/claude-4.1-opus',
    ],
    [
      'an id with its date',
      'openai/gpt-5-2025-08-07',
      'there is no model openai/gpt-5-2025-08-07; this id stands for the model at /v1/models/openai/gpt-5',
    ],
    [
      'a rolling alias',
      'openai/gpt-5-chat-latest',
      'there is no model openai/gpt-5-chat-latest; GET /v1/models lists those that exist',
    ],
    ['an unknown vendor', 'acme/gpt-5', 'there is no model acme/gpt-5; GET /v1/models lists those that exist'],
  ])('rejects %s', async (_what, path, detail) => {
    const answer = await world.anyone(`GET /v1/models/${path}`);
    expect(answer.json).toMatchObject({ status: 404, code: 'not_found', detail });
  });

  test('rejects a moment in the future and unknown parameters', async () => {
    const later = await world.anyone('GET /v1/models/openai/gpt-5?as_of=2030-01-01T00:00:00Z');
    expect(later.json).toMatchObject({ status: 422, errors: [{ pointer: '#/as_of' }] });
    const other = await world.anyone('GET /v1/models/openai/gpt-5?feed=litellm');
    expect(other.json).toMatchObject({ status: 422, errors: [{ pointer: '#/feed' }] });
  });
});

describe('GET /v1/models', () => {
  test('lists models by vendor and slug, page by page, each with its URL', async () => {
    const all = await get('/v1/models?limit=200');
    expect(slugs(all)).toContain('gpt-5');
    const ids = all.data.map((row: Json) => row.id);
    expect(ids).toEqual([...ids].sort());
    let cursor: string | null = null;
    const paged: Json[] = [];
    do {
      const page: Json = await get(`/v1/models?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(paged).toEqual(all.data);
    for (const row of all.data.slice(0, 3))
      expect(await get(row.url)).toMatchObject({ id: row.id, occurred: row.occurred });
  });

  test.each([
    ['vendor=anthropic', ['claude-3-haiku', 'claude-3-opus']],
    ['family=o&tier=none', ['o1']],
    ['family=o&tier=mini', ['o1-mini']],
    ['released[gte]=2025-08-01&released[lt]=2025-09-01&tier=none', ['gpt-5']],
    ['released[gte]=2025-08-08&tier=none', []],
    ['q=azure/gpt-5-2025-08-07', ['gpt-5']],
    ['q=openai/gpt-5&vendor=openai', ['gpt-5']],
    ['q=gpt-5&vendor=anthropic', []],
    ['q=gpt', []],
    ['q=gpt-5-chat-latest', []],
    ['stage=preview', []],
    ['vendor=anthropic&as_of=2025-08-06T10:00:00Z&grade=admissible', []],
    ['family=gpt&tier=none&as_of=2025-08-06T23:00:00Z', ['gpt-4', 'gpt-4o']],
  ])('by %s', async (query, expected) => {
    expect(slugs(await get(`/v1/models?${query}`))).toEqual(expected);
  });

  test.each([
    ['stage=finished', '#/stage'],
    ['grade=good', '#/grade'],
    ['released[gte]=soon', '#/released[gte]'],
    ['version=5', '#/version'],
    ['as_of=2030-01-01', '#/as_of'],
  ])('rejects %s', async (query, pointer) => {
    const answer = await world.anyone(`GET /v1/models?${query}`);
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer }] });
  });

  test('rejects a cursor of another list', async () => {
    const { next_cursor: cursor } = await get('/v1/models?limit=1');
    const answer = await world.anyone(`GET /v1/models?limit=1&vendor=openai&cursor=${cursor}`);
    expect(answer.json).toMatchObject({ code: 'invalid_cursor' });
  });
});

describe('GET /v1/releases', () => {
  test('lists releases, latest first, page by page', async () => {
    const all = await get('/v1/releases?limit=200');
    expect(slugs(all).slice(0, 2).sort()).toEqual(['gpt-5', 'gpt-5-mini']);
    expect(all.data.find((row: Json) => row.slug === 'gpt-5')).toEqual({
      id: 'openai/gpt-5',
      vendor: 'openai',
      slug: 'gpt-5',
      family: 'gpt',
      version: '5',
      tier: null,
      grade: 'admissible',
      stage: 'general',
      occurred: '2025-08-07',
      basis: 'curated',
      known_at: '2025-08-07T17:04:19Z',
      first_seen_at: '2025-08-07T17:04:19Z',
      url: '/v1/models/openai/gpt-5',
    });
    const first = await get('/v1/releases?limit=1');
    const second = await get(`/v1/releases?limit=200&cursor=${first.next_cursor}`);
    expect([...first.data, ...second.data]).toEqual(all.data);
  });

  test.each([
    ['vendor=openai&family=gpt&from=2025-08-07', ['gpt-5']],
    ['from=2025-08-08', []],
    ['to=2025-08-08&from=2025-08-07&vendor=openai', ['gpt-5']],
    ['vendor=openai&family=gpt&as_of=2025-08-07T17:00:00Z&from=2025-01-01', []],
    ['vendor=anthropic&from=2025-01-01', []],
  ])('by %s', async (query, expected) => {
    expect(slugs(await get(`/v1/releases?${query}`))).toEqual(expected);
  });

  test('rejects an invalid moment, and the future', async () => {
    for (const [query, pointer] of [
      ['from=yesterday', '#/from'],
      ['as_of=2030-01-01', '#/as_of'],
      ['sort=asc', '#/sort'],
    ])
      expect((await world.anyone(`GET /v1/releases?${query}`)).json).toMatchObject({
        status: 422,
        errors: [{ pointer }],
      });
  });
});
