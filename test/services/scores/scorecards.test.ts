import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../../src/domain/evaluation/resolution.ts';
import { dayMs, formatDay, formatInstant, hourMs, type Instant, parseEffective } from '../../../src/domain/instant.ts';
import type { Score } from '../../../src/domain/scores/score.ts';
import { replacePredictionCriterion } from '../../../src/services/predictions/criterion-versions.ts';
import { createPrediction } from '../../../src/services/predictions/predictions.ts';
import { createPredictor } from '../../../src/services/predictions/predictors.ts';
import { createPredictionResolution } from '../../../src/services/predictions/resolutions.ts';
import { createPredictionForecast } from '../../../src/services/scores/forecasts.ts';
import { getPredictorScorecard } from '../../../src/services/scores/scorecards.ts';
import type { Outcome } from '../../../src/store/resolutions.ts';
import {
  dayOf,
  type LoggedDecision,
  type LoggedForecast,
  type ReferenceScore,
  referenceOf,
} from '../../support/score-reference.ts';
import { openWorld, type World, worldStartsAt } from '../../support/world.ts';

let world: World;
let people: string[];
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => begin());
afterAll(() => world.close());

const reasons = { yes: 'judged', no: 'judged', ambiguous: 'reality_unclear', annulled: 'criterion_defective' } as const;

async function begin(predictions = 3): Promise<void> {
  await world.reset({ now: worldStartsAt, feeds: [] });
  people = [];
  for (const name of ['A', 'B', 'C']) people.push((await createPredictor(world.deps, { name, url: null })).id);
  for (let n = 0; n < predictions; n += 1) await claim(n);
}

async function claim(n: number, fields: { predictorId?: string; probability?: number } = {}): Promise<void> {
  const criterion = { op: 'judged', question: 'Did it happen?' };
  const input = { slug: `p${n}`, statement: 'It happens.', madeAt: '2024-06', criterion };
  await createPrediction(world.deps, { ...input, ...fields });
}

async function decide(n: number, outcome: Outcome, effectiveAt: string): Promise<void> {
  const reasonCode = reasons[outcome];
  expect(outcomeOf(reasonCode) ?? outcome).toBe(outcome);
  const decision = { outcome, effectiveAt, reasonCode, reason: 'Seen.', evidence: [], decidedBy: 'admin' };
  await createPredictionResolution(world.deps, `p${n}`, decision);
}

const say = (n: number, probability: number, madeAt: string, who = 0) =>
  createPredictionForecast(world.deps, `p${n}`, { probability, madeAt, predictorId: people[who] });
const card = (who = 0, at: Instant | null = null) =>
  getPredictorScorecard(world.deps, people[who] ?? '', { asOf: at, decidedBy: null });

