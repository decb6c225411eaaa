import { describe, expect, test } from 'vitest';
import { judgeRecords, krippendorffAlpha } from '../../../src/domain/cases/agreement.ts';

describe("Krippendorff's alpha", () => {
  test('is that of the worked example with nominal data and missing values', () => {
    // Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units.
    const units = ['111', '2232', '3333', '3333', '2222', '1234', '4444', '1112', '2222', '555', '11', '3'];
    expect(krippendorffAlpha(units.map((unit) => [...unit]))).toBeCloseTo(0.743, 3);
  });

  test('is 1 for judges that always agree, and below 0 for judges that agree less than by chance', () => {
    expect(
      krippendorffAlpha([
        ['a', 'a'],
        ['b', 'b'],
        ['a', 'a'],
      ]),
    ).toBe(1);
    expect(
      krippendorffAlpha([
        ['a', 'b'],
        ['a', 'b'],
        ['a', 'b'],
      ]),
    ).toBeLessThan(0);
  });

  test('is null for fewer than three cases with two votes, and if every vote is the same', () => {
    expect(krippendorffAlpha([['a', 'b'], ['a', 'a'], ['b']])).toBeNull();
    expect(
      krippendorffAlpha([
        ['a', 'a'],
        ['a', 'a'],
        ['a', 'a'],
      ]),
    ).toBeNull();
    expect(krippendorffAlpha([])).toBeNull();
  });
});

test('a reversal counts for the judges that had agreed with the reversed decision', () => {
  const records = judgeRecords([
    { member: 'a', vote: 'no', outcome: 'no', reversed: true },
    { member: 'b', vote: 'yes', outcome: 'no', reversed: true },
    { member: 'a', vote: 'yes', outcome: 'yes', reversed: false },
  ]);
  expect(records.get('a')).toEqual({ votes: 2, withDecision: 2, reversed: 1 });
  expect(records.get('b')).toEqual({ votes: 1, withDecision: 0, reversed: 0 });
});
