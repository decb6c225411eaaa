import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { announcements, endFeeds, openaiList, prices } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAgain, readAt } from '../../support/play.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-01-01', feeds: endFeeds });
});
beforeEach(() => world.reset({ now: '2026-01-01', feeds: endFeeds }));
afterAll(() => world.close());

const id = 'gpt-5-mini-2025-08-07';
const slug = `openai-${id}-retired-by-2026-06-10`;
const openai = (ends: string | null) => openaiList({ [id]: ends, 'gpt-4.1': null, o3: null });
const page = announcements([{ provider: 'OpenAI', id, ends: '2026-06-10' }]);

async function claim(body: object = { vendor: 'openai', id }): Promise<{ status: number; json: Json }> {
  return await world.admin('POST /v1/ends/claims', { json: body });
}

async function get(path: string): Promise<Json> {
  const answer = await world.anyone(`GET ${path}`);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json;
}

const scorecardOf = async ({ predictor }: Json): Promise<Json> => await get(`/v1/predictors/${predictor.id}/scorecard`);

test('a stated end is claimed by the one who states it, once', async () => {
  await readAt(world, '2026-01-02', { openai: openai('2026-06-10') });
  world.clock.set('2026-01-20');
  const made = await claim();
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({
    slug,
    made_at: '2026-01-02',
    self_stated: true,
    status: 'open',
    resolve_by: '2026-06-10',
    criterion: { op: 'retired', model: { vendor: 'openai', family: 'gpt', version: '5', tier: ['mini'] } },
    predictor: { name: 'openai' },
    source: { title: 'Ends of models in the feed openai', url: 'https://openai.test/v1/models' },
    from_end: { vendor: 'openai', id, kind: 'firm', date: '2026-06-10', feed: 'openai' },
  });
  const again = await claim({ vendor: 'openai', id: `openai/${id}` });
  expect([again.status, again.json.id]).toEqual([200, made.json.id]);
  const [listed] = (await get('/v1/predictions')).data;
  expect([listed.id, listed.self_stated]).toEqual([made.json.id, true]);
  await readAt(world, '2026-02-01', { openai: openai('2026-08-10') });
  const moved = await claim();
  expect([moved.status, moved.json.predictor.id, moved.json.source.id]).toEqual([
    201,
    made.json.predictor.id,
    made.json.source.id,
  ]);
});

describe('a claim from a stated end counts in scorecards', () => {
  test('not while only its own statement shows the outcome', async () => {
    await readAt(world, '2026-01-02', { openai: openai('2026-06-10') });
    const { json } = await claim();
    expect((await scorecardOf(json)).claims).toMatchObject({ recorded: 0, self_stated: 1 });
    await readAgain(world, '2026-06-12');
    const resolved = await get(`/v1/predictions/${slug}`);
    expect([resolved.outcome, resolved.self_stated]).toEqual(['yes', true]);
    expect(await scorecardOf(json)).toMatchObject({
      claims: { recorded: 0, yes: 0, self_stated: 1 },
      plain_claims: { right: 0 },
    });
    const byPeople = await get(`/v1/predictors/${json.predictor.id}/scorecard?decided_by=people`);
    expect(byPeople.claims.self_stated).toBe(0);
    const predictor = await (await fetch(`${world.base}/predictors/${json.predictor.id}`)).text();
    expect(predictor).toContain('Left out of all figures: 1 self-stated claim.');
    const html = await (await fetch(`${world.base}/predictions/${slug}`)).text();
    expect(html).toContain('Self-stated');
  });

  test('not if a catalogue repeats the date', async () => {
    await readAt(world, '2026-01-02', { deprecations: page, litellm: prices({ [id]: { ends: '2026-06-10' } }) });
    const { json } = await claim();
    expect(json.predictor.name).toBe('deprecations');
    await readAgain(world, '2026-01-04');
    await readAgain(world, '2026-06-12');
    await readAgain(world, '2026-06-14');
    const resolved = await get(`/v1/predictions/${json.slug}`);
    expect([resolved.outcome, resolved.self_stated]).toEqual(['yes', true]);
    expect((await scorecardOf(json)).claims.recorded).toBe(0);
  });

  test('once another first party shows the outcome', async () => {
    await readAt(world, '2026-01-02', { deprecations: page });
    const { json } = await claim();
    expect(json.predictor.name).toBe('deprecations');
    await readAt(world, '2026-03-01', { openai: openai('2026-06-10') });
    await readAgain(world, '2026-06-12');
    const resolved = await get(`/v1/predictions/${json.slug}`);
    expect([resolved.outcome, resolved.self_stated]).toEqual(['yes', false]);
    expect(await scorecardOf(json)).toMatchObject({
      claims: { recorded: 1, yes: 1, self_stated: 0 },
      plain_claims: { right: 1 },
    });
    const before = await get(`/v1/predictions/${json.slug}?as_of=2026-06-01`);
    expect([before.status, before.self_stated]).toEqual(['open', true]);
    expect((await get(`/v1/predictors/${json.predictor.id}/scorecard?as_of=2026-06-01`)).claims).toMatchObject({
      recorded: 0,
      self_stated: 1,
    });
  });

  test('once a person has decided', async () => {
    await readAt(world, '2026-01-02', { openai: openai('2026-06-10') });
    const { json } = await claim();
    world.clock.set('2026-06-01');
    const body = { outcome: 'no', effective_at: '2026-05-30', reason_code: 'evidence_reviewed', reason: 'It stays.' };
    expect((await world.admin(`POST /v1/predictions/${slug}/resolutions`, { json: body })).status).toBe(201);
    expect((await get(`/v1/predictions/${slug}`)).self_stated).toBe(false);
    expect((await scorecardOf(json)).claims).toMatchObject({ recorded: 1, no: 1 });
  });
});

