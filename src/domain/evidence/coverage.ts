import type { EvidencePolicy } from '../criterion/policy.ts';
import type { Instant } from '../instant.ts';
import { type FeedFacts, firstReadFrom, lastReadAt, type Timeline } from './timeline.ts';

/** How far a covering feed has been read, for one vendor. */
export type FeedMark = {
  readonly feed: FeedFacts;
  /** The first accepted read, or null when there was none yet. */
  readonly readFrom: Instant | null;
  /** The last accepted read. */
  readonly watermark: Instant | null;
  /** The watermark less the feed's settlement lag: absence is believed up to here. */
  readonly readThrough: Instant;
};

/** What the covering feeds together prove absence of. */
export type Coverage = {
  readonly vendor: string;
  readonly marks: readonly FeedMark[];
  /** Enough coverage has been read up to here; minus infinity when there is not enough. */
  readonly coveredTo: Instant;
  /** The same without taking off the lags: what "as of" means in a standing. */
  readonly readTo: Instant;
};

/** A feed covers only what it declares; a pattern over any vendor needs feeds that cover all. */
export function coversVendor(feed: FeedFacts, vendor: string): boolean {
  return feed.covers === 'any' || (vendor !== 'any' && feed.covers.includes(vendor));
}

/**
 * Coverage of a vendor at a knowledge time: one first-party feed, or as many origins of curated and aggregator feeds as the policy asks.
 * A wall clock plays no part; only accepted reads do. `silent` are feeds, by id, that do not say what is asked about.
 */
export function coverageOf(
  timeline: Timeline,
  vendor: string,
  at: Instant,
  policy: EvidencePolicy,
  publishes: string | null = null,
  silent: ReadonlySet<string> = new Set(),
): Coverage {
  const marks = coveringFeeds([...timeline.feeds.values()], vendor, policy, publishes)
    .filter((feed) => !silent.has(feed.id))
    .map((feed) => markOf(timeline, feed, vendor, at))
    .sort((a, b) => a.feed.slug.localeCompare(b.feed.slug, 'en'));
  return {
    vendor,
    marks,
    coveredTo: enough(marks, (mark) => mark.readThrough, policy),
    readTo: enough(marks, (mark) => mark.watermark ?? Number.NEGATIVE_INFINITY, policy),
  };
}

/** The feeds whose silence about a vendor counts; where `publishes` names a fact, only those that state it. */
export function coveringFeeds(
  feeds: readonly FeedFacts[],
  vendor: string,
  policy: EvidencePolicy,
  publishes: string | null,
): FeedFacts[] {
  return feeds.filter((feed) => counts(feed, policy) && coversVendor(feed, vendor) && publishesWhat(feed, publishes));
}

/** Whether the silence of all these feeds together would be believed. */
export function coverageSuffices(feeds: readonly FeedFacts[], policy: EvidencePolicy): boolean {
  const origins = new Set(feeds.map((feed) => feed.origin));
  return feeds.some((feed) => feed.trust === 'first_party') || origins.size >= policy.originsMin;
}

/** A NO mirrors what a YES would have needed: where only the vendor itself settles, only its own feeds cover. */
function counts(feed: FeedFacts, policy: EvidencePolicy): boolean {
  return policy.firstPartyOnly ? feed.trust === 'first_party' : feed.trust !== 'community';
}

/**
 * How far it is proven that what is first seen later was not there since a moment: read by enough feeds, and by one of them
 * from that moment on. Minus infinity when nothing proves it.
 */
export function absentThrough(coverage: Coverage, from: Instant): Instant {
  const opened = coverage.marks.filter((mark) => mark.readFrom !== null && mark.readFrom <= from);
  return Math.min(coverage.coveredTo, Math.max(...opened.map((mark) => mark.readThrough), Number.NEGATIVE_INFINITY));
}

/** For an attribute or an end a feed covers only what it publishes. */
function publishesWhat(feed: FeedFacts, what: string | null): boolean {
  return what === null || (feed.publishes?.includes(what) ?? false);
}

function markOf(timeline: Timeline, feed: FeedFacts, vendor: string, at: Instant): FeedMark {
  const first = firstReadFrom(timeline, feed.id, vendor, Number.NEGATIVE_INFINITY);
  const watermark = lastReadAt(timeline, feed.id, vendor, at);
  return {
    feed,
    readFrom: first !== null && first <= at ? first : null,
    watermark,
    readThrough: watermark === null ? Number.NEGATIVE_INFINITY : watermark - feed.settlementLagMs,
  };
}

function enough(marks: readonly FeedMark[], reach: (mark: FeedMark) => Instant, policy: EvidencePolicy): Instant {
  const byOrigin = new Map<string, Instant>();
  let firstParty = Number.NEGATIVE_INFINITY;
  for (const mark of marks) {
    if (mark.feed.trust === 'first_party') firstParty = Math.max(firstParty, reach(mark));
    byOrigin.set(mark.feed.origin, Math.max(byOrigin.get(mark.feed.origin) ?? Number.NEGATIVE_INFINITY, reach(mark)));
  }
  const reached = [...byOrigin.values()].sort((a, b) => b - a);
  return Math.max(firstParty, reached[policy.originsMin - 1] ?? Number.NEGATIVE_INFINITY);
}
