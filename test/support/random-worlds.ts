import fc from 'fast-check';
import type { Sighting, Timeline } from '../../src/domain/evidence/timeline.ts';
import { dayMs, hourMs, type Instant } from '../../src/domain/instant.ts';
import { at, feed, polls, sighting, type TestFeed, type TestVersion, timeline } from './timelines.ts';

/** Small random timelines, for laws that hold for all of them. Time runs over August and September 2025. */

export const start = at('2025-08-01');
export const end = at('2025-10-01');

export type RandomWorld = {
  readonly feeds: readonly TestFeed[];
  readonly sightings: readonly Sighting[];
  readonly timeline: Timeline;
};

const feedStory = fc.record({
  trust: fc.constantFrom(...(['first_party', 'curated', 'curated', 'curated', 'aggregator', 'community'] as const)),
  origin: fc.constantFrom('p', 'q', 'r', 's', 't'),
  covers: fc.constantFrom<'any' | string[]>(['openai'], ['openai'], 'any', []),
  lagHours: fc.constantFrom(0, 0, 24, 48),
  from: fc.integer({ min: -8, max: 3 }),
  to: fc.integer({ min: 20, max: 50 }),
  everyHours: fc.constantFrom(8, 24, 60),
  ends: fc.constantFrom('dated' as const, 'dated' as const, 'by_status' as const, 'by_rights' as const),
  publishes: fc.constantFrom<string[]>(['output_usd_per_mtok', 'shutdown'], ['output_usd_per_mtok'], ['shutdown'], []),
});

const anyStage = fc.constantFrom(...(['general', 'general', 'general', 'preview', 'announced'] as const));

/** Days from the first sighting of a row to the date that it states; null if it states none. */
const dateOffset = fc.constantFrom(null, null, null, 0, -1, -2, 1, 2, 4, -10, -100);

const anyPrice = fc.constantFrom(undefined, 5, 20, 20);

const rowStory = fc.record({
  feed: fc.nat({ max: 3 }),
  tier: fc.constantFrom(null, null, 'mini'),
  version: fc.constantFrom('5', '5', '5.1'),
  host: fc.constantFrom(undefined, undefined, undefined, 'azure', 'bedrock'),
  stage: anyStage,
  /** The day of August from which polls can show it. */
  day: fc.integer({ min: -2, max: 25 }),
  /** How many polls list it; null: all later ones. */
  lasts: fc.constantFrom(null, null, null, 1, 2, 5),
  date: dateOffset,
  weight: fc.constantFrom(...(['curated', 'curated', 'stands'] as const)),
  stamped: fc.boolean(),
  price: anyPrice,
  /** Days from the first sighting of the row to the end that it states. */
  shutdown: fc.constantFrom(null, null, 2, 5, 12, -3),
  retired: fc.constantFrom(false, false, false, true),
  edits: fc.array(
    fc.record({
      after: fc.nat({ max: 6 }),
      date: dateOffset,
      stage: fc.constantFrom(...(['general', 'general', 'preview'] as const)),
      price: anyPrice,
      shutdown: fc.constantFrom(null, 2, 5),
      retired: fc.constantFrom(false, true),
    }),
    { maxLength: 2 },
  ),
});

/** One model that appears in several feeds at about the same day. */
const releaseStory = fc
  .record({ row: rowStory, delays: fc.array(fc.nat({ max: 2 }), { minLength: 2, maxLength: 4 }) })
  .map(({ row, delays }): RowStory[] =>
    delays.map((delay, index) => ({
      ...row,
      feed: index,
      day: row.day + delay,
      lasts: null,
      stage: 'general',
      host: undefined,
      date: index === 0 ? row.date : null,
    })),
  );

type RowStory = typeof rowStory extends fc.Arbitrary<infer Story> ? Story : never;

function dateText(seen: Instant, offset: number | null): string | undefined {
  return offset === null ? undefined : new Date(seen + offset * dayMs).toISOString().slice(0, 10);
}

