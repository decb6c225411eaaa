import type { ModelName } from '../criterion/pattern.ts';
import type { EndRule, Testimony } from '../feeds/adapter.ts';
import type { Attributes } from '../feeds/item.ts';
import type { StatedRelease } from '../feeds/stated-date.ts';
import type { StatedEnd } from '../feeds/stated-end.ts';
import { lowerTrust, type Trust } from '../feeds/trust.ts';
import type { PartialName } from '../identity/model-id.ts';
import { dayMs, type Instant, parseDate } from '../instant.ts';
import type { CoverageTable } from './coverage-table.ts';

/** What the evaluator needs to know about a feed. */
export type FeedFacts = {
  readonly id: string;
  readonly slug: string;
  readonly trust: Trust;
  readonly origin: string;
  readonly covers: 'any' | readonly string[];
  readonly settlementLagMs: number;
  /** What its rows state besides their existence: names of attributes, `shutdown`. */
  readonly publishes?: readonly string[];
  /** What its rows are evidence of. Default: everything. */
  readonly witnesses?: readonly Testimony[];
  /** People have reviewed its entries, so they count without a read a day later. */
  readonly reviewed?: true;
  /** How its rows state an end. Default: by a day that has passed. */
  readonly ends?: EndRule;
};

/** One observation of an item: what its feed stated about it from `observedAt` until its next version. */
export type ItemVersion = {
  readonly observationId: string;
  readonly observedAt: Instant;
  readonly itemTrust: Trust | null;
  /** `limited`: by the identity data, only approved customers could call the model. */
  readonly stage: 'announced' | 'limited' | 'preview' | 'general';
  /**
   * Where the stage comes from. `stated`: the row states it. `inferred`: from an id of a family that marks its previews
   * in ids. `unmarked`: from an id of another family. Default: `stated`.
   */
  readonly stageBasis?: 'stated' | 'inferred' | 'unmarked';
  /** What the row states about the end of the model's life, independent of its stage at release. */
  readonly lifecycle?: 'deprecated' | 'suspended' | 'retired';
  /** The row says that the model is in service. */
  readonly isActive?: true;
  readonly released: StatedRelease | null;
  /** The shutdown date that the row states, verbatim. */
  readonly shutdown?: string;
  /** How final that end is, and what it applies to. */
  readonly end?: StatedEnd;
  /** The id of the model that the row recommends instead, verbatim. */
  readonly successor?: string;
  readonly attributes?: Attributes;
};

/** An unbroken run of healthy polls of one feed that list one item. */
export type Sighting = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly name: string;
  readonly host: string | null;
  readonly model: ModelName & { readonly own: boolean; readonly snapshotDay: string | null };
  readonly seenFrom: Instant;
  /** The last accepted poll of that feed without it before the run, or null. */
  readonly absentAt: Instant | null;
  /** The first accepted poll of that feed without it after the run, or null. */
  readonly goneAt: Instant | null;
  /** Oldest first; never empty. */
  readonly versions: readonly ItemVersion[];
};

/**
 * A partially read name in a vendor's own namespace, as one feed lists it. It is neither a sighting of a model nor
 * evidence of absence.
 */
export type UnreadSighting = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly name: string;
  readonly partial: PartialName;
  /** The first accepted read of that feed that lists it. */
  readonly seenFrom: Instant;
  /** Whether it was in that feed's first accepted read of the vendor. If so, it may be much older than the read. */
  readonly inFirstRead: boolean;
  /** The first accepted read of that feed without it after that, or null. */
  readonly goneAt: Instant | null;
  readonly observationId: string;
};

/** The observations that an evaluation can use. It may contain later ones than the moment of the evaluation. */
export type Timeline = {
  readonly feeds: ReadonlyMap<string, FeedFacts>;
  readonly sightings: readonly Sighting[];
  /** Accepted reads, ascending, by `readsKey`: at least those next to every moment that an evaluation asks about. */
  readonly reads: ReadonlyMap<string, readonly Instant[]>;
  /** Names that may be of the models asked for, oldest first. Default: none. */
  readonly unread?: readonly UnreadSighting[];
  /** How often each origin misses releases and other facts. Without it, absence is never evidence. */
  readonly coverage?: CoverageTable;
};

/** The most sightings of a timeline that one step of a computation goes through. */
export const sightingsPerStepMax = 500;

/**
 * Whether the feed of a sighting is evidence of a kind of fact. A price list, for example, is no evidence of releases.
 */
export function speaksOf(timeline: Timeline, sighting: Sighting, what: Testimony): boolean {
  return timeline.feeds.get(sighting.feedId)?.witnesses?.includes(what) ?? true;
}

/** A row that is dated this far beyond its observation is an announcement. */
export const futureToleranceMs = 2 * dayMs;

/** A row of a curated or aggregator feed counts once an accepted read this long after the first still shows it. */
export const seasoningMs = dayMs;

export function readsKey(feedId: string, vendor: string): string {
  return `${feedId}|${vendor}`;
}

/** The feed of a key of reads. */
export function feedOfReadsKey(key: string): string {
  return key.slice(0, key.indexOf('|'));
}

/** The last accepted read of a feed, for a vendor, at or before a moment. */
export function lastReadAt(
  timeline: Pick<Timeline, 'reads'>,
  feedId: string,
  vendor: string,
  at: Instant,
): Instant | null {
  const reads = timeline.reads.get(readsKey(feedId, vendor)) ?? [];
  return reads[upperBound(reads, at) - 1] ?? null;
}

