import { describe, expect, test } from 'vitest';
import { parseDate } from '../../../src/domain/instant.ts';
import {
  forecastTime,
  isHindsight,
  type ScoredResolution,
  standingOfForecast,
} from '../../../src/domain/scores/forecast.ts';
import { instantOf } from '../../support/world.ts';

const answer: ScoredResolution = {
  outcome: 'yes',
  criterionVersion: 2,
  effectiveAt: '2025-08-07',
  firstKnownAt: instantOf('2025-08-08T12:00:00Z'),
};

function standing(
  madeAt: string,
  recordedAt: string,
  given: Partial<ScoredResolution> | null = {},
  criterionVersion = 2,
): string {
  const made = parseDate(madeAt);
  if (made === null) throw new Error(`${madeAt} is no date`);
  const recorded = instantOf(recordedAt);
  const forecast = { ...forecastTime(made, recorded), recordedAt: recorded, criterionVersion };
  return standingOfForecast(forecast, given === null ? null : { ...answer, ...given });
}

describe('the scoring of a forecast', () => {
  test.each([
    ['2025-08-06', '2025-08-06T23:00:00Z', 'scored'],
    ['2025-08-06T23:59:59.999Z', '2025-08-06T23:59:59.999Z', 'scored'],
    ['2025-08-07T00:00:00Z', '2025-08-07T00:00:00Z', 'too_late'],
    ['2025-08-07', '2025-08-07T09:00:00Z', 'too_late'],
    ['2025-08', '2025-08-05T09:00:00Z', 'scored'],
    ['2025-08', '2025-08-07T00:00:00Z', 'scored'],
    ['2025-08', '2025-08-07T00:00:00.001Z', 'too_late'],
    ['2025', '2025-12-01T00:00:00Z', 'too_late'],
    ['2025-07', '2025-08-07T23:59:59Z', 'scored'],
    ['2025-07', '2025-08-08T00:00:00Z', 'hindsight'],
    ['2025-07', '2026-01-01T00:00:00Z', 'hindsight'],
  ])('made %s, recorded %s, settled on the day 2025-08-07: %s', (madeAt, recordedAt, expected) => {
    expect(standing(madeAt, recordedAt)).toBe(expected);
  });

  test.each([
    ['waits while the prediction is open', null, 2, 'waiting'],
    ['ignores an ambiguous outcome', { outcome: 'ambiguous' }, 2, 'unanswered'],
    ['ignores an annulled claim', { outcome: 'annulled' }, 1, 'unanswered'],
    ['ignores another criterion version', {}, 1, 'other_criterion'],
    ['is too late inside a bracket', { effectiveAt: '2025-01-09/2025-02-01' }, 2, 'too_late'],
    ['counts before a bracket', { effectiveAt: '2025-01-11/2025-02-01' }, 2, 'scored'],
    ['is too late for a bracket open below', { effectiveAt: '../2025-02-01' }, 2, 'too_late'],
    ['treats a no like a yes', { outcome: 'no' }, 2, 'scored'],
    ['separates what was recorded in hindsight', { firstKnownAt: instantOf('2025-01-10') - 1 }, 2, 'hindsight'],
  ] as const)('%s', (_what, given, version, expected) => {
    expect(standing('2025-01-10T00:00:00Z', '2025-01-10T00:00:00Z', given, version)).toBe(expected);
  });
});

test('a forecast recorded at the very moment of knowledge is not hindsight', () => {
  const known = { effectiveAt: '2026-01-01', firstKnownAt: instantOf('2025-08-08') };
  expect([0, 1].map((ms) => isHindsight(known, known.firstKnownAt + ms))).toEqual([false, true]);
});
