import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayMs, hourMs } from '../../../src/domain/instant.ts';
import { lagBins } from '../../../src/domain/scores/lag.ts';

const counts = (lags: readonly number[]) => lagBins(lags).map(({ count }) => count);

test('lags are counted by how long they are, bounds included; a negative one counts as none', () => {
  expect(
    counts([-dayMs, 0, hourMs, hourMs + 1, dayMs, 2 * dayMs, 7 * dayMs, 8 * dayMs, 365 * dayMs, 400 * dayMs]),
  ).toEqual([3, 2, 1, 1, 1, 1, 1]);
});

test('every lag is counted once', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (lags) => {
      expect(counts(lags).reduce((sum, count) => sum + count, 0)).toBe(lags.length);
    }),
  );
});