describe('no claim is made', () => {
  const detailOf = async (body: object): Promise<string> => {
    const { status, json } = await claim(body);
    expect([status, json.errors?.[0]?.pointer]).toEqual([422, '#/id']);
    return json.detail;
  };

  test('from an end that is not stated', async () => {
    expect(await detailOf({ vendor: 'openai', id: 'gpt-5' })).toMatch(
      /no end of gpt-5 at openai is stated; GET \/v1\/ends/,
    );
  });

  test('from an earliest date, from the end of a host, or from what has passed', async () => {
    await readAt(world, '2026-01-02', {
      deprecations: announcements([
        { provider: 'Google', id: 'gemini-2.5-flash', ends: '2026-06-17', announced: '2026-06-17' },
        { provider: 'Azure', id: 'gpt-5', ends: '2026-06-17' },
      ]),
    });
    expect(await detailOf({ vendor: 'google', id: 'gemini-2.5-flash' })).toContain('only the earliest possible one');
    expect(await detailOf({ vendor: 'openai', id: 'azure/gpt-5' })).toContain('no end of gpt-5 at openai is stated');
  });

  test('from the end of one snapshot while the model goes on', async () => {
    const rows = { 'gpt-4o-2024-05-13': '2026-06-10', 'gpt-4o-2024-08-06': null, 'gpt-4o': null, o3: null };
    await readAt(world, '2026-01-02', { openai: openaiList(rows) });
    expect(await detailOf({ vendor: 'openai', id: 'gpt-4o-2024-05-13' })).toContain('other ids of openai/gpt-4o');
    await readAt(world, '2026-01-03', { openai: openaiList({ ...rows, 'gpt-4o-2024-08-06': '2026-09-01' }) });
    expect(await detailOf({ vendor: 'openai', id: 'gpt-4o-2024-05-13' })).toContain('gpt-4o-2024-08-06');
    expect((await claim({ vendor: 'openai', id: 'gpt-4o-2024-08-06' })).status).toBe(201);
  });

  test('if another prediction has the slug', async () => {
    await readAt(world, '2026-01-02', { openai: openai('2026-06-10') });
    const other = { slug, statement: 'Mine.', made_at: '2026-01', criterion: { op: 'judged', question: 'Is it?' } };
    expect((await world.admin('POST /v1/predictions', { json: other })).status).toBe(201);
    const { status, json } = await claim();
    expect([status, json.code]).toEqual([409, 'conflict']);
    expect(json.detail).toMatch(/\/v1\/predictions\/pred_\w+ has the slug/);
  });

  test('by a key that may not write', async () => {
    expect((await world.anyone('POST /v1/ends/claims', { json: { vendor: 'openai', id } })).status).toBe(401);
  });
});
