import { canonicalJson } from '../canonical-json.ts';
import type { Criterion } from '../criterion/criterion.ts';
import type { VersionStyleOf } from '../criterion/pattern.ts';
import { edgesOf, patternsOf } from '../criterion/watch.ts';
import { coversVendor } from '../evidence/coverage.ts';
import { showsService } from '../evidence/in-service.ts';
import {
  announcedFor,
  type FeedFacts,
  type Sighting,
  seasoningMs,
  sightingsPerStepMax,
  type Timeline,
} from '../evidence/timeline.ts';
import { modelKey } from '../identity/model-id.ts';
import { dayMs, type Instant, parseDate, startOfDay } from '../instant.ts';
import { runSteps, type Steps } from '../steps.ts';
import { ripeningMoments } from './known-at.ts';
import { movingEdgesInSteps } from './moving-edges.ts';

/**
 * A feed, a vendor and a moment. It asks for two accepted reads: the last one at or before the moment, and the first
 * one at or after it.
 */
export type ReadAsk = { readonly feedId: string; readonly vendor: string; readonly at: Instant };

export type ReadAsksInput = {
  readonly criteria: readonly { readonly criterion: Criterion; readonly madeFrom: Instant }[];
  readonly feeds: readonly FeedFacts[];
  readonly seen: Pick<Timeline, 'sightings' | 'reads' | 'unread'>;
  readonly at: Instant;
  readonly styleOf: VersionStyleOf;
};

/** The most moments that are added in one step. */
export const momentsPerStepMax = 2000;

/**
 * The reads that an evaluation at `at`, or at any earlier knowledge time, may look up. A timeline needs no others. The
 * moments of a row are asked of its own feed. The edges of a criterion, and the moments before a model was first seen,
 * are asked of every feed that can show absence. If rows are announcements, some moments depend on reads: load the
 * reads that the first call returns, then call this again.
 */
export function readAsksOf(input: ReadAsksInput): ReadAsk[] {
  return runSteps(readAsksInSteps(input)) ?? [];
}

/** The same in steps. Returns null as soon as there are more than `asksMax`. Equal criteria are processed once. */
export function* readAsksInSteps(input: ReadAsksInput, asksMax = Number.POSITIVE_INFINITY): Steps<ReadAsk[] | null> {
  const asks = createAsks(input.at);
  for (const _step of addInSteps(asks, input)) {
    if (asks.count() > asksMax) return null;
    yield;
  }
  return asks.count() > asksMax ? null : yield* asks.list();
}

/**
 * The part of these asks that depends on the criteria and on `at`. The others depend on what was seen, and can be answered once
 * for all criteria about the same families.
 */
export function* criterionAsksInSteps(input: ReadAsksInput): Steps<ReadAsk[]> {
  const asks = createAsks(input.at);
  yield* addOfCriteria(asks, input, rememberAttesting(input));
  return yield* asks.list();
}

/** Each step ends after a bounded number of moments or sightings. */
function* addInSteps(asks: Asks, input: ReadAsksInput): Steps<void> {
  const attesting = rememberAttesting(input);
  yield* addOfEvidence(asks, input, attesting);
  yield* addOfCriteria(asks, input, attesting);
}

type Attesting = (vendor: string) => readonly FeedFacts[];

function* addOfEvidence(asks: Asks, { seen, feeds }: ReadAsksInput, attesting: Attesting): Steps<void> {
  const serving = feeds.filter(showsService);
  for (const { feedId, model, ...row } of seen.sightings) {
    for (const moment of ownMoments(row)) asks.add(feedId, model.vendor, moment);
    for (const moment of endsOfDays(row.versions)) for (const feed of serving) asks.add(feed.id, model.vendor, moment);
    if (asks.isStepFull()) yield;
  }
  for (const { vendor, at: moment } of yield* firstSeenMoments(seen.sightings)) {
    for (const feed of attesting(vendor)) asks.add(feed.id, vendor, moment);
    if (asks.isStepFull()) yield;
  }
  for (const { feedId, partial, seenFrom } of seen.unread ?? []) {
    asks.add(feedId, partial.vendor, seenFrom + seasoningMs);
    for (const id of new Set([feedId, ...attesting(partial.vendor).map((feed) => feed.id)]))
      asks.add(id, partial.vendor, seenFrom - 1);
    if (asks.isStepFull()) yield;
  }
}

function* addOfCriteria(asks: Asks, input: ReadAsksInput, attesting: Attesting): Steps<void> {
  const { criteria, feeds, seen, at } = input;
  for (const vendor of vendorsOf(criteria, seen.sightings)) for (const feed of feeds) asks.add(feed.id, vendor, at);
  const distinct = new Map(criteria.map((claim) => [`${claim.madeFrom} ${canonicalJson(claim.criterion)}`, claim]));
  for (const { criterion, madeFrom } of distinct.values()) {
    const terms = { madeFrom, styleOf: input.styleOf };
    for (const edge of [...edgesOf(criterion), ...(yield* movingEdgesInSteps(criterion, seen, terms))]) {
      for (const feed of attesting(edge.vendor))
        for (const moment of ripeningMoments(edge.at, feed)) asks.add(feed.id, edge.vendor, moment);
      if (asks.isStepFull()) yield;
    }
  }
}

