import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { analysePolarity } from '../../../src/domain/criterion/polarity.ts';
import { released } from '../../support/timelines.ts';

const dated = released({ by: '2025-12-31' });
const open = released();
const not = (of: Criterion): Criterion => ({ op: 'not', of });
const judged: Criterion = { op: 'judged', question: 'Is it?' };

describe('what a criterion can ever come out as', () => {
  it.each<[string, Criterion, string]>([
    ['a deadline', dated, 'decidable'],
    ['"will arrive", with none', open, 'confirmable_only'],
    ['"never", with none', not(open), 'refutable_only'],
    ['"not by", with one', not(dated), 'decidable'],
    ['never never', not(not(open)), 'confirmable_only'],
    ['a person', judged, 'decidable'],
    ['all of which one has a deadline', { op: 'all', of: [dated, open] }, 'decidable'],
    ['all of which none has', { op: 'all', of: [open, open] }, 'confirmable_only'],
    ['all of which one can only be refuted', { op: 'all', of: [open, not(open)] }, 'refutable_only'],
    ['any of which one can only be refuted', { op: 'any', of: [open, not(open)] }, 'confirmable_only'],
    ['any of which all can only be refuted', { op: 'any', of: [not(open), not(open)] }, 'refutable_only'],
    ['any of which one has a deadline', { op: 'any', of: [dated, open] }, 'confirmable_only'],
  ])('%s', (_name, criterion, polarity) => {
    expect(analysePolarity(criterion)).toBe(polarity);
  });
});

describe('orders and durations, with no deadline at all', () => {
  const order: Criterion = { op: 'precedes', first: open, second: released({ version: '6' }) };
  const duration: Criterion = { op: 'within', event: open, after: released({ version: '4' }), duration: 'P3M' };
  it.each<[string, Criterion]>([
    ['an order may come out the other way round', order],
    ['a duration runs out', duration],
    ['and so may what denies them', not(order)],
    ['or joins them', { op: 'all', of: [order, duration] }],
  ])('%s', (_name, criterion) => {
    expect(analysePolarity(criterion)).toBe('decidable');
  });

  it.each(['retired', 'attribute', 'count'] as const)('%s can only be confirmed', (op) => {
    const more = { name: 'context_tokens', is: { gt: 1 }, at_least: 2, distinct: 'model' } as const;
    expect(analysePolarity({ ...more, ...released(), op })).toBe('confirmable_only');
    expect(analysePolarity({ ...more, ...released({ by: '2025-12-31' }), op })).toBe('decidable');
  });
});
