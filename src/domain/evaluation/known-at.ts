import { canonicalJson } from '../canonical-json.ts';
import type { Criterion } from '../criterion/criterion.ts';
import { matchesPattern } from '../criterion/pattern.ts';
import { type Edge, edgesOf, patternsOf } from '../criterion/watch.ts';
import { coversVendor } from '../evidence/coverage.ts';
import { coverageSteps } from '../evidence/coverage-table.ts';
import {
  announcedFor,
  type FeedFacts,
  firstReadFrom,
  readsKey,
  type Sighting,
  seasoningMs,
  sightingsPerStepMax,
  type Timeline,
} from '../evidence/timeline.ts';
import { readStatedRelease } from '../feeds/stated-date.ts';
import { type Instant, parseDate } from '../instant.ts';
import { runSteps, type Steps } from '../steps.ts';
import { type Evaluation, evaluateInSteps, type Terms } from './evaluate.ts';
import { movingEdgesInSteps } from './moving-edges.ts';

/** A knowledge time, with the evaluation of what was observed by then. */
export type Known = { readonly knownAt: Instant; readonly evaluation: Evaluation };

/** The evaluation to look for: with this verdict (or either), with this `effectiveAt` if given, not before `from`. */
export type Wanted = {
  readonly verdict: 'yes' | 'no' | 'either';
  readonly effectiveAt?: string | null;
  readonly from?: Instant;
};

/**
 * The earliest knowledge time, up to `at`, at which the evidence and coverage sufficed for `wanted`, with the
 * evaluation at that moment. So a resolution contains nothing that was learned later. Null if there is none.
 */
export function firstKnown(
  criterion: Criterion,
  timeline: Timeline,
  at: Instant,
  terms: Terms,
  wanted: Wanted,
): Known | null {
  return runSteps(firstKnownInSteps(criterion, timeline, at, terms, wanted));
}

/** The same in steps. */
export function* firstKnownInSteps(
  ...[criterion, timeline, at, terms, wanted]: Parameters<typeof firstKnown>
): Steps<Known | null> {
  const { from = Number.NEGATIVE_INFINITY } = wanted;
  for (const knownAt of yield* knowledgeTimes(criterion, timeline, at, terms)) {
    if (knownAt < from) continue;
    const evaluation = yield* evaluateInSteps(criterion, timeline, knownAt, terms);
    const dated = wanted.effectiveAt === undefined || evaluation.effectiveAt === wanted.effectiveAt;
    const isWanted =
      wanted.verdict === 'either' ? evaluation.verdict !== 'undetermined' : evaluation.verdict === wanted.verdict;
    if (isWanted && dated) return { knownAt, evaluation };
  }
  return null;
}

/** Every moment at which the answer can have changed, oldest first: sightings, seasonings, edits, and reads past an edge. */
export function* knowledgeTimes(criterion: Criterion, timeline: Timeline, at: Instant, terms: Terms): Steps<Instant[]> {
  const patterns = [...new Map(patternsOf(criterion).map((pattern) => [canonicalJson(pattern), pattern])).values()];
  const matching: Sighting[] = [];
  const times = new Set<Instant>();
  for (const [index, sighting] of timeline.sightings.entries()) {
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
    if (!patterns.some((pattern) => matchesPattern(pattern, sighting.model, terms.styleOf))) continue;
    matching.push(sighting);
    for (const time of sightingTimes(timeline, sighting)) times.add(time);
  }
  for (const { feedId, partial, seenFrom } of timeline.unread ?? []) {
    times.add(seenFrom);
    const seasoned = firstReadFrom(timeline, feedId, partial.vendor, seenFrom + seasoningMs);
    if (seasoned !== null) times.add(seasoned);
  }
  const seen = { sightings: matching, reads: timeline.reads };
  const edges = [...edgesOf(criterion), ...(yield* movingEdgesInSteps(criterion, seen, terms))];
  for (const time of yield* readsPast(timeline, edges)) times.add(time);
  times.add(at);
  return [...times].filter((time) => time <= at).sort((a, b) => a - b);
}

/**
 * When the meaning of a row can change: when it is seen, edited or dropped, when a read a day later still shows it, and
 * when a date that it states arrives.
 */
export function sightingTimes(timeline: Timeline, sighting: Sighting): Instant[] {
  const times = [sighting.seenFrom];
  const read = (from: Instant): Instant | null => firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, from);
  if (sighting.goneAt !== null) times.push(sighting.goneAt);
  // New evidence is seasoned by the first read a day later.
  const seasons = (began: Instant): void => {
    const seasoned = read(began + seasoningMs);
    if (seasoned !== null) times.push(seasoned);
  };
  for (const began of [sighting.seenFrom, ...sighting.versions.map((version) => version.observedAt)]) seasons(began);
  for (const version of sighting.versions) {
    times.push(version.observedAt);
    const due = announcedFor(version);
    const from = due === null ? null : Math.max(due, version.observedAt, sighting.seenFrom);
    const listed = from === null ? null : read(from);
    if (listed !== null) {
      times.push(listed);
      seasons(listed);
    }
    const stated = version.released === null ? null : readStatedRelease(version.released);
    if (stated !== null && stated.interval.from > version.observedAt) times.push(stated.interval.from);
    const ends = version.shutdown === undefined ? null : parseDate(version.shutdown);
    if (ends !== null) times.push(ends.interval.from, ends.interval.to);
  }
  return times;
}

/** When a read past an edge may change an answer: after each step of patience, and after the feed's own lag. */
export function ripeningMoments(edge: Instant, feed: FeedFacts): Instant[] {
  return [...coverageSteps.map((step) => edge + step), edge + feed.settlementLagMs];
}

/** The first reads past each edge, by feeds that cover the vendor and by feeds that merely list its models. */
function* readsPast(timeline: Timeline, edges: readonly Edge[]): Steps<Instant[]> {
  const lists = new Set(timeline.sightings.map((sighting) => readsKey(sighting.feedId, sighting.model.vendor)));
  const times: Instant[] = [];
  for (const feed of timeline.feeds.values()) {
    for (const [index, edge] of edges.entries()) {
      if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
      if (!coversVendor(feed, edge.vendor) && !lists.has(readsKey(feed.id, edge.vendor))) continue;
      for (const moment of ripeningMoments(edge.at, feed)) {
        const read = firstReadFrom(timeline, feed.id, edge.vendor, moment);
        if (read !== null) times.push(read);
      }
    }
  }
  return times;
}
