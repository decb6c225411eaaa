import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chanceOf,
  combinedMiss,
  combinedMissOf,
  isAtMost,
  jointMissAt,
  missAt,
  toNumber,
} from '../../../src/domain/evidence/coverage-miss.ts';
import {
  type CoverageModel,
  type CoverageRow,
  coverageStepDays,
  coverageSteps,
  emptyCoverageTable,
  readCoverageTable,
} from '../../../src/domain/evidence/coverage-table.ts';
import { dayMs } from '../../../src/domain/instant.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { coverageModel, coverageOfEverything, coverageOfLags, coverageRow } from '../../support/coverage.ts';

const days = (count: number) => count * dayMs;

/** Models with these lags, all watched for years. */
function rowOfLags(lags: readonly (number | null)[], row: Partial<CoverageRow> = {}): CoverageRow {
  return coverageRow({ ...row, models: lags.map((lag, index) => coverageModel(`openai/gpt-${index}`, lag)) });
}

describe('the chance that one origin lacks a model', () => {
  it.each([
    ['no model is known', [], 30, 0, 0],
    ['every model was listed within the day', [0.2, 0.9, 0.4], 1, 0, 3],
    ['one model was never listed', [0.2, 0.9, null], 365, 1, 3],
    ['a lag ends exactly at the step', [7], 7, 0, 1],
    ['a lag ends just after the step', [7.01], 7, 1, 1],
    ['the patience lies between two steps', [5], 6.9, 1, 1],
    ['the patience is zero', [0, 0.1], 0, 1, 2],
  ])('when %s', (_name, lags, patience, missed, known) => {
    expect(missAt(rowOfLags(lags), days(patience))).toEqual({ missed, known });
  });

  it('is null before the deadline', () => expect(missAt(rowOfLags([0]), -1)).toBeNull());

  it('ignores a model that was watched for less than the patience', () => {
    const recent: CoverageModel = { ...coverageModel('openai/gpt-new', null), watched_days: 10 };
    const row = coverageRow({ models: [coverageModel('openai/gpt-old', 1), recent] });
    expect(missAt(row, days(7))).toEqual({ missed: 1, known: 2 });
    expect(missAt(row, days(14))).toEqual({ missed: 0, known: 1 });
  });

  it('stays at a smaller step if fewer known models would raise it', () => {
    const recent = [1, 2, 3, 4].map((n) => ({ ...coverageModel(`openai/gpt-${n}`, 1), watched_days: 20 }));
    const row = coverageRow({ models: [coverageModel('openai/gpt-old', 1), ...recent] });
    expect(missAt(row, days(14))).toEqual({ missed: 0, known: 5 });
    expect(missAt(row, days(30))).toEqual({ missed: 0, known: 5 });
  });
});

describe('the chance that several origins lack a model', () => {
  it('is the product if no known model was missed by all', () => {
    const a = rowOfLags([0, 0, null]);
    const b = rowOfLags([0, null, 0]);
    const combined = combinedMiss([a, b], [days(7), days(7)]);
    expect(combined).toMatchObject({ joint: null, numerator: 4n, denominator: 25n });
  });

  it('is the share of models that all missed if that is larger', () => {
    const lags = [null, ...Array.from({ length: 98 }, () => 0)];
    const combined = combinedMiss([rowOfLags(lags), rowOfLags(lags)], [days(7), days(7)]);
    expect(combined?.joint).toEqual({ missedByAll: 1, knownToAll: 99 });
    expect(combined).toMatchObject({ numerator: 2n, denominator: 101n });
    expect(combined === null ? null : toNumber(combined.product)).toBeCloseTo(0.000392, 6);
  });

  it('counts as shared misses only models that every origin knows', () => {
    const a = coverageRow({ models: [coverageModel('openai/a', null), coverageModel('openai/b', 0)] });
    const b = coverageRow({ models: [coverageModel('openai/b', 0), coverageModel('openai/c', null)] });
    expect(jointMissAt([a, b], [days(7), days(7)])).toBeNull();
  });

  it('ignores an origin that was not read after the deadline', () => {
    const a = rowOfLags([0, 0]);
    expect(combinedMiss([a, rowOfLags([0])], [days(7), -1])).toMatchObject({ numerator: 1n, denominator: 4n });
    expect(combinedMiss([a], [-1])).toBeNull();
    expect(combinedMiss([], [])).toBeNull();
  });

  it('is compared exactly with a bound', () => {
    const percent = { numerator: 1n, denominator: 100n };
    expect(isAtMost(chanceOf({ missed: 0, known: 98 }), percent)).toBe(true);
    expect(isAtMost(chanceOf({ missed: 0, known: 97 }), percent)).toBe(false);
    expect(toNumber(percent)).toBe(0.01);
  });
});

