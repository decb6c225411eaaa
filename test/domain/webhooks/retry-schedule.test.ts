import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { dayMs, hourMs } from '../../../src/domain/instant.ts';
import {
  firstDelayMs,
  jitterMs,
  jitterMsMax,
  jitterMsMin,
  parseSchedule,
  retryDelayMs,
  retryScheduleDefault,
  retryStepsMax,
} from '../../../src/domain/webhooks/retry-schedule.ts';

const secondMs = 1000;
const minuteMs = 60 * secondMs;

describe('a schedule', () => {
  it('has ten attempts over 75 hours by default', () => {
    const schedule = parseSchedule(retryScheduleDefault);
    expect(schedule).toEqual(
      [0, 5 * secondMs, 5 * minuteMs, 30 * minuteMs].concat([2, 5, 10, 14, 20, 24].map((hours) => hours * hourMs)),
    );
    expect(schedule.reduce((sum, delay) => sum + delay)).toBe(75 * hourMs + 35 * minuteMs + 5 * secondMs);
  });

  it('may consist of a single immediate attempt', () => {
    expect(parseSchedule('none')).toEqual([]);
    expect(firstDelayMs([])).toBe(0);
    expect(retryDelayMs([], 0, { retryAfterMs: null, random: 0.5 })).toBeNull();
  });

  it.each(['', '5', '5 s', '-5s', '5s,', '1.5s', '5x', '8d', '0x10s'])('rejects "%s"', (text) => {
    expect(() => parseSchedule(text)).toThrow();
  });

  it(`has at most ${retryStepsMax} delays of at most seven days`, () => {
    const ofSteps = (count: number) => parseSchedule(Array.from({ length: count }, () => '1s').join(','));
    expect(ofSteps(retryStepsMax)).toHaveLength(retryStepsMax);
    expect(() => ofSteps(retryStepsMax + 1)).toThrow(/at most/);
    expect(parseSchedule('7d')).toEqual([7 * dayMs]);
  });
});

describe('jitter', () => {
  it('only adds, at most a tenth, between its floor and its cap, and nothing to zero', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 * dayMs }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (delay, chance) => {
          const added = jitterMs(delay, chance);
          expect(added).toBeGreaterThanOrEqual(0);
          expect(added).toBeLessThanOrEqual(delay === 0 ? 0 : Math.min(Math.max(delay / 10, jitterMsMin), jitterMsMax));
        },
      ),
    );
  });

  it.each([
    [0, 0],
    [5 * secondMs, jitterMsMin],
    [10 * minuteMs, minuteMs],
    [24 * hourMs, jitterMsMax],
  ])('of %i ms stays below %i ms', (delay, below) => {
    expect(jitterMs(delay, 0)).toBe(0);
    expect(Math.ceil(jitterMs(delay, 1 - 1e-9) / 10) * 10).toBe(below);
  });
});

test('Retry-After only extends a delay, and uses up no attempt', () => {
  const schedule = [0, 5 * secondMs, 5 * minuteMs];
  const after = (step: number, retryAfterMs: number | null) =>
    retryDelayMs(schedule, step, { retryAfterMs, random: 0 });
  expect(after(0, null)).toBe(5 * secondMs);
  expect(after(0, 0)).toBe(5 * secondMs);
  expect(after(0, secondMs)).toBe(5 * secondMs);
  expect(after(0, 120 * secondMs)).toBe(120 * secondMs);
  expect(after(1, 120 * secondMs)).toBe(5 * minuteMs);
  expect(after(2, 120 * secondMs)).toBeNull();
});