/** The first accepted read of a feed, for a vendor, at or after a moment. */
export function firstReadFrom(
  timeline: Pick<Timeline, 'reads'>,
  feedId: string,
  vendor: string,
  from: Instant,
): Instant | null {
  const reads = timeline.reads.get(readsKey(feedId, vendor)) ?? [];
  return reads[upperBound(reads, from - 1)] ?? null;
}

function upperBound(sorted: readonly Instant[], at: Instant): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A sighting as it was known at a moment, with the moment from which it is evidence. */
export type KnownSighting = {
  readonly sighting: Sighting;
  readonly feed: FeedFacts;
  readonly trust: Trust;
  /** The latest version known. */
  readonly version: ItemVersion;
  /** Since when it is evidence: later than its first listing if that was an announcement. */
  readonly seenFrom: Instant;
  /** Up to this moment, reads did not list it at the required stage. */
  readonly unseenAt: Instant;
  readonly goneAt: Instant | null;
  /**
   * The first accepted read, at least `seasoningMs` after `seenFrom`, that still showed it; null if there is none yet.
   */
  readonly seasonedAt: Instant | null;
};

/**
 * How long a row lasted, judged by reads and not by the clock. `lasting`: a read a day later still showed it. `slip`:
 * it had vanished by then. `young`: there has been no such read yet.
 */
export function durability({ goneAt, seasonedAt }: KnownSighting): 'lasting' | 'young' | 'slip' {
  if (seasonedAt !== null) return 'lasting';
  return goneAt === null ? 'young' : 'slip';
}

/**
 * The first accepted read, at least `seasoningMs` after a row or a value was first shown, that still shows it; null if
 * there was none by `at`. `until` is the first read that no longer shows it, or infinity.
 */
export function seasonedAt(
  timeline: Pick<Timeline, 'reads'>,
  sighting: Sighting,
  { since, until, at }: { readonly since: Instant; readonly until: Instant; readonly at: Instant },
): Instant | null {
  const read = firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, since + seasoningMs);
  return read !== null && read <= at && read < until ? read : null;
}

/**
 * What was known of a sighting at `at`; null if it had not been seen. `announced`: the model is still to come, or only
 * approved customers can call it. With `ga` only general availability counts, so a row that started as a preview counts
 * from the poll that changed it.
 */
export function knownSighting(
  timeline: Timeline,
  sighting: Sighting,
  at: Instant,
  stage: 'any' | 'ga' = 'any',
): KnownSighting | 'announced' | null {
  const feed = timeline.feeds.get(sighting.feedId);
  if (feed === undefined || sighting.seenFrom > at) return null;
  const version = sighting.versions.findLast((candidate) => candidate.observedAt <= at);
  if (version === undefined) return null;
  const began = witnessedFrom(timeline, sighting, at, stage);
  if (began === null) return 'announced';
  const goneAt = sighting.goneAt !== null && sighting.goneAt <= at ? sighting.goneAt : null;
  const trust = lowerTrust(feed.trust, version.itemTrust ?? feed.trust);
  const until = goneAt ?? Number.POSITIVE_INFINITY;
  const since = began.seenFrom;
  const isReviewed = feed.reviewed === true && until > since + seasoningMs;
  const seasoned = isReviewed ? since : seasonedAt(timeline, sighting, { since, until, at });
  return { sighting, feed, trust, version, ...began, goneAt, seasonedAt: seasoned };
}

type Beginning = Pick<KnownSighting, 'seenFrom' | 'unseenAt'>;

function witnessedFrom(timeline: Timeline, sighting: Sighting, at: Instant, stage: 'any' | 'ga'): Beginning | null {
  for (const [index, version] of sighting.versions.entries()) {
    if (version.observedAt > at) return null;
    const next = sighting.versions[index + 1]?.observedAt ?? Number.POSITIVE_INFINITY;
    if (sighting.goneAt !== null && version.observedAt >= sighting.goneAt) return null;
    // Versions from before the run do not count: what the item stated in an earlier run of polls is no evidence for
    // this one.
    const began = versionWitnessesFrom(timeline, sighting, version, stage);
    if (began !== null && began.seenFrom < next && began.seenFrom <= at) return began;
  }
  return null;
}

function versionWitnessesFrom(
  timeline: Timeline,
  sighting: Sighting,
  version: ItemVersion,
  stage: 'any' | 'ga',
): Beginning | null {
  if (version.stage === 'announced' || version.stage === 'limited') return null;
  if (stage === 'ga' && version.stage !== 'general') return null;
  const seenFrom = Math.max(version.observedAt, sighting.seenFrom);
  const due = announcedFor(version);
  if (due === null) return { seenFrom, unseenAt: seenFrom - 1 };
  const read = firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, Math.max(due, seenFrom));
  if (read === null || (sighting.goneAt !== null && read >= sighting.goneAt)) return null;
  return { seenFrom: read, unseenAt: due - 1 };
}

/** The end of the future date that makes a version an announcement; null if it is not one. */
export function announcedFor(version: ItemVersion): Instant | null {
  const stated = version.released === null ? null : parseDate(version.released.text);
  return stated !== null && stated.interval.from > version.observedAt + futureToleranceMs ? stated.interval.to : null;
}
