import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { gpt5, recordClaim } from '../../support/claims.ts';
import { createPredictor, forecast, judged } from '../../support/forecasts.ts';
import type { Json } from '../../support/http-client.ts';
import { ledger, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { hours, readAt, readLater } from '../../support/play.ts';
import { catalogues } from '../../support/world.ts';

const reviewed = { slug: 'ledger', adapter: 'ledger', url: 'https://ledger.test/releases.json' };

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2025-01-01T00:00:00Z', feeds: [...catalogues, reviewed] });
});
afterAll(() => world.close());

async function history(id: string, query = ''): Promise<Json> {
  const answer = await world.anyone(`GET /v1/predictions/${id}/history${query}`);
  expect(answer.status).toBe(200);
  return answer.json;
}

const nothing = {
  made_at: null,
  criterion: null,
  changes: null,
  forecast: null,
  leaning: null,
  contradicts: null,
  resolution: null,
  erratum: null,
};

describe('GET /v1/predictions/{id}/history', () => {
  test('lists everything that happened, in order: the claim, its edits, its resolution and amendments', async () => {
    const soon = { op: 'released', model: gpt5, from: '2025-01-01', by: '2025-02-28' };
    const made = await recordClaim(world, {
      slug: 'soon',
      statement: 'GPT-5 comes soon.',
      criterion: { op: 'released', model: gpt5 },
    });
    world.clock.advance(hours(1));
    const patch = { statement: 'GPT-5 comes by February.', tags: ['timelines'] };
    await world.admin('PATCH /v1/predictions/soon', { json: patch, headers: { 'if-match': '*' } });
    world.clock.advance(hours(1));
    const replaced = await world.admin('POST /v1/predictions/soon/criterion', {
      json: { criterion: soon, reason: 'The deadline was forgotten.' },
    });
    expect(replaced.status).toBe(200);
    await readAt(world, '2025-01-02', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
    await readAt(world, '2025-01-20', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
    await readAt(world, '2025-02-01', {
      litellm: litellm([...oldModels, 'gpt-5']),
      'models-dev': modelsDev(oldModels),
    });
    await readAt(world, '2025-02-02', {
      litellm: litellm([...oldModels, 'gpt-5']),
      'models-dev': modelsDev([...oldModels, 'gpt-5']),
    });
    await readLater(world, 25);
    const decided = await world.admin('POST /v1/predictions/soon/resolutions', {
      json: {
        outcome: 'annulled',
        effective_at: '2025-02-03',
        reason_code: 'criterion_defective',
        reason: 'It was meant otherwise.',
      },
    });
    expect(decided.status).toBe(201);

    const { data } = await history('soon');
    expect(data.map((entry: Json) => [entry.at, entry.what])).toEqual([
      ['2025-01-01T00:00:00Z', 'created'],
      ['2025-01-01T01:00:00Z', 'edited'],
      ['2025-01-01T02:00:00Z', 'criterion_replaced'],
      ['2025-02-01T00:00:00Z', 'proposed'],
      ['2025-02-03T01:00:00Z', 'resolved'],
      ['2025-02-03T01:00:00Z', 'amended'],
    ]);
    const [created, edited, criterion, proposed, resolved, amended] = data;
    expect(created).toEqual({
      ...nothing,
      at: '2025-01-01T00:00:00Z',
      what: 'created',
      made_at: '2025-01',
      criterion: { version: 1, hash: made.criterion_hash, text: made.criterion_text, reason: null },
    });
    expect(edited.changes).toEqual([
      { field: 'statement', before: 'GPT-5 comes soon.', after: patch.statement },
      { field: 'tags', before: [], after: ['timelines'] },
    ]);
    expect(criterion.criterion).toMatchObject({ version: 2, reason: 'The deadline was forgotten.' });
    expect(proposed.leaning).toMatchObject({
      outcome: 'yes',
      reason: 'below_policy',
      text: expect.stringContaining('gpt-5'),
    });
    expect(resolved.resolution).toMatchObject({ outcome: 'yes', decided_by: 'resolver', supersedes: null });
    expect(amended.resolution).toMatchObject({ outcome: 'annulled', supersedes: resolved.resolution.id });
    expect(amended.resolution).toEqual(decided.json);
  });

  test('gives the same entries page by page, by id and by slug', async () => {
    const whole = await history('soon');
    const { json: prediction } = await world.anyone('GET /v1/predictions/soon');
    const paged: Json[] = [];
    let cursor: string | null = null;
    do {
      const page: Json = await history(prediction.id, `?limit=1${cursor === null ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.data);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(paged).toEqual(whole.data);
    expect(whole.next_cursor).toBeNull();
  });

  test('lists evidence that contradicts a resolution, and names the resolution', async () => {
    await recordClaim(world, {
      slug: 'not-in-march',
      made_at: '2025-02-01',
      criterion: { op: 'released', model: { ...gpt5, version: '6' }, from: '2025-02-10', by: '2025-02-20' },
    });
    const listed = [...oldModels, 'gpt-5'];
    await readAt(world, '2025-02-21', { litellm: litellm(listed), 'models-dev': modelsDev(listed) });
    await readAt(world, '2025-03-01', { litellm: litellm(listed), 'models-dev': modelsDev(listed) });
    await readAt(world, '2025-03-02', {
      'models-dev': modelsDev([...listed, 'gpt-6']),
      ledger: ledger('2025-03-02', [{ id: 'gpt-6', released: '2025-02-15', published: '2025-02-28' }]),
    });
    await readLater(world, 25);
    const { data } = await history('not-in-march');
    const no = data.find((entry: Json) => entry.what === 'resolved');
    const last = data.at(-1);
    expect(no.resolution.outcome).toBe('no');
    expect(last).toMatchObject({ contradicts: no.resolution.id, leaning: { outcome: 'yes' } });
    expect(data.map((entry: Json) => entry.what)).toEqual(['created', 'resolved', 'disputed']);
  });

  test('lists forecasts, the one recorded with the claim right after it', async () => {
    const author = await createPredictor(world, 'The author');
    const fields = { slug: 'forecast', predictor_id: author, probability: 0.3, criterion: judged };
    await recordClaim(world, fields);
    world.clock.advance(hours(1));
    const said = await forecast(world, 'forecast', { probability: 0.7, made_at: '2025-01-15' });
    const { data } = await history('forecast');
    expect(data.map((entry: Json) => [entry.what, entry.forecast?.probability])).toEqual([
      ['created', undefined],
      ['forecast', 0.3],
      ['forecast', 0.7],
    ]);
    expect(data[2]).toEqual({
      ...nothing,
      at: said.recorded_at,
      what: 'forecast',
      forecast: { id: said.id, predictor: said.predictor, probability: 0.7, made_at: '2025-01-15' },
    });
    const { next_cursor: cursor } = await history('forecast', '?limit=2');
    expect((await history('forecast', `?limit=2&cursor=${cursor}`)).data).toEqual([data[2]]);
  });

  test('contains no entry for a rejected edit, and only the fields that changed', async () => {
    await recordClaim(world, { slug: 'edited', criterion: judged });
    await world.admin('PATCH /v1/predictions/edited', { json: { slug: 'soon' }, headers: { 'if-match': '*' } });
    await world.admin('PATCH /v1/predictions/edited', {
      json: { locator: 'page 7', tags: [] },
      headers: { 'if-match': '*' },
    });
    const { data } = await history('edited');
    expect(data.filter((entry: Json) => entry.what === 'edited').map((entry: Json) => entry.changes)).toEqual([
      [{ field: 'locator', before: null, after: 'page 7' }],
    ]);
  });

  test('rejects an unknown prediction, and a cursor of another one', async () => {
    expect((await world.anyone('GET /v1/predictions/nothing/history')).json).toMatchObject({
      status: 404,
      code: 'not_found',
    });
    const { next_cursor: cursor } = await history('soon', '?limit=1');
    const other = await world.anyone(`GET /v1/predictions/edited/history?limit=1&cursor=${cursor}`);
    expect(other.json).toMatchObject({ status: 400, code: 'invalid_cursor' });
  });
});
