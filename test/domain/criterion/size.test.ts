import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { criterionDepthMax, criterionNodesMax, measureCriterion } from '../../../src/domain/criterion/size.ts';
import { Refusal } from '../../../src/domain/refusal.ts';
import { released } from '../../support/timelines.ts';

function nested(depth: number): Criterion {
  let criterion: Criterion = released();
  for (let level = 1; level < depth; level += 1) criterion = { op: 'not', of: criterion };
  return criterion;
}

function wide(nodes: number): Criterion {
  return { op: 'any', of: Array.from({ length: nodes - 1 }, () => released()) };
}

function codeOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return error instanceof Refusal ? error.code : 'not a refusal';
  }
}

describe('the size of a criterion', () => {
  it('is at most 16 levels', () => {
    expect(measureCriterion(nested(criterionDepthMax))).toEqual({ depth: 16, nodes: 16 });
    expect(codeOf(() => measureCriterion(nested(criterionDepthMax + 1)))).toBe('criterion_too_deep');
  });

  it('is at most 200 nodes', () => {
    expect(measureCriterion(wide(criterionNodesMax))).toEqual({ depth: 2, nodes: 200 });
    expect(codeOf(() => measureCriterion(wide(criterionNodesMax + 1)))).toBe('criterion_too_large');
  });

  it('counts the leaves of orders and durations', () => {
    expect(measureCriterion({ op: 'precedes', first: released(), second: released() })).toEqual({ depth: 2, nodes: 3 });
    expect(measureCriterion({ op: 'within', event: released(), after: released(), duration: 'P3M' }).nodes).toBe(3);
  });

  it('of 100,000 levels is rejected without recursion', () => {
    expect(codeOf(() => measureCriterion(nested(100_000)))).toBe('criterion_too_deep');
    const text = `${'{"op":"not","of":'.repeat(100_000)}null${'}'.repeat(100_000)}`;
    expect(codeOf(() => measureCriterion(JSON.parse(text)))).toBe('criterion_too_deep');
  });

  it('of a million parts is rejected', () => {
    expect(codeOf(() => measureCriterion({ op: 'all', of: new Array(1_000_000).fill({}) }))).toBe(
      'criterion_too_large',
    );
  });

  it.each([null, 5, 'text', []])('of the invalid criterion %j is left to the schema', (value) => {
    expect(measureCriterion(value).nodes).toBeLessThanOrEqual(1);
  });
});