describe('the chance that origins of a table lack a model', () => {
  const table = coverageOfLags({ a: [0, 0, 5], b: [0, 1, 0], c: [null, null, null] });
  const listing = { vendor: 'openai', fact: 'listing' };
  const asked = (...origins: [string, number][]) => {
    const miss = combinedMissOf(
      table,
      listing,
      origins.map(([origin, patience]) => ({ origin, patienceMs: days(patience) })),
    );
    return miss === null ? null : `${miss.numerator}/${miss.denominator}`;
  };

  it.each<[string, [string, number][], string | null]>([
    [
      'is the product over its rows',
      [
        ['a', 4],
        ['b', 2],
      ],
      '2/25',
    ],
    [
      'does not depend on the order of the origins',
      [
        ['b', 2],
        ['a', 4],
      ],
      '2/25',
    ],
    [
      'counts a patience between two steps as the lower one',
      [
        ['a', 6.99],
        ['b', 3],
      ],
      '2/25',
    ],
    [
      'falls with the step that is reached',
      [
        ['a', 7],
        ['b', 2],
      ],
      '1/25',
    ],
    [
      'rises with shared misses',
      [
        ['a', 4],
        ['c', 365],
      ],
      '2/5',
    ],
    [
      'is null if one of them was not measured',
      [
        ['a', 7],
        ['d', 7],
      ],
      null,
    ],
    ['is null without origins', [], null],
  ])('%s', (_name, origins, expected) => expect(asked(...origins)).toBe(expected));

  it('depends on the table, the vendor and the fact', () => {
    const patient = [{ origin: 'a', patienceMs: days(7) }];
    const other = coverageOfLags({ a: [0, 0, 5, 0, 0, 0, 0, 0] }, ['end']);
    expect(combinedMissOf(table, listing, patient)).toMatchObject({ numerator: 1n, denominator: 5n });
    expect(combinedMissOf(other, listing, patient)).toBeNull();
    expect(combinedMissOf(other, { ...listing, fact: 'end' }, patient)).toMatchObject({ denominator: 10n });
    expect(combinedMissOf(table, { ...listing, vendor: 'any' }, patient)).toBeNull();
  });
});

const stepIndex = fc.integer({ min: -1, max: coverageSteps.length - 1 });
const patienceOf = (index: number) => coverageSteps[index] ?? -1;
const fates = fc.array(
  fc.record({ lag: fc.option(fc.integer({ min: 0, max: 400 })), watched: fc.integer({ min: 0, max: 500 }) }),
  { maxLength: 6 },
);
const rows = fc.array(fates, { minLength: 1, maxLength: 4 }).map((all) =>
  all.map((some) =>
    coverageRow({
      models: some.map(({ lag, watched }, index) => ({
        model: `openai/gpt-${index}`,
        happened: '2020-01-01',
        lag_days: lag !== null && lag <= watched ? lag : null,
        watched_days: watched,
      })),
    }),
  ),
);
const readings = rows.chain((some) =>
  fc.tuple(fc.constant(some), fc.array(stepIndex, { minLength: some.length, maxLength: some.length })),
);