type Asks = ReturnType<typeof createAsks>;

/**
 * Collects asks up to `until` without duplicates. Moments are kept as numbers in sets, because there can be hundreds of
 * thousands.
 */
function createAsks(until: Instant) {
  const byFeed = new Map<string, Map<string, Set<Instant>>>();
  let distinct = 0;
  let added = 0;
  /** Whether enough moments were added since the last step for the next one to begin. */
  const isStepFull = (): boolean => {
    if (added < momentsPerStepMax) return false;
    added = 0;
    return true;
  };
  return {
    add: (feedId: string, vendor: string, moment: Instant): void => {
      added += 1;
      if (moment > until) return;
      const byVendor = byFeed.get(feedId) ?? new Map<string, Set<Instant>>();
      const moments = byVendor.get(vendor) ?? new Set();
      const before = moments.size;
      byFeed.set(feedId, byVendor.set(vendor, moments.add(moment)));
      distinct += moments.size - before;
    },
    count: (): number => distinct,
    isStepFull,
    *list(): Steps<ReadAsk[]> {
      const asks: ReadAsk[] = [];
      for (const [feedId, byVendor] of byFeed) {
        for (const [vendor, moments] of byVendor) {
          for (const at of moments) asks.push({ feedId, vendor, at });
          added += moments.size;
          if (isStepFull()) yield;
        }
      }
      return asks;
    },
  };
}

/** The feeds whose absence can count for a vendor: those that cover it, and those that list its models. */
function rememberAttesting({ feeds, seen }: ReadAsksInput): Attesting {
  const lists = new Set(seen.sightings.map((sighting) => `${sighting.feedId} ${sighting.model.vendor}`));
  const known = new Map<string, readonly FeedFacts[]>();
  return (vendor) => {
    const found =
      known.get(vendor) ??
      feeds.filter((feed) => vendor === 'any' || coversVendor(feed, vendor) || lists.has(`${feed.id} ${vendor}`));
    known.set(vendor, found);
    return found;
  };
}

/** The vendors that the criteria name, and those whose models were seen. */
export function vendorsOf(
  criteria: ReadAsksInput['criteria'],
  sightings: readonly Pick<Sighting, 'model'>[],
): string[] {
  const vendors = new Set(sightings.map(({ model }) => model.vendor));
  for (const { criterion } of criteria) for (const pattern of patternsOf(criterion)) vendors.add(pattern.vendor);
  return [...vendors].sort();
}

/** When a row appeared, changed or vanished, or its announced day came; just before; and a day after it appeared. */
function ownMoments({ seenFrom, goneAt, versions }: Pick<Sighting, 'seenFrom' | 'goneAt' | 'versions'>): Instant[] {
  const moments = goneAt === null ? [] : [goneAt - 1, goneAt];
  for (const start of startsOf({ seenFrom, versions })) moments.push(start - 1, start, start + seasoningMs);
  return moments;
}

/** The ends of the days on which rows state that models end. The first read after one may still show the model in service. */
function endsOfDays(versions: Sighting['versions']): Instant[] {
  return versions.flatMap(({ shutdown }) => {
    const ends = shutdown === undefined ? null : parseDate(shutdown);
    return ends === null ? [] : [ends.interval.to, startOfDay(ends.interval.to - 1) + dayMs];
  });
}

function startsOf({ seenFrom, versions }: Pick<Sighting, 'seenFrom' | 'versions'>): Instant[] {
  const due = versions.map(announcedFor).filter((moment) => moment !== null);
  return [seenFrom, ...versions.map((version) => version.observedAt), ...due];
}

/**
 * The moments just before a model can first have been seen at a stage: before its first sighting, a change of its
 * stage, or the end of an announced day. The last reads before such a moment bound the release.
 */
function* firstSeenMoments(sightings: readonly Sighting[]): Steps<{ vendor: string; at: Instant }[]> {
  const moments = new Map<string, { vendor: string; at: Instant }>();
  for (const [index, { model, seenFrom, versions }] of sightings.entries()) {
    if (index % sightingsPerStepMax === sightingsPerStepMax - 1) yield;
    const key = modelKey(model);
    const starts = versions.flatMap((version) => {
      const due = announcedFor(version);
      const from = Math.max(version.observedAt, seenFrom);
      return due === null
        ? [{ stage: version.stage, from }]
        : [
            { stage: version.stage, from },
            { stage: version.stage, from: due },
          ];
    });
    for (const { stage, from } of [{ stage: '', from: seenFrom }, ...starts])
      moments.set(`${key} ${stage} ${from}`, { vendor: model.vendor, at: from - 1 });
  }
  return [...moments.values()];
}