describe('a scorecard', () => {
  test('weights forecasts by the days they stood, matches hand computation, and follows an amendment', async () => {
    // Ten days at 0.5, thirty at 0.9, settled on day forty.
    await say(0, 0.5, '2024-11-01');
    await say(0, 0.9, '2024-11-11');
    await say(1, 0.2, '2024-12-01');
    world.clock.set('2025-01-03');
    await decide(0, 'yes', '2024-12-11');
    // Recorded in January of what had happened in December: hindsight.
    expect((await card()).forecasts).toMatchObject({ hindsight: 2, waiting: 1, scored: 0 });
    expect((await card()).hindsightScore.brier).toBe(0.07); // (10 · 0.25 + 30 · 0.01) / 40
    await decide(0, 'yes', '2025-01-02');
    await decide(1, 'no', '2025-01-02');
    // (10 · 0.25 + 52 · 0.01) / 62 and 0.04; the last ones: 0.01 and 0.04.
    expect((await card()).score).toMatchObject({ predictions: 2, forecasts: 3, brier: 0.044355, brierLast: 0.025 });
    world.clock.advance(hourMs);
    const before = world.clock.now();
    world.clock.advance(hourMs);
    await decide(1, 'yes', '2025-01-02');
    // 0.64 instead of 0.04.
    expect((await card()).score).toMatchObject({ brier: 0.344355, brierLast: 0.325 });
    expect((await card(0, before)).score).toMatchObject({ brier: 0.044355, brierLast: 0.025 });
    await decide(1, 'annulled', '2025-01-02');
    expect((await card()).score).toMatchObject({ predictions: 1, brier: 0.04871 });
    expect((await card()).forecasts).toMatchObject({ scored: 2, unanswered: 1 });
  });

  test('scores a probability whose square is too small for the database', async () => {
    await say(0, 1e-200, '2024-12-01');
    await say(0, 1e-200, '2024-12-01', 1);
    world.clock.set('2025-01-03');
    await decide(0, 'yes', '2025-01-02');
    expect((await card()).score).toMatchObject({ predictions: 1, brier: 1, logScore: -13.815511 });
    expect((await card()).peer).toEqual({ predictions: 1, score: 0 });
  });

  test('ignores a forecast that was corrected', async () => {
    await say(0, 0.0, '2024-12-01');
    await say(0, 1.0, '2024-12-01');
    await say(1, 0.0, '2024-12-01T10:00:00Z');
    world.clock.set('2025-01-03');
    await decide(0, 'yes', '2025-01-02');
    await decide(1, 'no', '2025-01-02');
    expect((await card()).score).toMatchObject({ predictions: 2, forecasts: 3, brier: 0, brierLast: 0, logScore: 0 });
  });

  test('separates plain claims from those with a probability, and foresight from hindsight', async () => {
    const [author] = people;
    for (const n of [10, 11, 12, 13]) await claim(n, { predictorId: author ?? '' });
    await claim(14, { predictorId: author ?? '', probability: 0.7 });
    world.clock.set('2025-01-03');
    await decide(10, 'yes', '2025-01-02');
    await decide(11, 'no', '2025-01-02');
    await decide(12, 'yes', '2024-12-01');
    await decide(14, 'yes', '2025-01-02');
    const { claims, plain, plainHindsight, forecasts, coverage } = await card();
    expect(claims).toEqual({
      recorded: 5,
      unresolved: 1,
      selfStated: 0,
      overdue: 0,
      disputed: 0,
      withdrawn: 0,
      hindsight: 1,
      outcomes: { yes: 3, no: 1, ambiguous: 0, annulled: 0 },
    });
    expect(plain).toEqual({ right: 1, wrong: 1, hitRate: 0.5, interval: { low: 0.094531, high: 0.905469 } });
    expect(plainHindsight).toMatchObject({ right: 1, wrong: 0, hitRate: 1 });
    expect(forecasts).toMatchObject({ scored: 1 });
    // Three were recorded in time and settled as yes or no; one has a forecast.
    expect(coverage).toEqual({ part: 1, whole: 3, share: 0.333333 });
    // What another says of it does not make the author's claim any less plain.
    await say(10, 0.4, '2024-12-01', 1);
    expect((await card()).plain).toEqual(plain);
  });

  test('compares with the others while their forecasts stand, and with nobody where there are none', async () => {
    // The first is alone for ten days, and then beside the others for thirty: ln(0.9 / 0.6), then ln 0.9 / √(0.6 · 0.3).
    await say(0, 0.9, '2024-11-01', 0);
    await say(0, 0.6, '2024-11-11', 1);
    await say(0, 0.3, '2024-11-26', 2);
    await say(1, 0.2, '2024-11-01', 0);
    world.clock.set('2025-01-12');
    await decide(0, 'yes', '2025-01-10');
    await decide(1, 'yes', '2025-01-10');
    const difference = (15 * Math.log(0.9 / 0.6) + 45 * Math.log(0.9 / Math.sqrt(0.18))) / 60;
    expect((await card()).peer).toEqual({ predictions: 1, score: Number((100 * difference).toFixed(6)) });
    expect((await card()).score.predictions).toBe(2);
  });

  test('as of a moment omits what was recorded later', async () => {
    const before = world.clock.now();
    world.clock.advance(hourMs);
    await claim(20, { predictorId: people[0] ?? '', probability: 0.7 });
    expect((await card()).claims.recorded).toBe(1);
    expect((await card(0, before)).claims.recorded).toBe(0);
    expect((await card(0, before)).forecasts.waiting).toBe(0);
  });
});

