import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { evaluateInSteps } from '../../../src/domain/evaluation/evaluate.ts';
import { weighedPerStepMax } from '../../../src/domain/evaluation/leaf-evidence.ts';
import { sightingsPerStepMax } from '../../../src/domain/evidence/timeline.ts';
import { anyFive, at, feed, polls, released, sighting, terms, timeline } from '../../support/timelines.ts';

const a = feed('a', { reads: polls('2025-07-01', '2025-10-01') });
const b = feed('b', { reads: polls('2025-07-01', '2025-10-01') });

/** As many models of generation 5, each listed by two feeds. */
function worldOf(models: number) {
  const rows = Array.from({ length: models }, (_, index) => ({
    name: `gpt-5.${index}`,
    seen: '2025-08-07T12:00',
    released: '2025-08-07',
    model: { version: `5.${index}` },
  }));
  return timeline(
    [a, b],
    rows.flatMap((row) => [sighting(a, row), sighting(b, row)]),
  );
}

function runOver(criterion: Criterion, models: number) {
  const steps = evaluateInSteps(criterion, worldOf(models), at('2025-09-20'), terms());
  for (let count = 0; ; count += 1) {
    const step = steps.next();
    if (step.done === true) return { count, evaluation: step.value };
  }
}

/** How many versions each step compares. */
function comparisonsPerStep(criterion: Criterion, models: number): number[] {
  let compared = 0;
  const styleOf = () => {
    compared += 1;
    return 'components' as const;
  };
  const steps = evaluateInSteps(criterion, worldOf(models), at('2025-09-20'), { ...terms(), styleOf });
  const perStep: number[] = [];
  for (let isDone = false; !isDone; compared = 0) {
    isDone = steps.next().done === true;
    perStep.push(compared);
  }
  return perStep;
}

const countOf = (criterion: Criterion, models: number): number => runOver(criterion, models).count;
const leaf = released(anyFive);
const order = (duration: string): Criterion => ({
  op: 'within',
  duration,
  event: released({ version: '5.1' }),
  after: released({ version: '5.2' }),
});
const all = (...of: Criterion[]): Criterion => ({ op: 'all', of });

describe('the steps of an evaluation', () => {
  it('weigh a bounded number of sightings each', () => {
    const models = weighedPerStepMax / 2;
    expect(countOf(leaf, 3 * models) - countOf(leaf, models)).toBe(2);
  });

  it('compare a bounded number of models with a pattern each', () => {
    const perStep = comparisonsPerStep(leaf, 2 * sightingsPerStepMax);
    expect(Math.max(...perStep)).toBe(sightingsPerStepMax);
    // Each model has two sightings, and is compared once.
    expect(perStep.reduce((sum, compared) => sum + compared, 0)).toBe(2 * sightingsPerStepMax);
  });

  it('evaluate one node each', () => {
    const durations = Array.from({ length: 20 }, (_, days) => order(`P${days + 1}D`));
    expect(runOver(all(...durations), 3).evaluation.verdict).toBe('yes');
    expect(countOf(all(...durations), 3) - countOf(all(...durations.slice(1)), 3)).toBe(1);
  });

  it('evaluate equal parts once, in whatever order their fields are', () => {
    const { op, ...rest } = order('P1D');
    const turned = { ...rest, op } as Criterion; // The same fields in another order.
    expect(Object.keys(turned)).not.toEqual(Object.keys(order('P1D')));
    const repeated = all(...Array.from({ length: 60 }, () => order('P1D')), turned);
    expect(countOf(repeated, 3)).toBe(countOf(all(order('P1D')), 3));
  });

  it('compare the sightings with an equal leaf once, in however many orders', () => {
    const compared = (criterion: Criterion): number => comparisonsPerStep(criterion, 3).reduce((sum, one) => sum + one);
    const durations = Array.from({ length: 20 }, (_, days) => order(`P${days + 1}D`));
    expect(compared(order('P1D'))).toBeGreaterThan(0);
    expect(compared(all(...durations))).toBe(compared(order('P1D')));
  });

  it('repeat the explanation of equal parts', () => {
    const { explanation } = runOver(all(order('P1D'), leaf, order('P1D')), 3).evaluation;
    expect(explanation.of).toHaveLength(3);
    expect(explanation.of[2]).toEqual(explanation.of[0]);
    expect(explanation.of[1]?.op).toBe('released');
  });
});
