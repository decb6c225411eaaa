import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import {
  criterionCostMax,
  estimateCost,
  readsPerComparison,
  requireAffordable,
} from '../../../src/domain/evaluation/cost.ts';
import { coverageSteps } from '../../../src/domain/evidence/coverage-table.ts';
import { released } from '../../support/timelines.ts';

/** 10 models of each vendor and family, 100 of each vendor, and 1000 in all. */
const countModels = (vendor: string, family: string): number =>
  (vendor === 'any' ? 10 : 1) * (family === 'any' ? 10 : 1) * 10;
const costOf = (criterion: Criterion): number => estimateCost(criterion, { countModels, feeds: 2, reads: 0 });

const everything = { vendor: 'any', family: 'any' } as const;
const order = (duration: string): Criterion => ({
  op: 'within',
  duration,
  event: released(everything),
  after: released(),
});

describe('the cost of a criterion', () => {
  it.each([
    ['the models of a family, for three passes', released(), 30],
    ['those of every family for a wildcard', released({ vendor: 'any' }), 300],
    ['those of every vendor and family', released(everything), 3000],
    ['nothing more for connectives', { op: 'not', of: { op: 'all', of: [released()] } }, 30],
    ['the sum of different leaves', { op: 'any', of: [released(), released({ version: '6' })] }, 60],
    ['equal leaves once', { op: 'any', of: [released(), { op: 'not', of: released() }] }, 30],
    ['both sides of an order once more', order('P1D'), 2 * 3030],
    ['different orders of the same leaves', { op: 'all', of: [order('P1D'), order('P2D')] }, 3 * 3030],
    ['equal orders once', { op: 'all', of: [order('P1D'), order('P1D')] }, 2 * 3030],
    ['nothing for a question to a person', { op: 'judged', question: 'Is it good?', by: '2026' }, 0],
  ] satisfies [string, Criterion, number][])('counts %s', (_what, criterion, cost) => {
    expect(costOf(criterion)).toBe(cost);
  });

  it('counts a leaf of which no model is known', () => {
    expect(estimateCost(released(), { countModels: () => 0, feeds: 0, reads: 0 })).toBe(3);
  });

  describe('of the reads that it looks up', () => {
    const readsOf = (criterion: Criterion, reads = Number.POSITIVE_INFINITY, feeds = 10): number =>
      readsPerComparison * (estimateCost(criterion, { countModels, feeds, reads }) - costOf(criterion));
    /** Each step of patience, and a feed's own lag. */
    const moments = coverageSteps.length + 1;

    it.each([
      ['two moments of each model in each feed', released(), 10 * 2 * 10],
      ['the edges of each model that may begin a duration', order('P1D'), 10 * (2 * 1010 + moments * 3 * 10)],
      [
        'the edges of both events of an order',
        { op: 'precedes', first: released(), second: released(everything) },
        10 * (2 * 1010 + moments * 1010),
      ],
    ] satisfies [string, Criterion, number][])('counts %s', (_what, criterion, reads) => {
      expect(readsOf(criterion)).toBe(reads);
    });

    it('is no more than that of all reads, which are then loaded', () => {
      expect(readsOf(order('P1D'), 100)).toBe(100);
    });

    it('counts equal orders once', () => {
      expect(readsOf({ op: 'all', of: [order('P1D'), order('P1D')] })).toBe(readsOf(order('P1D')));
    });
  });

  it('is allowed up to the limit, and refused above it with the cost, the limit and what to do', () => {
    expect(() => requireAffordable(criterionCostMax, '#/criterion')).not.toThrow();
    expect(() => requireAffordable(criterionCostMax + 1, '#/criterion')).toThrow(
      `costs ${criterionCostMax + 1} comparisons of a model with a leaf, and at most ${criterionCostMax} are allowed; use fewer leaves`,
    );
  });
});
