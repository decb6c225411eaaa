import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BinSums,
  calibrationBins,
  hitRateOf,
  logProbabilityMin,
  scoreOf,
} from '../../../src/domain/scores/score.ts';

/** One forecast of one prediction, alone. */
function sumsOf(probability: number, came: 0 | 1): BinSums {
  const squared = (probability - came) ** 2;
  const log = Math.log(Math.max(1 - Math.abs(probability - came), logProbabilityMin));
  const bin = Math.min(Math.floor(probability * calibrationBins), calibrationBins - 1);
  return {
    bin,
    forecasts: 1,
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
    expect(rest).toEqual({ predictions: 0, forecasts: 0, brier: null, brierLast: null, logScore: null });
    expect(calibration.map(({ from, to }) => `${from}–${to}`)).toHaveLength(10);
    expect(calibration.every((bin) => bin.forecastMean === null && bin.observed === null && bin.weight === 0)).toBe(
      true,
    );
  });

  test('equals the hand computation: 0.8 and 0.6 for a yes, 0.9 for a no', () => {
    const { calibration, ...rest } = score([
      [0.8, 1],
      [0.6, 1],
      [0.9, 0],
    ]);
    expect(rest).toEqual({ predictions: 3, forecasts: 3, brier: 0.336667, brierLast: 0.336667, logScore: -1.012185 });
    expect(calibration.filter((bin) => bin.forecasts > 0)).toEqual([
      { from: 0.6, to: 0.7, forecasts: 1, weight: 1, forecastMean: 0.6, observed: 1 },
      { from: 0.8, to: 0.9, forecasts: 1, weight: 1, forecastMean: 0.8, observed: 1 },
      { from: 0.9, to: 1, forecasts: 1, weight: 1, forecastMean: 0.9, observed: 0 },
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

test('the hit rate is the share of right claims, and null without any', () => {
  expect([hitRateOf(0, 0), hitRateOf(1, 2), hitRateOf(2, 0)]).toEqual([null, 0.333333, 1]);
});
