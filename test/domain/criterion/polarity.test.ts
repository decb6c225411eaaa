import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { analysePolarity } from '../../../src/domain/criterion/polarity.ts';
import { released } from '../../support/timelines.ts';

const dated = released({ by: '2025-12-31' });
const open = released();
const not = (of: Criterion): Criterion => ({ op: 'not', of });
const judged: Criterion = { op: 'judged', question: 'Is it?' };

describe('the polarity of a criterion', () => {
  it.each<[string, Criterion, string]>([
    ['a deadline', dated, 'decidable'],
    ['"will arrive", without a deadline', open, 'confirmable_only'],
    ['"never", without a deadline', not(open), 'refutable_only'],
    ['"not by", with a deadline', not(dated), 'decidable'],
    ['never never', not(not(open)), 'confirmable_only'],
    ['a person', judged, 'decidable'],
    ['all, with a deadline in one part', { op: 'all', of: [dated, open] }, 'decidable'],
    ['all, without a deadline', { op: 'all', of: [open, open] }, 'confirmable_only'],
    ['all, with one refutable part', { op: 'all', of: [open, not(open)] }, 'refutable_only'],
    ['any, with one refutable part', { op: 'any', of: [open, not(open)] }, 'confirmable_only'],
    ['any, with refutable parts only', { op: 'any', of: [not(open), not(open)] }, 'refutable_only'],
    ['any, with a deadline in one part', { op: 'any', of: [dated, open] }, 'confirmable_only'],
  ])('%s', (_name, criterion, polarity) => {
    expect(analysePolarity(criterion)).toBe(polarity);
  });
});

describe('orders and durations without a deadline', () => {
  const order: Criterion = { op: 'precedes', first: open, second: released({ version: '6' }) };
  const duration: Criterion = { op: 'within', event: open, after: released({ version: '4' }), duration: 'P3M' };
  it.each<[string, Criterion]>([
    ['an order can be decided either way', order],
    ['a duration expires', duration],
    ['so does its negation', not(order)],
    ['and a combination with it', { op: 'all', of: [order, duration] }],
  ])('%s', (_name, criterion) => {
    expect(analysePolarity(criterion)).toBe('decidable');
  });

  it.each(['retired', 'attribute', 'count'] as const)('%s can only be confirmed', (op) => {
    const more = { name: 'context_tokens', is: { gt: 1 }, at_least: 2, distinct: 'model' } as const;
    expect(analysePolarity({ ...more, ...released(), op })).toBe('confirmable_only');
    expect(analysePolarity({ ...more, ...released({ by: '2025-12-31' }), op })).toBe('decidable');
  });
});
