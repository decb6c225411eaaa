import { describe, expect, it } from 'vitest';
import { parseEffective } from '../../../src/domain/instant.ts';
import {
  daysLate,
  judgeReplay,
  medianOf,
  type ReplayedResolution,
  type Truth,
} from '../../../src/domain/scores/backtest.ts';
import { at } from '../../support/timelines.ts';

const august7: Truth = { outcome: 'yes', effectiveAt: '2025-08-07' };
const open: Truth = { outcome: 'open', effectiveAt: null };

function row(outcome: 'yes' | 'no', effectiveAt: string, knownAt: string): ReplayedResolution {
  return { outcome, effectiveAt, knownAt: at(knownAt) };
}

describe('a replay compared with the truth', () => {
  it.each<[string, ReplayedResolution[], Truth, string]>([
    ['the outcome on its day', [row('yes', '2025-08-07', '2025-08-08')], august7, 'right'],
    ['a bracket that contains the day', [row('yes', '2025-08-05/2025-08-09', '2025-08-10')], august7, 'right'],
    ['a bracket without a beginning', [row('yes', '../2025-08-07', '2025-08-10')], august7, 'right'],
    ['a bracket that excludes the day', [row('yes', '2025-08-08/2025-08-09', '2025-08-10')], august7, 'misdated'],
    ['the day before', [row('yes', '2025-08-06', '2025-08-08')], august7, 'misdated'],
    ['the other outcome', [row('no', '2025-08-07', '2025-08-08')], august7, 'wrong'],
    [
      'the other outcome, amended later',
      [row('no', '2025-08-06', '2025-08-09'), row('yes', '2025-08-07', '2025-08-20')],
      august7,
      'wrong',
    ],
    ['known on the very day', [row('yes', '2025-08-07', '2025-08-07')], august7, 'right'],
    ['known the day before', [row('yes', '2025-08-07', '2025-08-06T23:59:59Z')], august7, 'premature'],
    ['open, with a true outcome', [], august7, 'undetermined'],
    ['open, without a true outcome', [], open, 'right'],
    ['resolved, without a true outcome', [row('yes', '2025-08-07', '2025-08-08')], open, 'wrong'],
  ])('%s', (_name, resolutions, truth, judgement) => {
    expect(judgeReplay(resolutions, truth)).toBe(judgement);
  });

  it('counts days from when the truth could be read, at least zero', () => {
    expect(daysLate(at('2025-08-09T12:00:00Z'), at('2025-08-08'))).toBe(1.5);
    expect(daysLate(at('2025-08-07'), at('2025-08-08'))).toBe(0);
  });

  it('takes the median, the lower one of an even number', () => {
    expect([medianOf([]), medianOf([3]), medianOf([4, 1]), medianOf([9, 1, 2])]).toEqual([null, 3, 1, 2]);
  });
});

describe('an effective_at', () => {
  it.each([
    ['2025-08-07', ['2025-08-07', '2025-08-08']],
    ['2025-08', ['2025-08-01', '2025-09-01']],
    ['2025-08-05/2025-08-07', ['2025-08-05', '2025-08-08']],
  ])('%s is read to its last day', (text, [from = '', to = '']) => {
    expect(parseEffective(text)).toEqual({ from: at(from), to: at(to) });
  });

  it('may have no beginning', () => {
    expect(parseEffective('../2025-08-07')).toEqual({ from: Number.NEGATIVE_INFINITY, to: at('2025-08-08') });
  });

  it.each(['', 'soon', '2025-08-07/..', '2025-08-09/2025-08-07', '2025-08-07/2025-08-08/2025-08-09'])(
    '%j is invalid',
    (text) => {
      expect(parseEffective(text)).toBeNull();
    },
  );
});
