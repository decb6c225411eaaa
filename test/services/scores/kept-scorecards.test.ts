import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dayMs, hourMs } from '../../../src/domain/instant.ts';
import { replacePredictionCriterion } from '../../../src/services/predictions/criterion-versions.ts';
import { updatePrediction } from '../../../src/services/predictions/edits.ts';
import { createPrediction } from '../../../src/services/predictions/predictions.ts';
import { createPredictor, updatePredictor } from '../../../src/services/predictions/predictors.ts';
import { createPredictionResolution } from '../../../src/services/predictions/resolutions.ts';
import { withdrawPrediction } from '../../../src/services/predictions/withdrawals.ts';
import { createPredictionForecast } from '../../../src/services/scores/forecasts.ts';
import { getPredictorScorecard, keepScorecards } from '../../../src/services/scores/scorecards.ts';
import { insertDispute } from '../../../src/store/disputes.ts';
import { findKeptScorecard, keepScorecard, lockScorecard } from '../../../src/store/kept-scorecards.ts';
import { countStatements } from '../../support/counting-database.ts';
import { findScorecardDifferences, listKeptScorecards } from '../../support/kept-scorecards.ts';
import { samples } from '../../support/samples.ts';
import { openWorld, type World, worldStartsAt } from '../../support/world.ts';

let world: World;
let people: string[];
let claims: number;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(begin);
afterAll(() => world.close());

async function begin(): Promise<void> {
  await world.reset({ now: worldStartsAt, feeds: [] });
  people = [];
  claims = 0;
  for (const name of ['A', 'B', 'C']) people.push((await createPredictor(world.deps, { name, url: null })).id);
}

const gpt9 = { vendor: 'openai', family: 'gpt', version: '9', tier: 'any' };
const author = (who: number) => people[who] ?? '';
const now = { asOf: null, decidedBy: null };

async function claim(who: number, probability?: number): Promise<void> {
  const by = new Date(world.clock.now() + 2 * dayMs).toISOString().slice(0, 10);
  const criterion = claims % 2 === 0 ? { op: 'judged', question: 'Is it?' } : { op: 'released', model: gpt9, by };
  await createPrediction(world.deps, {
    slug: `p${claims}`,
    statement: 'It happens.',
    madeAt: '2024-06',
    criterion,
    predictorId: author(who),
    probability,
  });
  claims += 1;
}

async function decide(n: number, outcome: 'yes' | 'no' | 'ambiguous'): Promise<void> {
  const reasonCode = outcome === 'ambiguous' ? ('reality_unclear' as const) : ('judged' as const);
  const effectiveAt = new Date(world.clock.now() - hourMs).toISOString().slice(0, 13).concat(':00:00Z');
  const decision = {
    outcome,
    effectiveAt,
    reasonCode,
    reason: 'Seen.',
    evidence: [],
    decidedBy: outcome === 'no' ? 'resolver' : 'admin',
  };
  await createPredictionResolution(world.deps, `p${n}`, decision);
}

async function dispute(n: number): Promise<void> {
  const [row] = await world.db.sql<{ id: string; prediction: string }[]>`
    select r.id, r.prediction_id as prediction from resolutions r join predictions p on p.id = r.prediction_id
    where p.slug = ${`p${n}`} order by r.seq desc limit 1`;
  if (row === undefined) return;
  const explanation = {
    op: 'judged',
    verdict: 'undetermined',
    reason: 'needs_a_person',
    text: 'Open.',
    effective_at: null,
    witnesses: [],
    watermarks: [],
    absence: null,
    of: [],
  } as const;
  const at = world.clock.now();
  await insertDispute(world.db.sql, {
    id: `dis_${row.id}`,
    predictionId: row.prediction,
    resolutionId: row.id,
    verdict: 'undetermined',
    knownAt: at,
    explanation,
    createdAt: at,
  });
}

type Step = { readonly kind: number; readonly n: number; readonly who: number; readonly probability: number };

/** Everything that changes a scorecard, and the passing of time, which passes deadlines. */
const moves: readonly ((step: Step) => Promise<unknown>)[] = [
  ({ who }) => claim(who),
  ({ who, probability }) => claim(who, probability),
  ({ n, who, probability }) =>
    createPredictionForecast(world.deps, `p${n % claims}`, { probability, predictorId: author(who) }),
  ({ n, who, probability }) =>
    createPredictionForecast(world.deps, `p${n % claims}`, {
      probability,
      predictorId: author(who),
      madeAt: '2024-12-01',
    }),
  ({ n, probability }) => decide(n % claims, probability > 0.9 ? 'ambiguous' : probability > 0.4 ? 'yes' : 'no'),
  ({ n }) => dispute(n % claims),
  ({ n, who }) => updatePrediction(world.deps, `p${n % claims}`, { predictorId: author(who) }, null),
  ({ n, probability }) =>
    replacePredictionCriterion(
      world.deps,
      `p${n % claims}`,
      { criterion: { op: 'judged', question: `Is it ${probability} of it?` }, reason: 'Vague.' },
      null,
    ),
  ({ n }) => withdrawPrediction(world.deps, `p${n % claims}`, null),
  ({ who, probability }) => updatePredictor(world.deps, author(who), { name: `Name ${probability}` }, null),
  async () => world.clock.advance(30 * hourMs),
];

