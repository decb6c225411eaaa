import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { matchesPattern } from '../../../src/domain/criterion/pattern.ts';
import { patternsOf } from '../../../src/domain/criterion/watch.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import { firstKnown } from '../../../src/domain/evaluation/known-at.ts';
import { type ReadAsk, readAsksOf } from '../../../src/domain/evaluation/read-asks.ts';
import { readsKey, type Timeline } from '../../../src/domain/evidence/timeline.ts';
import { anyCriterion } from '../../support/random-criteria.ts';
import { anyMoment, anyWorld, eventMoments } from '../../support/random-worlds.ts';
import { samples } from '../../support/samples.ts';
import { terms, timeline } from '../../support/timelines.ts';

const setting = terms();

function verdict(criterion: Criterion, world: Timeline, at: number) {
  return evaluate(criterion, world, at, setting).verdict;
}

function momentsFor(asks: readonly ReadAsk[], key: string): number[] {
  return asks.filter((ask) => readsKey(ask.feedId, ask.vendor) === key).map((ask) => ask.at);
}

describe('the earliest knowledge time', () => {
  it('is a moment at which the verdict holds, and no earlier moment gives that verdict', () => {
    fc.assert(
      fc.property(
        anyWorld,
        anyCriterion,
        anyMoment,
        fc.array(anyMoment, { maxLength: 20 }),
        (world, criterion, at, others) => {
          const { verdict: value } = evaluate(criterion, world.timeline, at, setting);
          if (value === 'undetermined') return;
          const known = firstKnown(criterion, world.timeline, at, setting, { verdict: value });
          expect(known?.evaluation).toEqual(evaluate(criterion, world.timeline, known?.knownAt ?? 0, setting));
          expect(known?.evaluation.verdict).toBe(value);
          const earlier = [...eventMoments(world.timeline), ...others].filter(
            (moment) => moment < (known?.knownAt ?? 0),
          );
          expect(earlier.filter((moment) => verdict(criterion, world.timeline, moment) === value)).toEqual([]);
        },
      ),
      { numRuns: samples(40, 4) },
    );
  });

  it('and every verdict need only the reads next to the relevant moments', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const feeds = [...world.timeline.feeds.values()];
        const prune = (known: Timeline['reads']): Timeline['reads'] => {
          const claims = [{ criterion, madeFrom: setting.madeFrom }];
          const seen = { sightings: world.sightings, reads: known };
          const asks = readAsksOf({ criteria: claims, feeds, seen, at, styleOf: setting.styleOf });
          return new Map([...world.timeline.reads].map(([key, all]) => [key, besides(all, momentsFor(asks, key))]));
        };
        const pruned = { ...world.timeline, reads: prune(prune(new Map())) };
        const answer = evaluate(criterion, world.timeline, at, setting);
        expect(evaluate(criterion, pruned, at, setting)).toEqual(answer);
        if (answer.verdict === 'undetermined') return;
        const [few, all] = [pruned, world.timeline].map((one) =>
          firstKnown(criterion, one, at, setting, { verdict: answer.verdict === 'yes' ? 'yes' : 'no' }),
        );
        expect([few?.knownAt, few?.evaluation.effectiveAt]).toEqual([all?.knownAt, all?.evaluation.effectiveAt]);
      }),
      { numRuns: samples(200, 20) },
    );
  });

  it('and every verdict need only the models that the criterion names', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const patterns = patternsOf(criterion);
        const named = world.sightings.filter((row) =>
          patterns.some((pattern) => matchesPattern(pattern, row.model, setting.styleOf)),
        );
        expect(evaluate(criterion, timeline(world.feeds, named), at, setting)).toEqual(
          evaluate(criterion, world.timeline, at, setting),
        );
      }),
      { numRuns: samples(200, 20) },
    );
  });
});

/** The first read, and for each moment the last read up to it and the first from it on. */
function besides(reads: readonly number[], moments: readonly number[]): number[] {
  const kept = new Set<number>(reads.slice(0, 1));
  for (const moment of moments) {
    const before = reads.findLast((read) => read <= moment);
    const after = reads.find((read) => read >= moment);
    if (before !== undefined) kept.add(before);
    if (after !== undefined) kept.add(after);
  }
  return [...kept].sort((a, b) => a - b);
}
