import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../src/domain/criterion.ts';
import { evaluate } from '../../src/domain/evaluate.ts';
import { firstKnown, momentsOfInterest } from '../../src/domain/known-at.ts';
import { matchesPattern } from '../../src/domain/pattern.ts';
import { analysePolarity } from '../../src/domain/polarity.ts';
import type { Sighting, Timeline } from '../../src/domain/timeline.ts';
import { patternsOf, windowOf } from '../../src/domain/watch.ts';
import {
  anyCriterion,
  anyLeaf,
  anyMoment,
  anyWorld,
  asOf,
  end,
  eventMoments,
  type RandomWorld,
} from '../support/random-worlds.ts';
import { terms, timeline } from '../support/timelines.ts';

const setting = terms();
const runs = { numRuns: 400 };
const far = end + 60 * 86_400_000;

function verdict(criterion: Criterion, world: Timeline, at: number) {
  return evaluate(criterion, world, at, setting).verdict;
}

function settled(criterion: Criterion, world: Timeline, at: number) {
  const { verdict: value, effectiveAt } = evaluate(criterion, world, at, setting);
  return { value, effectiveAt };
}

describe('the laws of settling', () => {
  it('the same question over the same evidence has the same answer and explanation', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const before = JSON.stringify([criterion, world.sightings]);
        expect(evaluate(criterion, world.timeline, at, setting)).toEqual(
          evaluate(criterion, world.timeline, at, setting),
        );
        expect(JSON.stringify([criterion, world.sightings])).toBe(before);
      }),
      runs,
    );
  });

  it('the order in which feeds and rows are held does not matter', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, fc.infiniteStream(fc.nat()), (world, criterion, at, seeds) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((item) => ({ item, key: seeds.next().value ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        const other = timeline(shuffled(world.feeds), shuffled(world.sightings));
        expect(evaluate(criterion, other, at, setting)).toEqual(evaluate(criterion, world.timeline, at, setting));
      }),
      runs,
    );
  });

  it('what is observed later never changes an answer as of a moment, nor the earliest moment of knowledge up to it', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const then = asOf(world.timeline, at);
        const answer = evaluate(criterion, world.timeline, at, setting);
        expect(answer).toEqual(evaluate(criterion, then, at, setting));
        if (answer.verdict === 'undetermined') return;
        expect(firstKnown(criterion, world.timeline, at, setting, { verdict: answer.verdict })).toEqual(
          firstKnown(criterion, then, at, setting, { verdict: answer.verdict }),
        );
      }),
      runs,
    );
  });

  it('there is no NO of a leaf without a deadline, nor before the deadline was read past by enough feeds', () => {
    fc.assert(
      fc.property(anyWorld, anyLeaf, anyMoment, (world, leaf, at) => {
        if (verdict(leaf, world.timeline, at) !== 'no') return;
        const { to } = windowOf(leaf, setting.madeFrom);
        const past = world.feeds.filter(
          (feed) =>
            feed.trust !== 'community' &&
            feed.covers.length > 0 &&
            feed.reads.some((read) => read <= at && read - feed.settlementLagMs >= to),
        );
        const origins = new Set(past.map((feed) => feed.origin));
        expect(leaf.by).toBeDefined();
        expect(origins.size >= 2 || past.some((feed) => feed.trust === 'first_party')).toBe(true);
      }),
      runs,
    );
  });

  it('one more undated row of a catalogue never turns a yes into a no', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, fc.nat({ max: 5 }), (world, criterion, at, pick) => {
        const undated = world.sightings.filter((row) => feedOf(world, row)?.trust !== 'first_party').map(withoutDates);
        const added = undated[pick % Math.max(undated.length, 1)];
        if (added === undefined) return;
        const fewer = undated.filter((row) => row !== added);
        if (hasNot(criterion) || verdict(criterion, timeline(world.feeds, fewer), at) !== 'yes') return;
        expect(verdict(criterion, timeline(world.feeds, undated), at)).not.toBe('no');
      }),
      { numRuns: 1500 },
    );
  });

  it('a clock alone changes an answer only at the moment it said to look again', () => {
    fc.assert(
      fc.property(
        anyWorld,
        anyCriterion,
        fc.nat({ max: 40 }),
        fc.nat({ max: 40 }),
        fc.nat({ max: 400 }),
        (world, criterion, row, hoursOn, hoursLater) => {
          // Nothing is observed after a moment soon after a row turned up.
          const at =
            (world.sightings[row % Math.max(world.sightings.length, 1)]?.seenFrom ?? end) + hoursOn * 3_600_000;
          const later = hoursLater * 3_600_000;
          const then = asOf(world.timeline, at);
          const now = evaluate(criterion, then, at, setting);
          const next = evaluate(criterion, then, at + later, setting);
          if (now.verdict !== 'undetermined') expect(next.verdict).toBe(now.verdict);
          else if (now.recheckAt === null || at + later < now.recheckAt)
            expect([next.verdict, next.leaning?.outcome, next.leaning?.reason]).toEqual([
              now.verdict,
              now.leaning?.outcome,
              now.leaning?.reason,
            ]);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('all and any are duals, dates included', () => {
    fc.assert(
      fc.property(anyWorld, fc.array(anyCriterion, { minLength: 1, maxLength: 4 }), anyMoment, (world, of, at) => {
        const not = (one: Criterion): Criterion => ({ op: 'not', of: one });
        expect(settled(not({ op: 'all', of }), world.timeline, at)).toEqual(
          settled({ op: 'any', of: of.map(not) }, world.timeline, at),
        );
      }),
      runs,
    );
  });

  it('an open part, refined either way, never contradicts what was decided without it', () => {
    const sure: Criterion = { op: 'any', of: [] };
    fc.assert(
      fc.property(
        anyWorld,
        anyCriterion,
        anyMoment,
        fc.constantFrom<Criterion>(sure, { op: 'not', of: sure }),
        (world, criterion, at, constant) => {
          const before = verdict(criterion, world.timeline, at);
          if (before === 'undetermined') return;
          expect(verdict(replaceJudged(criterion, constant), world.timeline, at)).toBe(before);
        },
      ),
      runs,
    );
  });

  it('what can only be refuted never comes out yes, and what can only be confirmed never no', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const value = verdict(criterion, world.timeline, at);
        const polarity = analysePolarity(criterion);
        if (polarity === 'refutable_only' || polarity === 'undecidable') expect(value).not.toBe('yes');
        if (polarity === 'confirmable_only' || polarity === 'undecidable') expect(value).not.toBe('no');
      }),
      runs,
    );
  });
});

