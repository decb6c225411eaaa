import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BinSums,
  baselineOf,
  calibrationBins,
  intervalOf,
  logProbabilityMin,
  peerScoreOf,
  scoreOf,
  shareOf,
} from '../../../src/domain/scores/score.ts';

/** One forecast of one prediction, alone. */
function sumsOf(probability: number, came: 0 | 1): BinSums {
  const squared = (probability - came) ** 2;
  const log = Math.log(Math.max(1 - Math.abs(probability - came), logProbabilityMin));
  const bin = Math.min(Math.floor(probability * calibrationBins), calibrationBins - 1);
  return {
    bin,
    forecasts: 1,
    claims: 1,
    predictions: 1,
    share: 1,
    probability,
    outcome: came,
    squared,
    log,
    lastSquared: squared,
  };
}

function add(a: BinSums, b: BinSums): BinSums {
  return {
    bin: a.bin,
    forecasts: a.forecasts + b.forecasts,
    claims: a.claims + b.claims,
    predictions: a.predictions + b.predictions,
    share: a.share + b.share,
    probability: a.probability + b.probability,
    outcome: a.outcome + b.outcome,
    squared: a.squared + b.squared,
    log: a.log + b.log,
    lastSquared: a.lastSquared + b.lastSquared,
  };
}

const score = (forecasts: readonly (readonly [number, 0 | 1])[]) => {
  const bins = new Map<number, BinSums>();
  for (const [probability, came] of forecasts) {
    const sums = sumsOf(probability, came);
    const before = bins.get(sums.bin);
    bins.set(sums.bin, before === undefined ? sums : add(before, sums));
  }
  return scoreOf([...bins.values()]);
};

describe('a score', () => {
  test('without forecasts is null, with ten empty ranges', () => {
    const { calibration, ...rest } = score([]);
    expect(rest).toEqual({
      predictions: 0,
      forecasts: 0,
      brier: null,
      brierLast: null,
      logScore: null,
      baselineScore: null,
    });
    expect(calibration.map(({ from, to }) => `${from}–${to}`)).toHaveLength(10);
    expect(calibration.every((bin) => bin.forecastMean === null && bin.observed === null && bin.weight === 0)).toBe(
      true,
    );
    expect(calibration.map(({ interval, predictions }) => [interval, predictions])).toEqual(Array(10).fill([null, 0]));
  });

  test('equals the hand computation: 0.8 and 0.6 for a yes, 0.9 for a no', () => {
    const { calibration, ...rest } = score([
      [0.8, 1],
      [0.6, 1],
      [0.9, 0],
    ]);
    // 100 · (log2 1.6 + log2 1.2 + log2 0.2) / 3
    expect(rest).toEqual({
      predictions: 3,
      forecasts: 3,
      brier: 0.336667,
      brierLast: 0.336667,
      logScore: -1.012185,
      baselineScore: -46.027393,
    });
    const one = { forecasts: 1, predictions: 1, weight: 1 };
    // z² / (1 + z²) = 0.793451
    const yes = { observed: 1, interval: { low: 0.206549, high: 1 } };
    expect(calibration.filter((bin) => bin.forecasts > 0)).toEqual([
      { from: 0.6, to: 0.7, ...one, forecastMean: 0.6, ...yes },
      { from: 0.8, to: 0.9, ...one, forecastMean: 0.8, ...yes },
      { from: 0.9, to: 1, ...one, forecastMean: 0.9, observed: 0, interval: { low: 0, high: 0.793451 } },
    ]);
  });

  test('is 0 for perfect forecasts and 1 for certain forecasts of the opposite', () => {
    expect(
      score([
        [1, 1],
        [0, 0],
      ]),
    ).toMatchObject({ brier: 0, brierLast: 0, logScore: 0 });
    expect(
      score([
        [0, 1],
        [1, 0],
      ]),
    ).toMatchObject({ brier: 1, brierLast: 1, logScore: -13.815511 });
  });

  test('is never negative zero', () => {
    const { brier, logScore } = score([[1, 1]]);
    expect([Object.is(brier, 0), Object.is(logScore, 0)]).toEqual([true, true]);
  });

  const forecasts = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0 as const, 1 as const)),
    {
      minLength: 1,
      maxLength: 30,
    },
  );

  test('is between 0 and 1, and its log score between that of the least probability and 0', () => {
    fc.assert(
      fc.property(forecasts, (made) => {
        const { brier, logScore, calibration } = score(made);
        expect(brier).toBeGreaterThanOrEqual(0);
        expect(brier).toBeLessThanOrEqual(1);
        expect(logScore).toBeLessThanOrEqual(0);
        expect(logScore).toBeGreaterThanOrEqual(Math.log(logProbabilityMin) - 1e-6);
        for (const { forecastMean, from, to } of calibration.filter((bin) => bin.forecasts > 0)) {
          expect(forecastMean).toBeGreaterThanOrEqual(from - 1e-6);
          expect(forecastMean).toBeLessThanOrEqual(to + 1e-6);
        }
      }),
    );
  });

  test('does not depend on the order, and is best for forecasting the true frequency', () => {
    fc.assert(
      fc.property(forecasts, (made) => {
        const there = score(made);
        const back = score([...made].reverse());
        expect(back.brier).toBeCloseTo(there.brier ?? 0, 5);
        expect(back.logScore).toBeCloseTo(there.logScore ?? 0, 5);
        const rate = made.filter(([, came]) => came === 1).length / made.length;
        const said = (probability: number) => score(made.map(([, came]) => [probability, came] as const)).brier ?? 0;
        expect(said(rate)).toBeLessThanOrEqual(said(made[0]?.[0] ?? 0) + 1e-6);
      }),
    );
  });
});