describe('the database parses effective_at as the domain does', () => {
  const read = async (texts: readonly string[]) =>
    await world.db.sql<{ text: string; from: number | null; to: number | null }[]>`
      select t.text, effective_from(t.text) as from, effective_to(t.text) as to
      from unnest(${texts as string[]}::text[]) with ordinality t (text, place) order by t.place`;

  const instant = fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2200, 0, 1) });
  const part = fc.oneof(
    instant.map((at) => formatDay(at)),
    instant.map((at) => formatDay(at).slice(0, 7)),
    instant.map((at) => formatDay(at).slice(0, 4)),
    instant.map((at) => formatInstant(at)),
    instant.map((at) => `${formatDay(at)}T10:30:15.123456+05:30`),
    instant.map((at) => `${formatDay(at)}T23:30Z`),
  );
  const effective = fc
    .oneof(
      part,
      fc.tuple(part, part).map((both) => both.join('/')),
      part.map((end) => `../${end}`),
    )
    .filter((text) => parseEffective(text) !== null);

  test('in every form, whatever the time zone of the session', async () => {
    const texts = fc.sample(effective, { numRuns: 300, seed: 7 });
    const listed = (await read(texts)).map(({ text, from, to }) => [text, from, to]);
    expect(listed).toEqual(
      texts.map((text) => {
        const span = parseEffective(text);
        return [text, span?.from, span?.to];
      }),
    );
    const elsewhere = await world.db.begin(async (tx) => {
      await tx`set local time zone 'America/New_York'`;
      return await tx`select effective_to('2025-03') as at, effective_from('2025-11-02') as day`;
    });
    expect(elsewhere[0]).toEqual({ at: Date.UTC(2025, 3, 1), day: Date.UTC(2025, 10, 2) });
  });
});

type Move =
  | {
      readonly kind: 'say';
      readonly n: number;
      readonly who: number;
      readonly probability: number;
      readonly ago: number;
      readonly wholeDay: boolean;
    }
  | {
      readonly kind: 'decide';
      readonly n: number;
      readonly outcome: Outcome;
      readonly ago: number;
      readonly form: number;
    }
  | { readonly kind: 'replace'; readonly n: number }
  | { readonly kind: 'pass'; readonly hours: number };

const which = fc.integer({ min: 0, max: 2 });
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      n: which,
      who: fc.integer({ min: 0, max: 2 }),
      probability: fc.constantFrom(0, 0.05, 0.1, 0.3, 0.5, 0.6, 0.7, 0.95, 1),
      ago: fc.integer({ min: 0, max: 60 }),
      wholeDay: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      n: which,
      outcome: fc.constantFrom<Outcome>('yes', 'no', 'yes', 'no', 'ambiguous', 'annulled'),
      ago: fc.integer({ min: 0, max: 50 }),
      form: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), n: which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 40 }) }) },
);

/** Lives through moves and writes down, for the reference, those that were not refused. */
async function live(moves: readonly Move[]) {
  await begin();
  const forecasts: LoggedForecast[] = [];
  const decisions: LoggedDecision[] = [];
  const versions = [1, 1, 1];
  const quietly = async (run: () => Promise<unknown>, done: () => void): Promise<void> => {
    try {
      await run();
      done();
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^(conflict|frozen|validation_failed)$/) });
    }
  };
  for (const step of moves) {
    const now = world.clock.now();
    if (step.kind === 'pass') world.clock.advance(step.hours * hourMs);
    if (step.kind === 'replace')
      await quietly(
        () =>
          replacePredictionCriterion(
            world.deps,
            `p${step.n}`,
            { criterion: { op: 'judged', question: `${now} ${versions[step.n]}?` }, reason: 'Vague.' },
            null,
          ),
        () => {
          versions[step.n] = (versions[step.n] ?? 0) + 1;
        },
      );
    if (step.kind === 'say') {
      const at = now - step.ago * hourMs;
      const from = step.wholeDay ? dayOf(at) : at;
      const to = step.wholeDay ? from + dayMs : at + 1;
      const said = { prediction: step.n, who: step.who, probability: step.probability, from, to, recordedAt: now };
      await quietly(
        () => say(step.n, step.probability, step.wholeDay ? formatDay(from) : formatInstant(from), step.who),
        () => void forecasts.push({ ...said, version: versions[step.n] ?? 0 }),
      );
    }
    if (step.kind === 'decide') {
      const at = now - step.ago * hourMs;
      const [text, from, to] = effectiveForm(step.form, at);
      await quietly(
        () => decide(step.n, step.outcome, text),
        () =>
          void decisions.push({
            prediction: step.n,
            outcome: step.outcome,
            from,
            to,
            knownAt: now,
            version: versions[step.n] ?? 0,
          }),
      );
    }
  }
  return { forecasts, decisions };
}

