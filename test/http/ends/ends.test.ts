import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { announcements, endFeeds, openaiList, prices } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAt } from '../../support/play.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-01-01', feeds: endFeeds });
  const listed = { 'gpt-5-2025-08-07': '2026-12-10', 'gpt-5-mini': '2026-06-10', 'gpt-4.1': null };
  await readAt(world, '2026-01-02', {
    openai: openaiList({ ...listed, 'gpt-5-mini': '2026-05-10' }),
    litellm: prices({
      'gpt-5-2025-08-07': { ends: '2026-10-21' },
      'azure/gpt-5-2025-08-07': { host: 'azure', ends: '2026-10-21' },
      'azure/eu/gpt-5-mini': { host: 'azure', ends: '2027-02' },
      'gpt-4.1': {},
    }),
    deprecations: announcements([
      { provider: 'OpenAI', id: 'gpt-5-2025-08-07', ends: '2026-12-10', successors: ['gpt-4.1'] },
      { provider: 'Google', id: 'gemini-2.5-flash', ends: '2026-06-17', announced: '2026-06-17' },
    ]),
  });
  await readAt(world, '2026-02-01', { openai: openaiList(listed) });
  const { 'gpt-5-mini': _mini, ...rest } = listed;
  await readAt(world, '2026-06-12', { openai: openaiList(listed) });
  await readAt(world, '2026-06-20', { openai: openaiList(rest) });
});
afterAll(() => world.close());

async function get(path: string): Promise<Json> {
  const answer = await world.anyone(`GET ${path}`);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json;
}

const lines = (page: Json): string[] =>
  page.data.map((end: Json) => [end.id, end.host ?? end.scope, end.kind, end.date, end.days_left].join(' '));

describe('GET /v1/ends', () => {
  test('lists the ends to come, the most urgent first', async () => {
    expect(lines(await get('/v1/ends'))).toEqual([
      'gpt-5-2025-08-07 azure planned 2026-10-21 123',
      'gpt-5-2025-08-07 vendor firm 2026-12-10 173',
      'gpt-5-mini azure planned 2027-02 226',
    ]);
  });

  test('answers as of an earlier moment', async () => {
    expect(lines(await get('/v1/ends?as_of=2026-01-31T00:00:00Z&scope=vendor'))).toEqual([
      'gpt-5-mini vendor firm 2026-05-10 99',
      'gemini-2.5-flash vendor earliest 2026-06-17 137',
      'gpt-5-2025-08-07 vendor firm 2026-12-10 313',
    ]);
  });

  test.each([
    ['vendor=google&state=all', ['gemini-2.5-flash']],
    ['family=gpt&scope=vendor', ['gpt-5-2025-08-07']],
    ['kind=firm,earliest&state=all', ['gpt-5-mini', 'gemini-2.5-flash', 'gpt-5-2025-08-07']],
    ['host=azure', ['gpt-5-2025-08-07', 'gpt-5-mini']],
    ['state=past', ['gpt-5-mini', 'gemini-2.5-flash']],
    ['state=ended', ['gpt-5-mini']],
    ['ends[gte]=2026-06-10&ends[lt]=2026-10-21', ['gpt-5-mini', 'gemini-2.5-flash']],
    ['ends[gte]=2026-06-10&ends[lt]=2026-10-21&state=upcoming', []],
  ])('filters by %s', async (query, ids) => {
    const page = await get(`/v1/ends?${query}`);
    expect(page.data.map((end: Json) => end.id)).toEqual(ids);
  });

  test('continues after the last end of a page', async () => {
    const whole = lines(await get('/v1/ends?state=all'));
    const read: string[] = [];
    for (let path = '/v1/ends?state=all&limit=1'; ; ) {
      const page = await get(path);
      read.push(...lines(page));
      if (page.next_cursor === null) break;
      path = `/v1/ends?state=all&limit=1&cursor=${page.next_cursor}`;
    }
    expect(read).toEqual(whole);
    expect(whole).toHaveLength(5);
  });

  test('gives every source, the successor and the model', async () => {
    const [end] = (await get('/v1/ends?scope=vendor')).data;
    expect(end).toMatchObject({
      model: { id: 'openai/gpt-5', vendor: 'openai', slug: 'gpt-5', url: '/v1/models/openai/gpt-5' },
      stated_since: '2026-01-02T00:00:00Z',
      ended_at: null,
      contradicted: null,
      successor: { id: 'gpt-4.1', feed: 'deprecations', model: { slug: 'gpt-4.1' } },
      moved_from: [],
    });
    expect(end.sources.map((source: Json) => [source.feed, source.trust, source.text, source.use])).toEqual([
      ['openai', 'first_party', '2026-12-10', 'decides'],
      ['deprecations', 'curated', '2026-12-10', 'agrees'],
      ['litellm', 'aggregator', '2026-10-21', 'differs'],
    ]);
    const observation = await get(`/v1/observations/${end.sources[2].observation_id}`);
    expect(observation).toMatchObject({ item: { raw: { deprecation_date: '2026-10-21' } } });
  });

  test('shows where a date moved from, and the evidence of the end', async () => {
    const [end] = (await get('/v1/ends?state=ended')).data;
    expect(end).toMatchObject({
      id: 'gpt-5-mini',
      date: '2026-06-10',
      days_left: -10,
      stated_since: '2026-02-01T00:00:00Z',
      ended_at: '2026-06-20T00:00:00Z',
      moved_from: [
        {
          date: '2026-05-10',
          from: '2026-01-02T00:00:00Z',
          to: '2026-02-01T00:00:00Z',
          because: 'moved',
          feed: 'openai',
        },
      ],
    });
    expect(end.evidence).toHaveLength(1);
    const [before] = (await get('/v1/ends?vendor=openai&state=past&as_of=2026-06-13T00:00:00Z')).data;
    expect(before).toMatchObject({
      id: 'gpt-5-mini',
      ended_at: null,
      contradicted: { feed: 'openai', since: '2026-06-12T00:00:00Z', status: 'listed' },
    });
  });

  test('refuses a kind that there is not', async () => {
    const answer = await world.anyone('GET /v1/ends?kind=soon');
    expect(answer.status).toBe(422);
    expect(answer.json.errors[0].pointer).toBe('#/kind');
  });
});