test('a share of nothing is null', () => {
  expect([shareOf(0, 0), shareOf(1, 3)]).toEqual([
    { part: 0, whole: 0, share: null },
    { part: 1, whole: 3, share: 0.333333 },
  ]);
});

describe('a baseline score', () => {
  test.each([
    [0.9, 84.79969066],
    [0.1, -232.19280949],
    [2 ** (-1 / 2), 50],
    [2 ** (-3 / 2), -50],
    [0.5, 0],
    [1, 100],
  ])('of %d for the actual outcome equals that of the tests of Metaculus', (probability, expected) => {
    expect(baselineOf(Math.log(probability))).toBeCloseTo(expected, 7);
  });
});

/** One minus one: what the database sums for a predictor beside others, all with one forecast over the same time. */
const peersOf = (own: number, others: readonly number[]) =>
  peerScoreOf({
    predictions: 1,
    difference: Math.log(own) - others.reduce((sum, other) => sum + Math.log(other), 0) / others.length,
  }).score ?? Number.NaN;

describe('a peer score', () => {
  test('equals those of the tests of Metaculus, and is null without peers', () => {
    expect(peersOf(0.9, [0.1])).toBeCloseTo(100 * Math.log(0.9 / 0.1), 5);
    expect(peersOf(0.1, [0.5, 0.9])).toBeCloseTo(100 * Math.log(0.1 / Math.sqrt(0.5 * 0.9)), 5);
    expect(peersOf(0.6, [0.1, 0.3, 0.9])).toBeCloseTo(100 * Math.log(0.6 / Math.cbrt(0.1 * 0.3 * 0.9)), 5);
    expect(peerScoreOf({ predictions: 0, difference: 0 })).toEqual({ predictions: 0, score: null });
  });
});

const probability = fc.double({ min: 0.001, max: 0.999, noNaN: true });

test('peer scores of those who forecast the same claim sum to zero', () => {
  fc.assert(
    fc.property(fc.array(probability, { minLength: 2, maxLength: 8 }), (said) => {
      const scores = said.map((own, place) => peersOf(own, said.toSpliced(place, 1)));
      expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(0, 3);
    }),
  );
});

describe('the expected score is best at the true probability', () => {
  const given = (said: number, came: 0 | 1) => (came === 1 ? said : 1 - said);
  const rules: Readonly<Record<string, (said: number, came: 0 | 1, others: readonly number[]) => number>> = {
    brier: (said, came) => -(score([[said, came]]).brier ?? 0),
    log: (said, came) => score([[said, came]]).logScore ?? 0,
    baseline: (said, came) => score([[said, came]]).baselineScore ?? 0,
    peer: (said, came, others) =>
      peersOf(
        given(said, came),
        others.map((other) => given(other, came)),
      ),
  };
  test.each(Object.entries(rules))('%s', (_name, rule) => {
    const others = fc.array(probability, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(probability, probability, others, (truth, said, peers) => {
        const expected = (stated: number) => truth * rule(stated, 1, peers) + (1 - truth) * rule(stated, 0, peers);
        // Scores are rounded to six decimals.
        expect(expected(truth)).toBeGreaterThanOrEqual(expected(said) - 2e-6);
        if (Math.abs(said - truth) > 0.02) expect(expected(truth)).toBeGreaterThan(expected(said));
      }),
    );
  });
});

describe('a Wilson interval', () => {
  // Newcombe, R. G. (1998), Statistics in Medicine 17, 857–872, table I, method 3.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d of %d equals the published one', (successes, trials, low, high) => {
    const interval = intervalOf(successes, trials);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  test('contains the share, is within 0 and 1, and narrows with more trials', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        (share, trials) => {
          const { low, high } = intervalOf(share * trials, trials) ?? { low: Number.NaN, high: Number.NaN };
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(share + 1e-6);
          expect(high).toBeGreaterThanOrEqual(share - 1e-6);
          const more = intervalOf(share * trials * 2, trials * 2) ?? { low: Number.NaN, high: Number.NaN };
          expect(more.high - more.low).toBeLessThanOrEqual(high - low + 1e-6);
        },
      ),
    );
    expect(intervalOf(0, 0)).toBeNull();
  });
});