describe('laws of the table', () => {
  it('more patience never raises the chance of one origin', () =>
    fc.assert(
      fc.property(rows, stepIndex, stepIndex, ([row = coverageRow()], a, b) => {
        const early = missAt(row, patienceOf(Math.min(a, b)));
        const late = missAt(row, patienceOf(Math.max(a, b)));
        if (early === null || late === null) return;
        expect(isAtMost(chanceOf(late), chanceOf(early))).toBe(true);
      }),
    ));

  it('a patience between two steps counts as the lower one', () =>
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 400 }), ([row = coverageRow()], patience) => {
        const step = coverageStepDays.filter((days) => days <= patience).at(-1) ?? 0;
        expect(missAt(row, days(patience) + 1)).toEqual(missAt(row, days(step)));
      }),
    ));

  it('removing reads never lowers the chance of several origins', () =>
    fc.assert(
      fc.property(readings, fc.array(fc.nat(11), { minLength: 4, maxLength: 4 }), ([some, steps], less) => {
        const more = combinedMiss(some, steps.map(patienceOf));
        const fewer = combinedMiss(
          some,
          steps.map((step, index) => patienceOf(Math.max(-1, step - (less[index] ?? 0)))),
        );
        if (fewer === null) return;
        expect(more !== null && isAtMost(more, fewer)).toBe(true);
      }),
    ));

  it('the chance lies between the product and the best origin', () =>
    fc.assert(
      fc.property(readings, ([some, steps]) => {
        const patiences = steps.map(patienceOf);
        const combined = combinedMiss(some, patiences);
        if (combined === null) return;
        expect(isAtMost(combined.product, combined)).toBe(true);
        for (const [index, row] of some.entries()) {
          const miss = missAt(row, patiences[index] ?? -1);
          if (miss !== null) expect(isAtMost(combined, chanceOf(miss))).toBe(true);
        }
      }),
    ));
});

describe('the file', () => {
  const model = { model: 'openai/gpt-5', happened: '2025-08-07', lag_days: 1, watched_days: 24 };
  const row = {
    origin: 'litellm',
    vendor: 'openai',
    fact: 'listing',
    reads: { from: '2025-02-01T00:00:00Z', to: '2025-08-31T00:00:00Z', count: 300 },
    models: [model],
  };
  const file = (...some: readonly object[]) => ({
    format: 'outturn-coverage/1',
    version: '2025-08-31.1',
    computed_at: '2025-08-31',
    notes: [],
    rows: some,
  });

  it('answers by origin, vendor and fact', () => {
    const table = readCoverageTable(file(row));
    expect(table.version).toBe('2025-08-31.1');
    expect(table.find('litellm', 'openai', 'listing')?.models).toEqual([model]);
    expect(table.find('litellm', 'openai', 'end')).toBeNull();
    expect(table.find('openrouter', 'openai', 'listing')).toBeNull();
  });

  it.each([
    ['a row is duplicated', file(row, row), 'is listed twice'],
    ['a model is duplicated', file({ ...row, models: [model, model] }), 'has openai/gpt-5 twice'],
    [
      'a model belongs to another vendor',
      file({ ...row, models: [{ ...model, model: 'xai/grok-4' }] }),
      'xai/grok-4 is of another vendor',
    ],
    [
      'a model happened before the first read',
      file({ ...row, models: [{ ...model, happened: '2025-01-31', watched_days: 212 }] }),
      'happened before the first read',
    ],
    ['a lag ends after the last read', file({ ...row, models: [{ ...model, lag_days: 25 }] }), 'after the last read'],
    [
      'a model was watched beyond the last read',
      file({ ...row, models: [{ ...model, watched_days: 30 }] }),
      'was watched beyond the last read',
    ],
    [
      'the reads end before they begin',
      file({ ...row, models: [], reads: { ...row.reads, to: '2025-01-01T00:00:00Z' } }),
      'before it was first read',
    ],
    ['a date is a month', file({ ...row, models: [{ ...model, happened: '2025-08' }] }), 'must be a calendar day'],
    ['a lag is negative', file({ ...row, models: [{ ...model, lag_days: -1 }] }), 'lag_days'],
    ['a field is unknown', file({ ...row, lag: 3 }), 'lag'],
  ])('is rejected if %s', (_name, json, message) => {
    expect(() => readCoverageTable(json)).toThrow(message);
  });

  it('shipped with the program is valid', () => {
    const path = join(packageRoot(), 'data', 'coverage.json');
    expect(readCoverageTable(JSON.parse(readFileSync(path, 'utf8'))).version).toMatch(
      /^\d{4}-\d{2}-\d{2}\.[0-9a-f]{8}$/,
    );
  });

  it('may be empty, and then nothing is covered', () => {
    expect(emptyCoverageTable.find('litellm', 'openai', 'listing')).toBeNull();
  });
});

it('the table used in tests considers every origin complete at once', () => {
  const row = coverageOfEverything().find('a-feed', 'xai', 'end');
  expect(row === null ? null : missAt(row, 0)).toEqual({ missed: 0, known: 2000 });
});
