import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import type { Sighting, Timeline } from '../../../src/domain/evidence/timeline.ts';
import { hourMs, type Instant } from '../../../src/domain/instant.ts';
import { anyLeaf } from '../../support/random-criteria.ts';
import { anyMoment, anyWorld, end } from '../../support/random-worlds.ts';
import { type TestFeed, terms, timeline } from '../../support/timelines.ts';

const setting = terms();
const runs = { numRuns: 400 };

/** Without stated dates: reads without a model contradict a date before them, so fewer reads may leave a date undisputed. */
function undated(sightings: readonly Sighting[]): Sighting[] {
  return sightings.map((row) => ({
    ...row,
    versions: row.versions.map((version) => ({ ...version, released: null })),
  }));
}

function shows(row: Sighting, feed: TestFeed, read: Instant): boolean {
  return row.feedId === feed.id && row.seenFrom <= read && (row.goneAt === null || read < row.goneAt);
}

/** The same world, as it would have been seen without some of the reads that show nothing. */
function takeReads(
  feeds: readonly TestFeed[],
  sightings: readonly Sighting[],
  takes: (read: Instant) => boolean,
): Timeline {
  const fewer = feeds.map((feed) => ({
    ...feed,
    reads: feed.reads.filter((read) => !takes(read) || sightings.some((row) => shows(row, feed, read))),
  }));
  const rows = sightings.map((row) => {
    const reads = fewer.find((feed) => feed.id === row.feedId)?.reads ?? [];
    const { seenFrom, goneAt } = row;
    return {
      ...row,
      absentAt: reads.filter((read) => read < seenFrom).at(-1) ?? null,
      goneAt: goneAt === null ? null : (reads.find((read) => read >= goneAt) ?? null),
    };
  });
  return timeline(fewer, rows);
}

/**
 * Of a withdrawal a read that shows nothing may count: a row that went holds a NO back. Of a value it may as well: the run of
 * a row that went is over.
 */
const anyListingLeaf = anyLeaf.filter(({ op }) => op === 'released' || op === 'count');

describe('the law of absence', () => {
  const anyMask = fc.array(fc.boolean(), { minLength: 5, maxLength: 23 });

  it('removing reads that show nothing never turns an open verdict into a NO', () => {
    fc.assert(
      fc.property(anyWorld, anyListingLeaf, anyMoment, anyMask, ({ feeds, sightings: dated }, leaf, at, mask) => {
        const sightings = undated(dated);
        const takes = (read: Instant): boolean => mask[Math.floor(read / hourMs) % mask.length] ?? false;
        if (evaluate(leaf, takeReads(feeds, sightings, takes), at, setting).verdict !== 'no') return;
        expect(evaluate(leaf, timeline(feeds, sightings), at, setting).verdict).toBe('no');
      }),
      runs,
    );
  });

  it('applies to real cases: some NOs survive the loss of every third read', () => {
    const worlds = fc.sample(fc.tuple(anyWorld, anyListingLeaf), { numRuns: 400, seed: 7 });
    const settled = worlds.filter(([{ feeds, sightings }, leaf]) => {
      const fewer = takeReads(feeds, undated(sightings), (read) => Math.floor(read / hourMs) % 3 === 0);
      return evaluate(leaf, fewer, end, setting).verdict === 'no';
    });
    expect(settled.length).toBeGreaterThan(20);
  });
});
