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

describe('what a forecast counts for', () => {
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
  ])('said %s, recorded %s, settled by the day 2025-08-07: %s', (madeAt, recordedAt, expected) => {
    expect(standing(madeAt, recordedAt)).toBe(expected);
  });

  test.each([
    ['nothing while the prediction waits', null, 2, 'waiting'],
    ['nothing of an unclear reality', { outcome: 'ambiguous' }, 2, 'unanswered'],
    ['nothing of a defective claim', { outcome: 'annulled' }, 1, 'unanswered'],
    ['nothing of another criterion', {}, 1, 'other_criterion'],
    ['against a bracket only before it begins', { effectiveAt: '2025-01-09/2025-02-01' }, 2, 'too_late'],
    ['before a bracket', { effectiveAt: '2025-01-11/2025-02-01' }, 2, 'scored'],
    ['nothing against a bracket open below', { effectiveAt: '../2025-02-01' }, 2, 'too_late'],
    ['against a no as against a yes', { outcome: 'no' }, 2, 'scored'],
    ['apart what was known before', { firstKnownAt: instantOf('2025-01-10') - 1 }, 2, 'hindsight'],
  ] as const)('%s', (_what, given, version, expected) => {
    expect(standing('2025-01-10T00:00:00Z', '2025-01-10T00:00:00Z', given, version)).toBe(expected);
  });
});

test('what was written in the very moment in which it became known is no hindsight', () => {
  const known = { effectiveAt: '2026-01-01', firstKnownAt: instantOf('2025-08-08') };
  expect([0, 1].map((ms) => isHindsight(known, known.firstKnownAt + ms))).toEqual([false, true]);
});
