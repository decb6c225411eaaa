import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { gpt5, recordClaim } from '../../support/claims.ts';
import { createPredictor, decide, forecast } from '../../support/forecasts.ts';
import type { Answer, Json } from '../../support/http-client.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
let author: string;
let claim: Json;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset({ now: '2026-01-15T12:00:00Z', feeds: [] });
  author = await createPredictor(world, 'The author');
  const criterion = { op: 'released', model: { ...gpt5, version: '6' }, by: '2026-12-31' };
  claim = await recordClaim(world, {
    slug: 'slip',
    criterion,
    predictor_id: author,
    probability: 0.9,
    tags: ['slips'],
  });
  await recordClaim(world, { slug: 'kept', criterion, predictor_id: author });
  world.clock.advance(hours(1));
});

const remove = async (slug = 'slip', headers: Record<string, string> = {}): Promise<Answer> =>
  await world.admin(`DELETE /v1/predictions/${slug}`, { headers });
const slugs = async (query: string): Promise<string[]> =>
  (await world.anyone(`GET /v1/predictions?${query}`)).json.data.map((one: Json) => one.slug);

describe('DELETE /v1/predictions/{id}', () => {
  test('returns the withdrawn prediction, which stays readable by id and by slug', async () => {
    const answer = await remove();
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      slug: 'slip',
      statement: claim.statement,
      status: 'withdrawn',
      outcome: null,
      standing: null,
      warnings: [],
      version: 2,
      withdrawn_at: '2026-01-15T13:00:00Z',
      updated_at: '2026-01-15T13:00:00Z',
    });
    expect((await world.anyone('GET /v1/predictions/slip')).json).toEqual(answer.json);
    expect((await world.anyone(`GET /v1/predictions/${claim.id}`)).json).toEqual(answer.json);
    expect((await world.anyone('GET /v1/predictions/kept')).json.withdrawn_at).toBeNull();
  });

  test('returns the same again, also with the ETag of the first time', async () => {
    const { etag = '' } = (await world.anyone('GET /v1/predictions/slip')).headers;
    const first = await remove('slip', { 'if-match': etag });
    world.clock.advance(hours(1));
    for (const headers of [{}, { 'if-match': etag }, { 'if-match': first.headers.etag ?? '' }]) {
      const again = await remove('slip', headers);
      expect([again.status, again.text, again.headers.etag]).toEqual([200, first.text, first.headers.etag]);
    }
    const types = (await world.anyone('GET /v1/events?prediction=slip')).json.data.map((event: Json) => event.type);
    expect(types.filter((type: string) => type === 'prediction.withdrawn')).toHaveLength(1);
  });

  test('returns 412 for an ETag of another version, and 409 with what to do once the prediction is resolved', async () => {
    expect((await remove('slip', { 'if-match': '"7"' })).status).toBe(412);
    await decide(world, 'slip', 'no', '2026-01-15');
    expect((await remove()).json).toMatchObject({
      status: 409,
      code: 'not_withdrawable',
      detail: expect.stringContaining('POST /v1/predictions/{id}/resolutions'),
    });
  });

  test('needs the scope write', async () => {
    expect((await world.anyone('DELETE /v1/predictions/slip')).status).toBe(401);
    const key = (await world.admin('POST /v1/api-keys', { json: { name: 'a', scopes: ['read', 'resolve'] } })).json.key;
    const headers = { authorization: `Bearer ${key}` };
    expect((await world.anyone('DELETE /v1/predictions/slip', { headers })).status).toBe(403);
  });

  test('changes no answer as of a moment before it', async () => {
    const paths = [
      '/v1/predictions/slip',
      '/v1/predictions/slip/explanation',
      '/v1/predictions/slip/forecasts',
      '/v1/predictions',
      '/v1/predictions?status=open',
      '/v1/predictions?status=withdrawn',
      '/v1/predictions?tag=slips&vendor=openai&sort=-resolve_by',
      `/v1/predictors/${author}/scorecard`,
    ];
    const answers = async () =>
      await Promise.all(
        paths.map(async (path) => {
          const asOf = `${path.includes('?') ? '&' : '?'}as_of=2026-01-15T12:30:00Z`;
          const { status, text, headers } = await world.anyone(`GET ${path}${asOf}`);
          return [path, status, text, headers.etag];
        }),
      );
    const before = await answers();
    await remove();
    expect(await answers()).toEqual(before);
    await world.admin('PATCH /v1/predictions/slip', { json: { slug: 'slipped', tags: [] } });
    expect(await answers()).toEqual(before);
  });
});

