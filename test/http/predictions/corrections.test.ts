import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import { decide, forecast } from '../../support/forecasts.ts';
import type { Answer, Json } from '../../support/http-client.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
let source: string;
let predictor: string;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  source = (await world.admin('POST /v1/sources', { json: { title: 'An artikle', language: 'fr' } })).json.id;
  predictor = (await world.admin('POST /v1/predictors', { json: { name: 'A. Outhor' } })).json.id;
  await recordClaim(world, { slug: 'never', source_id: source, predictor_id: predictor, probability: 0.9 });
  world.clock.advance(hours(1));
});

type Kind = 'sources' | 'predictors';
const pathOf = (kind: Kind): string => `/v1/${kind}/${kind === 'sources' ? source : predictor}`;
const patch = async (kind: Kind, json: object, headers: Record<string, string> = {}): Promise<Answer> =>
  await world.admin(`PATCH ${pathOf(kind)}`, { json, headers });

/** Every answer that shows words of a source or a predictor, as of a moment. */
async function answersAsOf(moment: string): Promise<string[]> {
  const paths = [
    ...(['sources', 'predictors'] as const).flatMap((kind) => [pathOf(kind), `/v1/${kind}`]),
    '/v1/predictions/never',
    '/v1/predictions',
    '/v1/predictions/never/forecasts',
    `/v1/predictors/${predictor}/scorecard`,
  ];
  return await Promise.all(
    paths.map(async (path) => {
      const { status, text, headers } = await world.anyone(`GET ${path}?as_of=${moment}`);
      return `${path} ${status} ${headers.etag} ${text}`;
    }),
  );
}

const edits: readonly (readonly [Kind, string, unknown])[] = [
  ['sources', 'title', 'An article'],
  ['sources', 'url', 'https://example.com/article'],
  ['sources', 'language', null],
  ['sources', 'author', 'A. Author'],
  ['sources', 'published_at', '2025-01'],
  ['predictors', 'name', 'A. Author'],
  ['predictors', 'url', 'https://example.com'],
];

describe.each(edits)('PATCH of %s: %s', (kind, field, value) => {
  test('is a new version, and changes no answer as of a moment before it', async () => {
    const before = await answersAsOf('2026-01-15T12:30:00Z');
    const corrected = await patch(kind, { [field]: value });
    expect(corrected.status).toBe(200);
    expect(corrected.json).toMatchObject({ [field]: value, version: 2, updated_at: '2026-01-15T13:00:00Z' });
    expect(corrected.headers.etag).toMatch(/^"2-/);
    expect((await world.anyone(`GET ${pathOf(kind)}`)).json).toEqual(corrected.json);
    expect(await answersAsOf('2026-01-15T12:30:00Z')).toEqual(before);
    world.clock.advance(hours(1));
    const then = (await world.anyone(`GET ${pathOf(kind)}?as_of=2026-01-15T13:30:00Z`)).json;
    expect(then).toMatchObject({ [field]: value, version: 2 });
  });

  test('of a claim that is resolved changes no answer of then, nor its outcome', async () => {
    await decide(world, 'never', 'no', '2026-01-15');
    world.clock.advance(hours(1));
    const before = await answersAsOf('2026-01-15T13:30:00Z');
    const { version, outcome, resolution } = (await world.anyone('GET /v1/predictions/never')).json;
    expect((await patch(kind, { [field]: value })).status).toBe(200);
    expect(await answersAsOf('2026-01-15T13:30:00Z')).toEqual(before);
    expect((await world.anyone('GET /v1/predictions/never')).json).toMatchObject({ version, outcome, resolution });
  });
});

describe('a corrected source or predictor', () => {
  test('is shown with its new words in predictions, forecasts and scorecards', async () => {
    await patch('sources', { title: 'An article' });
    await patch('predictors', { name: 'A. Author' });
    await forecast(world, 'never', { probability: 0.5 });
    const shown = async (query = ''): Promise<Json> => ({
      prediction: (await world.anyone(`GET /v1/predictions/never${query}`)).json,
      forecasts: (await world.anyone(`GET /v1/predictions/never/forecasts${query}`)).json.data,
      card: (await world.anyone(`GET /v1/predictors/${predictor}/scorecard${query}`)).json,
    });
    const name = 'A. Author';
    const corrected = {
      prediction: { source: { title: 'An article' }, predictor: { name } },
      forecasts: [{ predictor: { name } }, { predictor: { name } }],
      card: { predictor: { name } },
    };
    expect(await shown()).toMatchObject(corrected);
    world.clock.advance(hours(1));
    expect(await shown('?as_of=2026-01-15T13:30:00Z')).toMatchObject(corrected);
    expect(await shown('?as_of=2026-01-15T12:30:00Z')).toMatchObject({
      prediction: { source: { title: 'An artikle' }, predictor: { name: 'A. Outhor' } },
      forecasts: [{ predictor: { name: 'A. Outhor' } }],
      card: { predictor: { name: 'A. Outhor' } },
    });
  });

  test('is not in a list as of a moment before it was created, and has no counts as of a moment', async () => {
    await world.admin('POST /v1/sources', { json: { title: 'Later' } });
    await world.admin('POST /v1/predictors', { json: { name: 'Later' } });
    const past = '?as_of=2026-01-15T12:30:00Z';
    expect((await world.anyone('GET /v1/sources')).json.data).toHaveLength(2);
    const [listed, ...others] = (await world.anyone(`GET /v1/sources${past}`)).json.data;
    expect([listed.title, listed.predictions, others]).toEqual(['An artikle', undefined, []]);
    expect((await world.anyone(`GET /v1/predictors${past}`)).json.data).toMatchObject([{ name: 'A. Outhor' }]);
  });

  test('that nothing refers to can be deleted with its versions', async () => {
    const { id } = (await world.admin('POST /v1/sources', { json: { title: 'Unused' } })).json;
    expect((await world.admin(`PATCH /v1/sources/${id}`, { json: { title: 'Not used' } })).status).toBe(200);
    expect((await world.admin(`DELETE /v1/sources/${id}`)).status).toBe(204);
    expect((await world.admin(`DELETE ${pathOf('sources')}`)).status).toBe(409);
  });
});

describe.each(['sources', 'predictors'] as const)('PATCH of %s', (kind) => {
  const field = kind === 'sources' ? 'title' : 'name';

  test('changes only the version that If-Match names', async () => {
    const { etag = '' } = (await world.anyone(`GET ${pathOf(kind)}`)).headers;
    const attempts = ['One', 'Two'].map((value) => patch(kind, { [field]: value }, { 'if-match': etag }));
    const statuses = (await Promise.all(attempts)).map((answer) => answer.status);
    expect(statuses.sort()).toEqual([200, 412]);
    const stale = await patch(kind, { [field]: 'Three' }, { 'if-match': '"1", "7"' });
    expect(stale.json).toMatchObject({ code: 'precondition_failed', detail: expect.stringContaining('version 2') });
  });

  test('is no new version if it changes nothing, and needs a field and a value that is required', async () => {
    const { json: before } = await world.anyone(`GET ${pathOf(kind)}`);
    world.clock.advance(hours(1));
    expect((await patch(kind, { [field]: before[field] })).json).toEqual(before);
    expect((await patch(kind, {})).status).toBe(422);
    expect((await patch(kind, { [field]: null })).json.errors).toMatchObject([{ pointer: `#/${field}` }]);
    expect((await patch(kind, { id: 'other' })).status).toBe(422);
    expect((await world.anyone(`PATCH ${pathOf(kind)}`, { json: { [field]: 'One' } })).status).toBe(401);
  });
});
