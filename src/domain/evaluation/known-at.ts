import type { Criterion } from '../criterion/criterion.ts';
import { matchesPattern, type VersionStyleOf } from '../criterion/pattern.ts';
import { type Edge, edgesOf, patternsOf } from '../criterion/watch.ts';
import { coversVendor } from '../evidence/coverage.ts';
import {
  announcedFor,
  type FeedFacts,
  firstReadFrom,
  readsKey,
  type Sighting,
  seasoningMs,
  snapshotKey,
  type Timeline,
} from '../evidence/timeline.ts';
import { readStatedRelease } from '../feeds/stated-date.ts';
import { type Instant, parseDate } from '../instant.ts';
import { type Evaluation, evaluate, type Terms } from './evaluate.ts';
import { movingEdges } from './moving-edges.ts';

/** A moment of knowledge with what followed from everything observed by then. */
export type Known = { readonly knownAt: Instant; readonly evaluation: Evaluation };

/**
 * The earliest knowledge time, up to `at`, from which the evidence and coverage sufficed for `verdict` (and, if asked,
 * for that `effectiveAt`), with the evaluation of that moment: a resolution says what was known then and nothing that
 * was learned later. Null when it never was so.
 */
export function firstKnown(
  criterion: Criterion,
  timeline: Timeline,
  at: Instant,
  terms: Terms,
  wanted: { readonly verdict: 'yes' | 'no'; readonly effectiveAt?: string | null },
): Known | null {
  for (const knownAt of knowledgeTimes(criterion, timeline, at, terms)) {
    const evaluation = evaluate(criterion, timeline, knownAt, terms);
    const dated = wanted.effectiveAt === undefined || evaluation.effectiveAt === wanted.effectiveAt;
    if (evaluation.verdict === wanted.verdict && dated) return { knownAt, evaluation };
  }
  return null;
}

/** Every moment at which the answer can have changed, oldest first: sightings, seasonings, edits, and reads past an edge. */
function knowledgeTimes(criterion: Criterion, timeline: Timeline, at: Instant, terms: Terms): Instant[] {
  const patterns = patternsOf(criterion);
  const matching = timeline.sightings.filter((sighting) =>
    patterns.some((pattern) => matchesPattern(pattern, sighting.model, terms.styleOf)),
  );
  const times = new Set<Instant>(matching.flatMap((sighting) => sightingTimes(timeline, sighting)));
  const seen = { sightings: matching, reads: timeline.reads };
  const edges = [...edgesOf(criterion), ...movingEdges(criterion, seen, terms)];
  for (const time of readsPast(timeline, edges)) times.add(time);
  times.add(at);
  return [...times].filter((time) => time <= at).sort((a, b) => a - b);
}

/** When what a row is evidence of can change: it is seen, edited or dropped, a day has passed over it, a date that it states comes. */
export function sightingTimes(timeline: Timeline, sighting: Sighting): Instant[] {
  const times = [sighting.seenFrom, sighting.seenFrom + seasoningMs];
  if (sighting.goneAt !== null) times.push(sighting.goneAt);
  for (const began of [sighting.seenFrom, ...sighting.versions.map((version) => version.observedAt)]) {
    // Rows of an archive have lasted by the first payload that still shows them, not by the clock.
    const shown = firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, began + seasoningMs);
    if (shown !== null && timeline.snapshots?.has(snapshotKey(sighting.feedId, shown)) === true) times.push(shown);
  }
  for (const version of sighting.versions) {
    times.push(version.observedAt, version.observedAt + seasoningMs);
    const due = announcedFor(version);
    const from = due === null ? null : Math.max(due, version.observedAt, sighting.seenFrom);
    const listed = from === null ? null : firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, from);
    if (listed !== null) times.push(listed, listed + seasoningMs);
    const stated = version.released === null ? null : readStatedRelease(version.released);
    if (stated !== null && stated.interval.from > version.observedAt) times.push(stated.interval.from);
    const ends = version.shutdown === undefined ? null : parseDate(version.shutdown);
    if (ends !== null) times.push(ends.interval.to);
  }
  return times;
}

/** The first reads past an edge: of feeds that cover the vendor, and of those that only list models of it. */
function readsPast(timeline: Timeline, edges: readonly Edge[]): Instant[] {
  const lists = new Set(timeline.sightings.map((sighting) => readsKey(sighting.feedId, sighting.model.vendor)));
  const times: Instant[] = [];
  for (const feed of timeline.feeds.values()) {
    for (const edge of edges) {
      if (!coversVendor(feed, edge.vendor) && !lists.has(readsKey(feed.id, edge.vendor))) continue;
      const read = firstReadFrom(timeline, feed.id, edge.vendor, edge.at + feed.settlementLagMs);
      if (read !== null) times.push(read);
    }
  }
  return times;
}

/**
 * The moments whose neighbouring reads an evaluation may ask for, so that a timeline needs to hold only those:
 * what `reads` must know of each feed to answer exactly at `at` and at every earlier knowledge time. Where rows announce
 * what is to come, some depend on reads themselves: with the reads that the first answer asks for, ask again.
 */
export function momentsOfInterest(
  criteria: readonly { criterion: Criterion; madeFrom: Instant }[],
  feeds: readonly FeedFacts[],
  seen: Pick<Timeline, 'sightings' | 'reads'>,
  at: Instant,
  styleOf: VersionStyleOf,
): Instant[] {
  const { sightings } = seen;
  const moments = new Set<Instant>([at]);
  for (const sighting of sightings) {
    const starts = [sighting.seenFrom, ...sighting.versions.map((version) => version.observedAt)];
    for (const version of sighting.versions) {
      const due = announcedFor(version);
      if (due !== null) starts.push(due);
    }
    if (sighting.goneAt !== null) moments.add(sighting.goneAt - 1).add(sighting.goneAt);
    // What was read up to the moment before it counts as read without it; a day later it has lasted.
    for (const start of starts)
      moments
        .add(start - 1)
        .add(start)
        .add(start + seasoningMs);
  }
  for (const { criterion, madeFrom } of criteria) {
    for (const edge of [...edgesOf(criterion), ...movingEdges(criterion, seen, { madeFrom, styleOf })])
      for (const feed of feeds) moments.add(edge.at + feed.settlementLagMs);
  }
  return [...moments].filter((moment) => moment <= at).sort((a, b) => a - b);
}