describe('a withdrawn prediction', () => {
  beforeEach(async () => {
    await remove();
  });

  test('is listed with the status withdrawn, now and as of then', async () => {
    expect(await slugs('status=withdrawn')).toEqual(['slip']);
    expect(await slugs('status=open')).toEqual(['kept']);
    expect(await slugs('')).toEqual(['kept', 'slip']);
    expect((await world.anyone('GET /v1/predictions?status=withdrawn&count=true')).json.total).toBe(1);
    world.clock.advance(hours(1));
    expect(await slugs('status=withdrawn&as_of=2026-01-15T13:30:00Z')).toEqual(['slip']);
    expect(await slugs('status=open,withdrawn&as_of=2026-01-15T13:30:00Z')).toEqual(['kept', 'slip']);
    expect(await slugs('status=withdrawn&as_of=2026-01-15T12:30:00Z')).toEqual([]);
  });

  test('counts as withdrawn in scorecards, tags and sources, and its forecasts are not scored', async () => {
    const card = async (query = '') => (await world.anyone(`GET /v1/predictors/${author}/scorecard${query}`)).json;
    expect(await card()).toMatchObject({
      claims: { recorded: 2, unresolved: 1, withdrawn: 1 },
      forecasts: { waiting: 0, unanswered: 1 },
    });
    expect(await card('?as_of=2026-01-15T12:30:00Z')).toMatchObject({
      claims: { recorded: 2, unresolved: 2, withdrawn: 0 },
      forecasts: { waiting: 1, unanswered: 0 },
    });
    expect((await world.anyone('GET /v1/predictions/slip/forecasts')).json.data).toMatchObject([
      { scoring: 'unanswered' },
    ]);
    expect((await world.anyone('GET /v1/tags')).json.data).toMatchObject([
      { tag: 'slips', predictions: { total: 1, open: 0, withdrawn: 1 } },
    ]);
    const refused = await world.admin('POST /v1/predictions/slip/forecasts', { json: { probability: 0.1 } });
    expect(refused.json).toMatchObject({ status: 409, code: 'withdrawn' });
    await forecast(world, 'kept', { probability: 0.1 });
  });

  test('has the event prediction.withdrawn, which an endpoint can subscribe to', async () => {
    const json = { url: 'https://hooks.test/', event_types: ['prediction.withdrawn'], filter: { predictor: author } };
    const endpoint = (await world.admin('POST /v1/webhook-endpoints', { json })).json;
    await remove('kept');
    const events = (await world.anyone('GET /v1/events?type=prediction.withdrawn')).json.data;
    expect(events).toMatchObject([
      { prediction_id: claim.id, data: { prediction: { slug: 'slip' }, withdrawn_at: '2026-01-15T13:00:00Z' } },
      { data: { prediction: { slug: 'kept' } } },
    ]);
    const deliveries = (await world.admin(`GET /v1/webhook-endpoints/${endpoint.id}/deliveries`)).json.data;
    expect(deliveries).toMatchObject([{ event: { type: 'prediction.withdrawn', id: events[1].id } }]);
  });

  test('is shown as withdrawn by its badge and its history, and not in the calendar or among the resolutions', async () => {
    expect((await world.anyone('GET /badges/slip.svg')).text).toContain('releases GPT-5: withdrawn');
    const history = (await world.anyone('GET /v1/predictions/slip/history')).json.data.at(-1);
    expect(history).toMatchObject({ at: '2026-01-15T13:00:00Z', what: 'withdrawn', changes: null });
    const calendar = (await world.anyone('GET /calendar.ics')).text;
    expect([calendar.includes(`UID:${claim.id}`), calendar.match(/BEGIN:VEVENT/g)?.length]).toEqual([false, 1]);
    expect((await world.anyone('GET /feeds/resolutions.json')).json.items).toEqual([]);
  });

  test('accepts no decision', async () => {
    const json = { outcome: 'yes', effective_at: '2026-01-15', reason_code: 'evidence_reviewed', reason: 'Seen.' };
    const answer = await world.admin('POST /v1/predictions/slip/resolutions', { json });
    expect(answer.json).toMatchObject({ status: 409, code: 'withdrawn' });
  });
});
