import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceCases } from '../../../src/services/cases/clock.ts';
import { keepScorecards } from '../../../src/services/scores/scorecards.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { createPredictor, decide, forecast, judged } from '../../support/forecasts.ts';
import type { Json } from '../../support/http-client.ts';
import { cast, createPanel, type Judge, makeJudge, openCase, recordJudged } from '../../support/panels.ts';
import { hours } from '../../support/play.ts';

let world: ApiWorld;
let who: string;
beforeAll(async () => {
  world = await openApiWorld({ now: '2025-01-20T09:00:00Z' });
  who = await createPredictor(world, 'The author');
  await createArchive(world, 'archive');
  await recordClaim(world, { slug: 'never', predictor_id: who, probability: 0.9 });
  await recordClaim(world, { slug: 'plain', predictor_id: who, criterion: judged });
  await recordClaim(world, { slug: 'open', predictor_id: who, criterion: judged, probability: 0.3 });
  await recordJudged(world, { predictor_id: who, probability: 0.8 });
  const other = await createPredictor(world, 'Another');
  await forecast(world, 'distilled', { probability: 0.5, predictor_id: other });
  await decideAll();
});
afterAll(() => world.close());

/** The evidence settles `never`, a person `plain`, and a panel `distilled`, in this order. */
async function decideAll(): Promise<void> {
  world.clock.set('2025-09-01');
  await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-08-31T00:00:00Z', { body: gpt5Ledger });
  await decide(world, 'plain', 'yes', '2025-08-30');
  const judge: Judge = await makeJudge(world, 'Judge A');
  await createPanel(world, [judge], { quorum: 1, vote_days: 1, review_days: 0 });
  const { id } = await openCase(world);
  await cast(judge, id, 'yes');
  for (const wait of [hours(24), 0]) {
    world.clock.advance(wait);
    await advanceCases(world.deps);
  }
}

const card = async (query = ''): Promise<Json> =>
  (await world.anyone(`GET /v1/predictors/${who}/scorecard${query}`)).json;

/** The numbers that tell the claims apart. */
const parts = ({ claims, plain_claims: plain, forecasts, score, peer_score: peer }: Json) => ({
  recorded: claims.recorded,
  unresolved: claims.unresolved,
  yes: claims.yes,
  no: claims.no,
  plain: plain.right,
  waiting: forecasts.waiting,
  brier: score.brier,
  peers: peer.predictions,
});

const expected = [
  ['', { recorded: 4, unresolved: 1, yes: 2, no: 1, plain: 1, waiting: 1, brier: 0.425, peers: 1 }],
  ['decided_by=resolver', { recorded: 1, unresolved: 0, yes: 0, no: 1, plain: 0, waiting: 0, brier: 0.81, peers: 0 }],
  ['decided_by=people', { recorded: 2, unresolved: 0, yes: 2, no: 0, plain: 1, waiting: 0, brier: 0.04, peers: 1 }],
] as const;

test('a scorecard can be of all claims, or of those that evidence or people settled, computed and kept', async () => {
  const read = async () => {
    const found: unknown[] = [];
    for (const [query] of expected) found.push([query, parts(await card(`?${query}`))]);
    return found;
  };
  expect(await read()).toEqual(expected);
  expect(await keepScorecards(world.deps)).toBeGreaterThan(0);
  expect(await read()).toEqual(expected);
});

test('together with as_of, it is of the resolutions that were known by then', async () => {
  world.clock.advance(hours(1));
  const then = '&as_of=2025-09-01T12:00:00Z';
  expect(parts(await card(`?decided_by=people${then}`))).toMatchObject({ recorded: 1, yes: 1, plain: 1, brier: null });
  const before = '&as_of=2025-08-31T12:00:00Z';
  expect(parts(await card(`?decided_by=people${before}`))).toMatchObject({ recorded: 0, brier: null });
  expect(parts(await card(`?decided_by=resolver${then}`))).toMatchObject({ recorded: 1, no: 1, brier: 0.81 });
});

test('a person who amends a resolution of the resolver moves the claim to those that people decided', async () => {
  await decide(world, 'never', 'no', '2025-08-07');
  expect(parts(await card('?decided_by=resolver'))).toMatchObject({ recorded: 0, brier: null });
  expect(parts(await card('?decided_by=people'))).toMatchObject({ recorded: 3, no: 1, brier: 0.425 });
});

test('refuses another value with those that exist', async () => {
  const refused = await world.anyone(`GET /v1/predictors/${who}/scorecard?decided_by=machine`);
  expect([refused.status, refused.json.code]).toEqual([422, 'validation_failed']);
  expect(refused.text).toMatch(/resolver.*people/);
});

test('the page of a predictor leads to each of them, at the same moment', async () => {
  const { text } = await world.anyone(`GET /predictors/${who}?decided_by=people&as_of=2025-09-01T12:00:00Z`);
  const at = 'as_of=2025-09-01T12%3A00%3A00Z';
  expect(text).toContain(`href="../predictors/${who}?${at}"`);
  expect(text).toContain(`href="../predictors/${who}?${at}&amp;decided_by=resolver"`);
  expect(text).toMatch(new RegExp(`href="../predictors/${who}\\?${at}&amp;decided_by=people" aria-current="page"`));
  expect(text).toContain(`/v1/predictors/${who}/scorecard?${at}&amp;decided_by=people`);
});
