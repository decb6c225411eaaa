import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { createPredictor, decide, forecast, judged } from '../../support/forecasts.ts';
import type { Json } from '../../support/http-client.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2025-01-20T09:00:00Z' });
});
afterAll(() => world.close());

const card = async (id: string, query = ''): Promise<Json> => {
  const answer = await world.anyone(`GET /v1/predictors/${id}/scorecard${query}`);
  expect(answer.status).toBe(200);
  return answer.json;
};
const noHits = { right: 0, wrong: 0, hit_rate: null, interval: null };

describe('GET /v1/predictors/{id}/scorecard', () => {
  test('of a predictor without forecasts is empty', async () => {
    const id = await createPredictor(world, 'Nobody yet');
    const empty = await card(id);
    expect(empty).toMatchObject({
      predictor: { id, name: 'Nobody yet' },
      claims: { recorded: 0, unresolved: 0, disputed: 0, overdue: 0, withdrawn: 0, hindsight: 0 },
      coverage: { resolved: 0, forecast: 0, share: null },
      peer_score: { predictions: 0, score: null },
      plain_claims: noHits,
      plain_claims_hindsight: noHits,
      forecasts: { waiting: 0, unanswered: 0, other_criterion: 0, too_late: 0, hindsight: 0, scored: 0 },
      rule: 'time_weighted',
      score: { predictions: 0, forecasts: 0, brier: null, brier_last: null, log_score: null, baseline_score: null },
      as_of: null,
    });
    expect(empty.score.calibration).toHaveLength(10);
    expect(empty.hindsight_score).toEqual(empty.score);
  });

  test('scores what the evidence settles, and follows an amendment by a person', async () => {
    const id = await createPredictor(world, 'The author');
    await createArchive(world, 'archive');
    await recordClaim(world, { slug: 'never', predictor_id: id, probability: 0.9 });
    await recordClaim(world, { slug: 'plain', predictor_id: id, criterion: judged });
    expect((await card(id)).forecasts).toMatchObject({ waiting: 1, scored: 0 });
    world.clock.set('2025-09-01');
    await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-08-31T00:00:00Z', { body: gpt5Ledger });
    await decide(world, 'plain', 'yes', '2025-08-30');
    const settled = await card(id);
    expect(settled).toMatchObject({
      claims: { recorded: 2, unresolved: 0, yes: 1, no: 1 },
      coverage: { resolved: 2, forecast: 1, share: 0.5 },
      plain_claims: { right: 1, wrong: 0, hit_rate: 1 },
      forecasts: { scored: 1 },
      score: { predictions: 1, brier: 0.81, brier_last: 0.81, log_score: Number((-Math.LN10).toFixed(6)) },
    });
    expect(settled.score.calibration[9]).toEqual({
      from: 0.9,
      to: 1,
      forecasts: 1,
      predictions: 1,
      weight: 1,
      forecast_mean: 0.9,
      observed: 0,
      interval: { low: 0, high: 0.793451 },
    });
    const then = '?as_of=2025-09-01T00:30:00Z';
    world.clock.advance(hours(1));
    const before = await card(id, then);
    expect(before).toEqual({
      ...settled,
      as_of: {
        at: '2025-09-01T00:30:00Z',
        evaluator: expect.anything(),
        identity: expect.anything(),
        coverage: expect.anything(),
      },
    });
    await decide(world, 'never', 'yes', '2025-08-07');
    expect((await card(id)).score).toMatchObject({ brier: 0.01, brier_last: 0.01 });
    expect(await card(id, then)).toEqual(before);
    await forecast(world, 'never', { probability: 0.5, made_at: '2025-06-01' });
    expect(await card(id)).toMatchObject({
      forecasts: { scored: 1, hindsight: 1 },
      score: { brier: 0.01 },
      hindsight_score: { predictions: 1, brier: 0.25 },
    });
  });

  test('returns 304 for a matching ETag, and may be cached for a past as_of', async () => {
    const id = await createPredictor(world, 'Somebody');
    const target = `GET /v1/predictors/${id}/scorecard`;
    const { headers } = await world.anyone(target);
    expect(headers['cache-control']).toBe('no-cache');
    expect((await world.anyone(target, { headers: { 'if-none-match': headers.etag ?? '' } })).status).toBe(304);
    expect((await world.anyone(`${target}?as_of=2025-02-01`)).headers['cache-control']).toMatch(/^public, max-age=/);
  });

  test('rejects an unknown predictor, the future, and unknown parameters', async () => {
    const id = await createPredictor(world, 'Somebody else');
    const codeOf = async (target: string) => (await world.anyone(`GET /v1/predictors/${target}`)).json.code;
    expect(await codeOf('who_none/scorecard')).toBe('not_found');
    expect(await codeOf(`${id}/scorecard?as_of=2031-01-01`)).toBe('validation_failed');
    expect(await codeOf(`${id}/scorecard?rule=last`)).toBe('validation_failed');
  });
});