function effectiveForm(form: number, at: Instant): [text: string, from: Instant, to: Instant] {
  if (form === 0) return [formatDay(at), dayOf(at), dayOf(at) + dayMs];
  if (form === 1) return [formatInstant(at), at, at + 1];
  if (form === 2) return [`${formatInstant(at - 7 * hourMs)}/${formatInstant(at)}`, at - 7 * hourMs, at + 1];
  return [`../${formatInstant(at)}`, Number.NEGATIVE_INFINITY, at + 1];
}

function expectScore(score: Score, reference: ReferenceScore): void {
  expect([score.predictions, score.forecasts]).toEqual([reference.predictions, reference.forecasts]);
  if (reference.predictions === 0) return;
  expect(score.brier).toBeCloseTo(reference.brier, 5);
  expect(score.brierLast).toBeCloseTo(reference.brierLast, 5);
  expect(score.logScore).toBeCloseTo(reference.log, 5);
  for (const [index, bin] of reference.bins.entries()) {
    const found = score.calibration[index];
    expect(found?.weight).toBeCloseTo(bin.weight, 5);
    if (bin.weight > 0) expect(found?.forecastMean).toBeCloseTo(bin.mean, 5);
    if (bin.weight > 0) expect(found?.observed).toBeCloseTo(bin.observed, 5);
  }
}

describe("the database's sums", () => {
  test('equal those of an hour-by-hour reference, now and as of a moment, for random histories', async () => {
    const lives = fc.sample(fc.array(move, { minLength: 30, maxLength: 55 }), { numRuns: 8, seed: 21 });
    const met = new Set<string>();
    let peers = 0;
    for (const moves of lives) {
      const log = await live(moves);
      const end = world.clock.now();
      const start = Date.parse(worldStartsAt);
      for (const at of [start, start + 0.4 * (end - start), start + 0.8 * (end - start), end].map(Math.floor)) {
        for (const who of [0, 1, 2]) {
          const found = await card(who, at);
          const reference = referenceOf(log, who, at);
          for (const name of Object.keys(reference.counts)) met.add(name);
          expect(found.forecasts).toEqual({ ...noForecasts, ...reference.counts });
          expectScore(found.score, reference.scored);
          expectScore(found.hindsightScore, reference.hindsight);
          expect(found.peer.predictions).toBe(reference.peer.predictions);
          peers += found.peer.predictions;
          if (found.peer.predictions > 0) expect(found.peer.score).toBeCloseTo(reference.peer.score, 4);
        }
      }
    }
    expect([...met].sort()).toEqual(Object.keys(noForecasts).sort());
    expect(peers).toBeGreaterThan(20);
  });

  const noForecasts = { waiting: 0, unanswered: 0, other_criterion: 0, too_late: 0, hindsight: 0, scored: 0 };

  test('do not depend on the order in which forecasts were recorded', async () => {
    const said = [
      [0, 0.1, '2024-11-01'],
      [0, 0.7, '2024-11-20'],
      [1, 0.3, '2024-12-05'],
      [2, 1, '2024-12-24'],
      [0, 0.4, '2024-12-30'],
    ] as const;
    const scores: Score[] = [];
    for (const order of [said, [...said].reverse()]) {
      await begin();
      for (const [n, probability, madeAt] of order) await say(n, probability, madeAt);
      world.clock.set('2025-01-05');
      for (const n of [0, 1, 2]) await decide(n, n === 1 ? 'yes' : 'no', '2025-01-03');
      scores.push((await card()).score);
    }
    expect(scores[1]).toEqual(scores[0]);
    expect(scores[0]).toMatchObject({ predictions: 3, forecasts: 5 });
  });
});
