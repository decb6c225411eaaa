import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { matchesPattern } from '../../../src/domain/criterion/pattern.ts';
import { patternsOf } from '../../../src/domain/criterion/watch.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import type { Sighting, Timeline } from '../../../src/domain/evidence/timeline.ts';
import { dayMs, hourMs, type Instant } from '../../../src/domain/instant.ts';
import { takeReads } from '../../support/fewer-reads.ts';
import { anyLeaf, anyOrder } from '../../support/random-criteria.ts';
import { anyMoment, anyWorld, start } from '../../support/random-worlds.ts';
import { samples } from '../../support/samples.ts';
import { type TestFeed, terms, timeline } from '../../support/timelines.ts';

const setting = terms();

/** Stretches of time over which a feed was not read. */
const anyGaps = fc.array(
  fc.record({
    feed: fc.nat({ max: 3 }),
    from: fc.integer({ min: -200, max: 1300 }),
    hours: fc.constantFrom(8, 24, 60, 100, 200, 500, 1500),
  }),
  { minLength: 1, maxLength: 4 },
);
type Gaps = typeof anyGaps extends fc.Arbitrary<infer Value> ? Value : never;

/** Late enough for a NO, more often than not. */
const anyLateMoment = fc.oneof(
  anyMoment,
  fc.integer({ min: 10, max: 55 }).map((day) => start + day * dayMs),
);

function isMissed(gaps: Gaps, feeds: readonly TestFeed[], feed: TestFeed, read: Instant): boolean {
  return gaps.some((gap) => {
    const from = start + gap.from * hourMs;
    return feeds[gap.feed % feeds.length] === feed && read >= from && read <= from + gap.hours * hourMs;
  });
}

/** The rows that can count against a criterion; of all others a read says nothing. */
function namedRows(criterion: Criterion, sightings: readonly Sighting[]): Sighting[] {
  const patterns = patternsOf(criterion);
  return sightings.filter(({ model }) => patterns.some((pattern) => matchesPattern(pattern, model, setting.styleOf)));
}

function verdict(criterion: Criterion, world: Timeline, at: Instant) {
  return evaluate(criterion, world, at, setting).verdict;
}

const leafOf = (op: Criterion['op']): fc.Arbitrary<Criterion> =>
  anyLeaf.filter((leaf) => leaf.op === op && leaf.by !== undefined);
const orderOf = (op: Criterion['op']): fc.Arbitrary<Criterion> => anyOrder.filter((order) => order.op === op);

/** Each kind of criterion that absence may settle, and how many NOs a sample of 300 must have, so that the law is about something. */
const kinds = [
  ['released', leafOf('released'), 20],
  ['count', leafOf('count'), 20],
  ['retired', leafOf('retired'), 10],
  ['attribute', leafOf('attribute'), 10],
  ['precedes', orderOf('precedes'), 10],
  ['within', orderOf('within'), 3],
] as const;

describe('the law of absence', () => {
  it.each(kinds)('removing reads that are no evidence never settles a NO: %s, dates included', (_op, asked) => {
    fc.assert(
      fc.property(anyWorld, asked, anyLateMoment, anyGaps, ({ feeds, sightings: all }, criterion, at, gaps) => {
        const sightings = namedRows(criterion, all);
        const fewer = takeReads(feeds, sightings, (feed, read) => isMissed(gaps, feeds, feed, read));
        if (verdict(criterion, fewer, at) !== 'no') return;
        expect(verdict(criterion, timeline(feeds, sightings), at)).toBe('no');
      }),
      { numRuns: samples(400, 45) },
    );
  });

  it.each(kinds)('is not vacuous: some NOs of %s survive the loss of reads', (_op, asked, least) => {
    const drawn = fc.sample(fc.tuple(anyWorld, asked, anyLateMoment, anyGaps), { numRuns: samples(300, 60), seed: 7 });
    const settled = drawn.filter(([{ feeds, sightings }, criterion, at, gaps]) => {
      const fewer = takeReads(feeds, namedRows(criterion, sightings), (feed, read) =>
        isMissed(gaps, feeds, feed, read),
      );
      return verdict(criterion, fewer, at) === 'no';
    });
    expect(settled.length).toBeGreaterThanOrEqual(Math.floor(least / samples(1, 6)));
  });
});