function readRow(feeds: readonly TestFeed[], story: RowStory, index: number): Sighting[] {
  const feedOf = feeds[story.feed % feeds.length];
  const first = feedOf?.reads.findIndex((read) => read >= start + story.day * dayMs) ?? -1;
  const seen = feedOf?.reads[first];
  if (feedOf === undefined || seen === undefined) return [];
  const date = dateText(seen, story.date);
  const gone = story.lasts === null ? undefined : feedOf.reads[first + story.lasts];
  return [
    sighting(feedOf, {
      id: `obs-${index}`,
      name: `gpt-${story.version}${story.tier === null ? '' : '-mini'}${story.stamped && date ? `-${date}` : ''}`,
      seen,
      model: { tier: story.tier, version: story.version },
      stage: story.stage,
      weight: story.weight,
      ...(gone === undefined ? {} : { gone }),
      ...(story.host === undefined ? {} : { host: story.host }),
      ...(date === undefined ? {} : { released: date }),
      ...factsOf(story, seen),
      edits: readEdits(feedOf, story, first, gone ?? Number.POSITIVE_INFINITY),
    }),
  ];
}

function readEdits(feedOf: TestFeed, { edits, weight }: RowStory, first: number, gone: Instant): TestVersion[] {
  const moments = edits
    .map((edit) => ({ edit, editAt: feedOf.reads[first + 1 + edit.after] ?? Number.POSITIVE_INFINITY }))
    .filter(({ editAt }) => editAt < gone)
    .sort((a, b) => a.editAt - b.editAt);
  return moments
    .filter(({ editAt }, index) => editAt !== moments[index - 1]?.editAt)
    .map(({ edit, editAt }) => {
      const date = dateText(editAt, edit.date);
      return {
        at: editAt,
        stage: edit.stage,
        weight,
        ...(date === undefined ? {} : { released: date }),
        ...factsOf(edit, editAt),
      };
    });
}

function factsOf(said: Pick<RowStory, 'price' | 'shutdown' | 'retired'>, seen: Instant): TestVersion {
  const shutdown = dateText(seen, said.shutdown);
  return {
    ...(said.price === undefined ? {} : { price: said.price }),
    ...(shutdown === undefined ? {} : { shutdown }),
    ...(said.retired ? { lifecycle: 'retired' } : { isActive: true }),
  };
}

/** Two to four feeds, up to three releases, and up to four further rows that appear, vanish and are edited. */
export const anyWorld: fc.Arbitrary<RandomWorld> = fc
  .record({
    feeds: fc.array(feedStory, { minLength: 2, maxLength: 4 }),
    releases: fc.array(releaseStory, { maxLength: 3 }),
    rows: fc.array(rowStory, { maxLength: 4 }),
  })
  .map(({ feeds: stories, releases, rows }) => {
    const feeds = stories.map(({ from, to, everyHours, ...facts }, index) =>
      feed(`f${index}`, {
        ...facts,
        reads: polls(start + from * dayMs + index * hourMs, start + to * dayMs, everyHours),
      }),
    );
    const sightings = [...releases.flat(), ...rows].flatMap((row, index) => readRow(feeds, row, index));
    return { feeds, sightings, timeline: timeline(feeds, sightings) };
  });

/** A moment of knowledge, often exactly at or next to one at which something happens in some world. */
export const anyMoment: fc.Arbitrary<Instant> = fc.oneof(
  fc.integer({ min: start - 10 * dayMs, max: end + 60 * dayMs }),
  fc
    .record({ hours: fc.integer({ min: -100, max: 1500 }), off: fc.constantFrom(-1, 0, 1) })
    .map(({ hours, off }) => start + hours * hourMs + off),
);

/** The world as known at a moment: everything observed later is removed. */
export function asOf(world: Timeline, moment: Instant): Timeline {
  return {
    ...world,
    sightings: world.sightings
      .filter((row) => row.seenFrom <= moment)
      .map((row) => ({
        ...row,
        goneAt: row.goneAt !== null && row.goneAt <= moment ? row.goneAt : null,
        versions: row.versions.filter((version) => version.observedAt <= moment),
      })),
    reads: new Map([...world.reads].map(([key, reads]) => [key, reads.filter((read) => read <= moment)])),
  };
}

/** Every moment at which a poll or the clock can change an answer, with the milliseconds before and after it. */
export function eventMoments(world: Timeline): Instant[] {
  const moments = new Set<Instant>();
  for (const reads of world.reads.values()) for (const read of reads) moments.add(read).add(read + dayMs);
  for (const row of world.sightings) {
    for (const moment of [row.seenFrom, row.goneAt, ...row.versions.map((version) => version.observedAt)])
      if (moment !== null) moments.add(moment).add(moment + dayMs);
  }
  for (let midnight = start - 10 * dayMs; midnight < end; midnight += dayMs) moments.add(midnight);
  return [...moments].flatMap((moment) => [moment - 1, moment, moment + 1]).sort((a, b) => a - b);
}
