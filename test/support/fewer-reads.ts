import type { Sighting, Timeline } from '../../src/domain/evidence/timeline.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { type TestFeed, timeline } from './timelines.ts';

function shows({ seenFrom, goneAt }: Sighting, read: Instant): boolean {
  return seenFrom <= read && (goneAt === null || read < goneAt);
}

/** Whether a read shows a row, or is the first one without it and so shows that the row is gone. */
function speaksOfRow(row: Sighting, feed: TestFeed, read: Instant): boolean {
  return row.feedId === feed.id && (shows(row, read) || row.goneAt === read);
}

/** The same world without the reads for which `takes` is true, except those that say something about a row. */
export function takeReads(
  feeds: readonly TestFeed[],
  sightings: readonly Sighting[],
  takes: (feed: TestFeed, read: Instant) => boolean,
): Timeline {
  const fewer = feeds.map((feed) => ({
    ...feed,
    reads: feed.reads.filter((read) => !takes(feed, read) || sightings.some((row) => speaksOfRow(row, feed, read))),
  }));
  const rows = sightings.map((row) => {
    const reads = fewer.find((feed) => feed.id === row.feedId)?.reads ?? [];
    return { ...row, absentAt: reads.filter((read) => read < row.seenFrom).at(-1) ?? null };
  });
  return timeline(fewer, rows);
}