describe('the earliest knowledge time', () => {
  it('is a moment at which the answer holds, with the answer of that moment, and no earlier one gives it', () => {
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
      { numRuns: 150 },
    );
  });

  it('and every answer need only the reads beside the moments of interest', () => {
    fc.assert(
      fc.property(anyWorld, anyCriterion, anyMoment, (world, criterion, at) => {
        const feeds = [...world.timeline.feeds.values()];
        const moments = momentsOfInterest(
          [{ criterion, madeFrom: setting.madeFrom }],
          feeds,
          world.sightings,
          at,
          setting.styleOf,
        );
        const reads = new Map([...world.timeline.reads].map(([key, all]) => [key, besides(all, moments)]));
        const pruned = { ...world.timeline, reads };
        const answer = evaluate(criterion, world.timeline, at, setting);
        expect(evaluate(criterion, pruned, at, setting)).toEqual(answer);
        if (answer.verdict === 'undetermined') return;
        const [few, all] = [pruned, world.timeline].map((one) =>
          firstKnown(criterion, one, at, setting, { verdict: answer.verdict === 'yes' ? 'yes' : 'no' }),
        );
        expect([few?.knownAt, few?.evaluation.effectiveAt]).toEqual([all?.knownAt, all?.evaluation.effectiveAt]);
      }),
      { numRuns: 800 },
    );
  });

  it('and every answer need only the models that the criterion names', () => {
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
      runs,
    );
  });
});

it('random worlds and criteria reach every verdict often enough to test anything', () => {
  const reached = { yes: 0, no: 0, undetermined: 0 };
  for (const [world, leaf] of fc.sample(fc.tuple(anyWorld, anyLeaf), { numRuns: 600, seed: 1 }))
    reached[verdict(leaf, world.timeline, far)] += 1;
  for (const count of Object.values(reached)) expect(count).toBeGreaterThan(60);
});

function feedOf(world: RandomWorld, row: Sighting) {
  return world.feeds.find((feed) => feed.id === row.feedId);
}

function withoutDates(row: Sighting): Sighting {
  return { ...row, versions: row.versions.map((version) => ({ ...version, released: null })) };
}

/** Under a `not` a yes of the whole is a no of its part: the law is about what witnesses speak for. */
function hasNot(criterion: Criterion): boolean {
  if (criterion.op === 'not') return true;
  return (criterion.op === 'all' || criterion.op === 'any') && criterion.of.some(hasNot);
}

function replaceJudged(criterion: Criterion, constant: Criterion): Criterion {
  switch (criterion.op) {
    case 'judged':
      return constant;
    case 'not':
      return { op: 'not', of: replaceJudged(criterion.of, constant) };
    case 'all':
    case 'any':
      return { op: criterion.op, of: criterion.of.map((of) => replaceJudged(of, constant)) };
    default:
      return criterion;
  }
}

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
