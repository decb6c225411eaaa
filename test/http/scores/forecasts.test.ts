import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { scopes } from '../../../src/domain/access/api-key.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { neverGpt5, recordClaim } from '../../support/claims.ts';
import { createPredictor, decide, forecast, judged } from '../../support/forecasts.ts';
import { type Json, makeClient } from '../../support/http-client.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
let author: string;
let other: string;
beforeAll(async () => {
  world = await openApiWorld();
});
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  author = await createPredictor(world, 'The author');
  other = await createPredictor(world, 'Somebody else');
});
afterAll(() => world.close());

const claim = (slug: string, fields: object = {}) =>
  recordClaim(world, { slug, criterion: judged, predictor_id: author, ...fields });
const ask = (slug: string, json: object) => world.admin(`POST /v1/predictions/${slug}/forecasts`, { json });
const listed = async (slug: string, query = ''): Promise<Json[]> => {
  const answer = await world.anyone(`GET /v1/predictions/${slug}/forecasts${query}`);
  expect(answer.status).toBe(200);
  return answer.json.data;
};
const day = hours(24);

describe('POST /v1/predictions/{id}/forecasts', () => {
  test('appends a forecast by the author of the claim, made now by default', async () => {
    const made = await claim('it');
    const answer = await ask('it', { probability: 0.35 });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/v1/predictions/${made.id}/forecasts`);
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^fc_/),
      prediction_id: made.id,
      predictor: { id: author, name: 'The author' },
      probability: 0.35,
      made_at: '2026-01-15T12:00:00Z',
      recorded_at: '2026-01-15T12:00:00Z',
      criterion_version: 1,
      source_id: null,
      locator: null,
      hindsight: false,
      scoring: 'waiting',
    });
    const source = (await world.admin('POST /v1/sources', { json: { title: 'An essay' } })).json.id;
    const created = await forecast(world, 'it', {
      probability: 1,
      made_at: '2025-03',
      predictor_id: other,
      source_id: source,
      locator: 'page 7',
    });
    expect(created).toMatchObject({
      made_at: '2025-03',
      predictor: { id: other },
      source_id: source,
      locator: 'page 7',
    });
    expect((await listed('it')).map((row) => row.probability)).toEqual([1, 0.35]);
    expect(await listed(made.id, `?predictor=${other}`)).toEqual([created]);
  });

  test.each([
    ['below zero', { probability: -0.000001 }, '#/probability'],
    ['above one', { probability: 1.000001 }, '#/probability'],
    ['as text', { probability: '0.5' }, '#/probability'],
    ['of nothing', {}, '#/probability'],
    ['made in the future', { probability: 0.5, made_at: '2026-01-15T12:00:01Z' }, '#/made_at'],
    ['with an invalid date', { probability: 0.5, made_at: '2025-02-30' }, '#/made_at'],
    ['by an unknown predictor', { probability: 0.5, predictor_id: 'who_none' }, '#/predictor_id'],
    ['from an unknown source', { probability: 0.5, source_id: 'src_none' }, '#/source_id'],
    ['with U+0000', { probability: 0.5, locator: 'a\0' }, '#/locator'],
    ['with a blank locator', { probability: 0.5, locator: ' ' }, '#/locator'],
    ['with an unknown field', { probability: 0.5, reason: 'x' }, '#/reason'],
  ])('rejects a forecast %s', async (_what, json, pointer) => {
    await claim('it');
    const answer = await ask('it', json);
    expect(answer.json).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ pointer }] });
    expect(await listed('it')).toEqual([]);
  });

  test('accepts 0 and 1', async () => {
    await claim('it');
    for (const probability of [0, 1]) expect((await ask('it', { probability })).status).toBe(201);
  });

  test('rejects a forecast without a predictor, and of an unknown prediction', async () => {
    await claim('it', { predictor_id: null });
    expect((await ask('it', { probability: 0.5 })).json).toMatchObject({
      status: 422,
      errors: [{ pointer: '#/predictor_id' }],
    });
    expect((await ask('none', { probability: 0.5 })).json).toMatchObject({ status: 404, code: 'not_found' });
  });

  test('needs the scope write', async () => {
    await claim('it');
    for (const scope of scopes) {
      const made = (await world.admin('POST /v1/api-keys', { json: { name: scope, scopes: [scope] } })).json;
      const client = makeClient(world.base, { authorization: `Bearer ${made.key}` });
      const { status } = await client('POST /v1/predictions/it/forecasts', { json: { probability: 0.5 } });
      expect([scope, status]).toEqual([scope, scope === 'write' || scope === 'admin' ? 201 : 403]);
    }
  });

  test('runs once per Idempotency-Key, and is recorded in the audit', async () => {
    await claim('it');
    const headers = { 'idempotency-key': '"forecast-1"' };
    const send = (probability: number) =>
      world.admin('POST /v1/predictions/it/forecasts', { json: { probability }, headers });
    const first = await send(0.5);
    expect((await send(0.5)).json).toEqual(first.json);
    expect((await send(0.6)).json).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect(await listed('it')).toHaveLength(1);
    const [entry] = (await world.admin('GET /v1/audit?limit=1')).json.data;
    expect(entry).toMatchObject({
      operation: 'createPredictionForecast',
      resource_id: first.json.id,
      after: { probability: 0.5 },
    });
  });
});

describe('scoring of a forecast', () => {
  test.each([
    ['the day before', '2026-01-09', 201],
    ['that day', '2026-01-10', 409],
    ['that moment', '2026-01-10T00:00:00Z', 409],
    ['the last moment before', '2026-01-09T23:59:59.999Z', 201],
    ['some time that month', '2026-01', 409],
    ['afterwards', '2026-01-11', 409],
    ['now', undefined, 409],
  ])('made %s of a prediction that was settled on 2026-01-10 is returned as documented', async (_w, madeAt, status) => {
    await claim('it', { made_at: '2025' });
    await decide(world, 'it', 'yes', '2026-01-10');
    const answer = await ask('it', { probability: 0.9, made_at: madeAt });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject(
      status === 409 ? { code: 'conflict' } : { scoring: 'hindsight', hindsight: true },
    );
  });

  test('follows the current resolution', async () => {
    await claim('it', { made_at: '2025' });
    await forecast(world, 'it', { probability: 0.1, made_at: '2025-06-01' });
    await forecast(world, 'it', { probability: 0.2, made_at: '2026-01-01', predictor_id: other });
    const replaced = await world.admin('POST /v1/predictions/it/criterion', {
      json: { criterion: { ...judged, question: 'Did it really?' }, reason: 'It was vague.' },
    });
    expect(replaced.status).toBe(200);
    await forecast(world, 'it', { probability: 0.3, made_at: '2026-01-02' });
    await forecast(world, 'it', { probability: 0.4, made_at: '2026-01-12' });
    world.clock.advance(day);
    const scoring = async (query = '') => (await listed('it', query)).map((row) => row.scoring);
    expect(await scoring()).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
    world.clock.advance(day);
    await decide(world, 'it', 'no', '2026-01-17');
    world.clock.advance(1);
    await forecast(world, 'it', { probability: 0.5, made_at: '2026-01-14' });
    expect(await scoring()).toEqual(['other_criterion', 'other_criterion', 'scored', 'scored', 'hindsight']);
    await decide(world, 'it', 'no', '2026-01-11');
    expect(await scoring()).toEqual(['other_criterion', 'other_criterion', 'hindsight', 'too_late', 'too_late']);
    await decide(world, 'it', 'ambiguous', '2026-01-17');
    expect(new Set(await scoring())).toEqual(new Set(['unanswered']));
    expect(await scoring('?as_of=2026-01-16')).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
  });

  test('a vague date is bounded by the moment of recording', async () => {
    await claim('it', { made_at: '2025' });
    await forecast(world, 'it', { probability: 0.1, made_at: '2026' });
    world.clock.advance(day * 2);
    await decide(world, 'it', 'yes', '2026-01-17');
    expect((await listed('it'))[0]).toMatchObject({ made_at: '2026', scoring: 'scored' });
  });
});

describe('GET /v1/predictions/{id}/forecasts', () => {
  test('as of a moment lists what was recorded by then, whatever is recorded later', async () => {
    await claim('it', { made_at: '2025' });
    await forecast(world, 'it', { probability: 0.5, made_at: '2025-06-01' });
    world.clock.advance(day);
    const then = '?as_of=2026-01-15T12:00:00Z';
    const before = await listed('it', then);
    await forecast(world, 'it', { probability: 0.7, made_at: '2025-05-01' });
    expect(await listed('it', then)).toEqual(before);
    expect(before.map((row) => row.probability)).toEqual([0.5]);
    expect((await listed('it')).map((row) => row.probability)).toEqual([0.7, 0.5]);
    expect(await listed('it', '?as_of=2026-01-15T11:59:59Z')).toEqual([]);
  });

  test('continues page by page in the order of made_at, and rejects invalid input', async () => {
    await claim('it', { made_at: '2025' });
    for (const madeAt of ['2025-03', '2025-01-05', '1961', '2025-03-01', '2025'])
      await forecast(world, 'it', { probability: 0.5, made_at: madeAt });
    const dates: string[] = [];
    let target: string | undefined = '/v1/predictions/it/forecasts?limit=2';
    while (target !== undefined) {
      const answer = await world.anyone(`GET ${target}`);
      dates.push(...answer.json.data.map((row: Json) => row.made_at));
      target = /<(.+)>; rel="next"/.exec(answer.headers.link ?? '')?.[1];
    }
    expect(dates).toEqual(['1961', '2025', '2025-01-05', '2025-03', '2025-03-01']);
    const codeOf = async (query: string) => (await world.anyone(`GET /v1/predictions/it/forecasts?${query}`)).json.code;
    expect(await codeOf('cursor=abc')).toBe('invalid_cursor');
    expect(await codeOf('as_of=2030-01-01')).toBe('validation_failed');
    expect(await codeOf('by=me')).toBe('validation_failed');
    expect((await world.anyone('GET /v1/predictions/none/forecasts')).json.code).toBe('not_found');
  });

  test('returns 304 for a matching ETag, until another forecast is added', async () => {
    await claim('it');
    const get = (tag = '') => world.anyone('GET /v1/predictions/it/forecasts', { headers: { 'if-none-match': tag } });
    const { etag } = (await get()).headers;
    expect((await get(etag)).status).toBe(304);
    await forecast(world, 'it', { probability: 0.5 });
    expect((await get(etag)).status).toBe(200);
  });
});

describe('the probability of a prediction', () => {
  test('recorded with the claim becomes the first forecast of its predictor', async () => {
    const source = (await world.admin('POST /v1/sources', { json: { title: 'An essay' } })).json.id;
    const made = await claim('it', { made_at: '2025-03', probability: 0.9, source_id: source, locator: 'page 7' });
    expect(made.probability).toBe(0.9);
    expect(await listed('it')).toMatchObject([
      { probability: 0.9, made_at: '2025-03', predictor: { id: author }, source_id: source, locator: 'page 7' },
    ]);
  });

  test('is rejected without a predictor, and nothing is recorded', async () => {
    const json = { slug: 'it', statement: 's', made_at: '2025', criterion: neverGpt5, probability: 0.4 };
    const answer = await world.admin('POST /v1/predictions', { json });
    expect(answer.json).toMatchObject({ status: 422, errors: [{ pointer: '#/predictor_id' }] });
    expect((await world.anyone('GET /v1/predictions/it')).status).toBe(404);
    const absurd = await world.admin('POST /v1/predictions', {
      json: { ...json, predictor_id: author, probability: 2 },
    });
    expect(absurd.json).toMatchObject({ status: 422, errors: [{ pointer: '#/probability' }] });
  });

  test('is the last forecast of its own predictor, in lists, alone and as of a moment', async () => {
    await claim('it', { made_at: '2025', probability: 0.9 });
    world.clock.advance(day);
    await forecast(world, 'it', { probability: 0.2 });
    await forecast(world, 'it', { probability: 0.6, made_at: '2025-12' });
    await forecast(world, 'it', { probability: 0.4, predictor_id: other });
    const probabilityOf = async (query = '') => [
      (await world.anyone(`GET /v1/predictions/it${query}`)).json.probability,
      (await world.anyone(`GET /v1/predictions${query}`)).json.data[0].probability,
    ];
    expect(await probabilityOf()).toEqual([0.2, 0.2]);
    expect(await probabilityOf('?as_of=2026-01-16T11:59:59Z')).toEqual([0.9, 0.9]);
  });

  test('changes the response, but not the version that an edit must name', async () => {
    const { version } = await claim('it');
    const before = await world.anyone('GET /v1/predictions/it');
    await forecast(world, 'it', { probability: 0.5 });
    const after = await world.anyone('GET /v1/predictions/it', {
      headers: { 'if-none-match': before.headers.etag ?? '' },
    });
    expect([after.status, after.json.version]).toEqual([200, version]);
    const edited = await world.admin('PATCH /v1/predictions/it', {
      json: { locator: 'page 7' },
      headers: { 'if-match': before.headers.etag ?? '' },
    });
    expect(edited.status).toBe(200);
  });
});