const step = fc.record({
  kind: fc.integer({ min: 0, max: moves.length - 1 }),
  n: fc.integer({ min: 0, max: 30 }),
  who: fc.integer({ min: 0, max: 2 }),
  probability: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('a kept scorecard', () => {
  test('equals the computed one after every step of random histories', async () => {
    const lives = fc.sample(fc.array(step, { minLength: 25, maxLength: 30 }), { numRuns: samples(20, 3), seed: 4 });
    const refused = /^(conflict|frozen|withdrawn|not_withdrawable|validation_failed)$/;
    for (const life of lives) {
      await begin();
      await claim(0);
      for (const [place, made] of life.entries()) {
        world.clock.advance(hourMs);
        await moves[made.kind]?.(made).catch((error) =>
          expect(error).toMatchObject({ code: expect.stringMatching(refused) }),
        );
        const after = `${place}: ${moves[made.kind]}`;
        expect([after, await findScorecardDifferences(world)]).toEqual([after, []]);
        if (made.n % 2 === 0) await keepScorecards(world.deps);
      }
    }
  });

  test('is read by one statement, and computed again when something that it is made of changes', async () => {
    await claim(0, 0.7);
    await claim(1);
    const counted = countStatements(world.db);
    const read = async () => {
      counted.take();
      await getPredictorScorecard({ ...world.deps, db: counted.db }, author(0), now);
      return counted.take().length;
    };
    expect(await read()).toBeGreaterThan(1);
    // C has neither claims nor forecasts, so nothing is kept.
    expect(await keepScorecards(world.deps)).toBe(2);
    expect([await read(), await listKeptScorecards(world)]).toEqual([1, ['A', 'B']]);
    expect(await keepScorecards(world.deps)).toBe(0);
    await createPredictionForecast(world.deps, 'p0', { probability: 0.2, predictorId: author(1) });
    expect([await read(), await listKeptScorecards(world)]).toEqual([1, ['A']]);
    world.clock.advance(hourMs * 2);
    await decide(0, 'yes');
    expect(await listKeptScorecards(world)).toEqual([]);
    expect(await keepScorecards(world.deps)).toBe(2);
    await createPredictionForecast(world.deps, 'p0', {
      probability: 0.3,
      predictorId: author(1),
      madeAt: '2024-12-01',
    });
    // The prediction is resolved, so the forecast changes the peer score of the other.
    expect(await listKeptScorecards(world)).toEqual([]);
  });

  test('is out of date when a deadline passes', async () => {
    await claim(0);
    await claim(0);
    await keepScorecards(world.deps);
    expect((await getPredictorScorecard(world.deps, author(0), now)).claims).toMatchObject({
      unresolved: 2,
      overdue: 0,
    });
    world.clock.advance(4 * dayMs);
    expect(await listKeptScorecards(world)).toEqual([]);
    expect((await getPredictorScorecard(world.deps, author(0), now)).claims).toMatchObject({
      unresolved: 2,
      overdue: 1,
    });
    expect([await keepScorecards(world.deps), await listKeptScorecards(world)]).toEqual([1, ['A']]);
    expect(await keepScorecards(world.deps)).toBe(0);
  });

  test('follows a criterion that gets a deadline', async () => {
    await claim(0);
    await keepScorecards(world.deps);
    const criterion = { op: 'released', model: gpt9, by: '2025-01-04' };
    await replacePredictionCriterion(world.deps, 'p0', { criterion, reason: 'Vague.' }, null);
    world.clock.advance(5 * dayMs);
    expect((await getPredictorScorecard(world.deps, author(0), now)).claims).toMatchObject({
      unresolved: 1,
      overdue: 1,
    });
  });

  test('is not served if a change came while it was computed', async () => {
    await claim(0);
    await world.db.begin(async (tx) => {
      await lockScorecard(tx, author(0));
      await tx`insert into scorecard_marks (predictor_id) values (${author(0)})`;
      await keepScorecard(tx, author(0), { results: '{}', until: null });
    });
    expect(await findKeptScorecard(world.db.sql, author(0), world.clock.now())).toBeNull();
    expect([await keepScorecards(world.deps), await findScorecardDifferences(world)]).toEqual([1, []]);
  });
});