test('GET /v1/models/{vendor}/{slug} shows the ends of the ids of a model', async () => {
  const model = await get('/v1/models/openai/gpt-5');
  expect(lines({ data: model.ends })).toEqual([
    'gpt-5-2025-08-07 azure planned 2026-10-21 123',
    'gpt-5-2025-08-07 vendor firm 2026-12-10 173',
  ]);
  expect(model.ends).toEqual((await get('/v1/ends?state=all')).data.filter((end: Json) => end.model.slug === 'gpt-5'));
});

describe('GET /v1/models', () => {
  const slugs = (page: Json): string[] => page.data.map((row: Json) => row.slug);

  test.each([
    ['sort=ends', ['gpt-5-mini', 'gemini-2.5-flash', 'gpt-5']],
    ['sort=ends&kind=firm', ['gpt-5-mini', 'gpt-5']],
    ['ends[gte]=2026-06-17&ends[lt]=2026-12-11', ['gemini-2.5-flash', 'gpt-5']],
    ['sort=ends&vendor=openai&ends[lt]=2026-12-01', ['gpt-5-mini']],
    ['sort=ends&as_of=2026-01-15&ends[lt]=2026-06-01', ['gpt-5-mini']],
    ['sort=ends&ends[lt]=2026-06-01', []],
  ])('filters and sorts by the ends at the vendor: %s', async (query, expected) => {
    expect(slugs(await get(`/v1/models?${query}`))).toEqual(expected);
  });

  test('continues after the last model of a page by end', async () => {
    const first = await get('/v1/models?sort=ends&limit=2');
    const rest = await get(`/v1/models?sort=ends&limit=2&cursor=${first.next_cursor}`);
    expect([...slugs(first), ...slugs(rest)]).toEqual(['gpt-5-mini', 'gemini-2.5-flash', 'gpt-5']);
    expect(rest.next_cursor).toBeNull();
  });
});

describe('GET /v1/ends/record', () => {
  test('says for each vendor which dates stood, moved and were contradicted', async () => {
    const { data } = await get('/v1/ends/record');
    expect(data).toEqual([
      expect.objectContaining({ vendor: 'google', ends: 1, stood: 0, moved: 0, shift_days: null }),
      {
        vendor: 'openai',
        ends: 2,
        stood: 0,
        moved: 1,
        moves: 1,
        shift_days: { least: 31, median: 31, most: 31 },
        notice_days: { least: 98, median: 98, most: 98 },
        withdrawn: 0,
        ended: 1,
        contradicted_active: 0,
        contradicted_listed: 1,
      },
    ]);
  });

  test('answers as of an earlier moment, and for hosts', async () => {
    const [before] = (await get('/v1/ends/record?vendor=openai&as_of=2026-01-15')).data;
    expect(before).toMatchObject({ ends: 2, moved: 0, ended: 0, contradicted_listed: 0 });
    expect((await get('/v1/ends/record?scope=host')).data).toMatchObject([{ vendor: 'openai', ends: 2, ended: 0 }]);
  });
});
