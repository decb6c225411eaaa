import type { EvidencePolicy } from '../criterion/policy.ts';
import { dayMs, type Instant } from '../instant.ts';
import {
  type CombinedMiss,
  combinedMissOf,
  isAtMost,
  type Miss,
  missAt as missAtPatience,
  type OriginPatience,
  type Rational,
} from './coverage-miss.ts';
import { type CoverageTable, coverageSteps, emptyCoverageTable } from './coverage-table.ts';
import { type FeedFacts, firstReadFrom, lastReadAt, type Timeline } from './timeline.ts';

/**
 * One of the origins that show absence must have been read within this time after a window opened. Otherwise a model
 * that was listed and removed before the first read would count as absent.
 */
export const openingToleranceMs = 7 * dayMs;

/** How far a covering feed has been read, for one vendor. */
export type FeedMark = {
  readonly feed: FeedFacts;
  /** The first accepted read, or null when there was none yet. */
  readonly readFrom: Instant | null;
  /** The last accepted read. */
  readonly watermark: Instant | null;
  /** Whether the table has measured how often the feed's origin misses this fact of the vendor. */
  readonly measured: boolean;
};

/** The question to the covering feeds: is one fact of one vendor absent, as known at a moment? */
export type CoverageQuestion = {
  readonly vendor: string;
  readonly at: Instant;
  readonly policy: EvidencePolicy;
  /** The attribute, or `shutdown`, that a feed must publish; null or omitted for the listing itself. */
  readonly publishes?: string | null;
  /** Ids of feeds that do not report the fact in question. */
  readonly silent?: ReadonlySet<string>;
  /** The largest accepted chance of a miss. Default: the policy's. */
  readonly bound?: Rational;
};

/** The absence that the covering feeds together prove. */
export type Coverage = {
  readonly vendor: string;
  readonly fact: string;
  readonly policy: EvidencePolicy;
  readonly marks: readonly FeedMark[];
  readonly bound: Rational;
  /** Absence is proven for every moment up to this one; minus infinity if it is never proven. */
  readonly coveredTo: Instant;
  /** Enough covering origins, measured or not, were read up to here: the "as of" of a prediction's standing. */
  readonly readTo: Instant;
  /**
   * As `readTo`, for all feeds that list the vendor, covering or not. Where absence proves nothing, it only shows that
   * time has passed.
   */
  readonly listedTo: Instant;
  /** Whether the measured origins could prove absence if they were read for long enough. */
  readonly attainable: boolean;
  /** The chance that all origins that were read past a moment missed an event before it; null if too few were. */
  readonly missAt: (moment: Instant) => CombinedMiss | null;
  /** The record of one origin: how many of the known models it still lacked at its patience for the moment. */
  readonly originMissAt: (origin: string, moment: Instant) => Miss | null;
};

/** Whether a feed declares that it covers a vendor. A pattern over any vendor needs feeds that cover all. */
export function coversVendor(feed: FeedFacts, vendor: string): boolean {
  return feed.covers === 'any' || (vendor !== 'any' && feed.covers.includes(vendor));
}

/** The name of a fact in the coverage table. */
export function factName(publishes: string | null): string {
  if (publishes === null) return 'listing';
  return publishes === 'shutdown' ? 'end' : publishes;
}

/**
 * Coverage of a vendor at a knowledge time. Absence up to a moment is proven if enough measured origins were read past
 * it and the chance that all of them missed an event is at most the bound. Only accepted reads count, never the wall
 * clock.
 */
export function coverageOf(timeline: Timeline, question: CoverageQuestion): Coverage {
  const { vendor, at, policy, publishes = null, silent, bound = missBound(policy, 1) } = question;
  const table = timeline.coverage ?? emptyCoverageTable;
  const fact = factName(publishes);
  const marks = coveringFeeds([...timeline.feeds.values()], vendor, policy, publishes)
    .filter((feed) => silent === undefined || !silent.has(feed.id))
    .map((feed) => markOf(timeline, feed, { vendor, fact, at }))
    .sort((a, b) => a.feed.slug.localeCompare(b.feed.slug, 'en'));
  const origins = originsRead(marks);
  const missAt = (moment: Instant): CombinedMiss | null => {
    const past = origins.filter((origin) => origin.readTo >= moment);
    if (!isEnough(past, policy, moment)) return null;
    return combinedMissOf(
      table,
      { vendor, fact },
      past.map((origin) => patienceOf(origin, moment)),
    );
  };
  const proves = (moment: Instant): boolean => {
    const miss = missAt(moment);
    return miss !== null && isAtMost(miss, bound);
  };
  const measured = marks.filter((mark) => mark.measured).map((mark) => mark.feed);
  const attainable = isAttainable(table, { vendor, fact }, measured, { policy, bound });
  return {
    vendor,
    fact,
    policy,
    marks,
    bound,
    coveredTo: attainable ? latestProven(origins, proves) : Number.NEGATIVE_INFINITY,
    readTo: enoughReadTo(marks, policy),
    listedTo: listedTo(timeline, question),
    attainable,
    missAt,
    originMissAt: (origin, moment) => {
      const row = table.find(origin, vendor, fact);
      const read = origins.find((one) => one.origin === origin);
      return row === null || read === undefined ? null : missAtPatience(row, read.readTo - moment);
    },
  };
}

/** Whether all these feeds together could prove absence if they were read for long enough. */
export function couldProveAbsence(
  table: CoverageTable,
  feeds: readonly FeedFacts[],
  question: Pick<CoverageQuestion, 'vendor' | 'policy' | 'publishes' | 'bound'>,
): boolean {
  const { vendor, policy, publishes = null, bound = missBound(policy, 1) } = question;
  const fact = factName(publishes);
  const measured = coveringFeeds(feeds, vendor, policy, publishes).filter(
    (feed) => table.find(feed.origin, vendor, fact) !== null,
  );
  return isAttainable(table, { vendor, fact }, measured, { policy, bound });
}

function isAttainable(
  table: CoverageTable,
  question: { readonly vendor: string; readonly fact: string },
  measured: readonly FeedFacts[],
  { policy, bound }: { readonly policy: EvidencePolicy; readonly bound: Rational },
): boolean {
  const origins = originsForever(measured);
  if (!isEnough(origins, policy, 0)) return false;
  const patient = origins.map(({ origin }) => ({ origin, patienceMs: Number.POSITIVE_INFINITY }));
  const miss = combinedMissOf(table, question, patient);
  return miss !== null && isAtMost(miss, bound);
}

/** The policy's bound on the chance of a miss, shared by the leaves of a criterion that absence may settle. */
export function missBound(policy: EvidencePolicy, leaves: number): Rational {
  return { numerator: BigInt(policy.missMaxMillionths), denominator: 1_000_000n * BigInt(Math.max(leaves, 1)) };
}

/** The feeds whose absence may count for a vendor; if `publishes` names a fact, only feeds that state this fact. */
export function coveringFeeds(
  feeds: readonly FeedFacts[],
  vendor: string,
  policy: EvidencePolicy,
  publishes: string | null,
): FeedFacts[] {
  return feeds.filter((feed) => counts(feed, policy) && coversVendor(feed, vendor) && publishesWhat(feed, publishes));
}

/** Whether the absence of a feed counts: if only the vendor can settle a YES, only a first party can settle a NO. */
function counts(feed: FeedFacts, policy: EvidencePolicy): boolean {
  return policy.firstPartyOnly ? feed.trust === 'first_party' : feed.trust !== 'community';
}

/**
 * The moment up to which absence since `from` is proven without a gap: one of the feeds must have been read soon after
 * `from`. Minus infinity if nothing proves it.
 */
export function absentThrough(coverage: Coverage, from: Instant, to: Instant = Number.POSITIVE_INFINITY): Instant {
  const read = openingMarks(coverage, from, to).map(({ watermark }) => watermark ?? Number.NEGATIVE_INFINITY);
  return Math.min(coverage.coveredTo, Math.max(...read, Number.NEGATIVE_INFINITY));
}

/** The measured feeds that were read soon after a window opened and before it closed. */
export function openingMarks({ marks }: Coverage, from: Instant, to: Instant): FeedMark[] {
  return marks.filter(
    ({ measured, readFrom }) => measured && readFrom !== null && readFrom <= from + openingToleranceMs && readFrom < to,
  );
}

/** Whether a feed is measured and was read past a moment. */
export function isReadPast({ measured, watermark }: FeedMark, moment: Instant): boolean {
  return measured && watermark !== null && watermark >= moment;
}

/** Whether a feed publishes an attribute or an end. Only then can it cover that fact. */
function publishesWhat(feed: FeedFacts, what: string | null): boolean {
  return what === null || (feed.publishes?.includes(what) ?? false);
}

function markOf(
  timeline: Timeline,
  feed: FeedFacts,
  { vendor, fact, at }: { vendor: string; fact: string; at: Instant },
): FeedMark {
  const first = firstReadFrom(timeline, feed.id, vendor, Number.NEGATIVE_INFINITY);
  return {
    feed,
    readFrom: first !== null && first <= at ? first : null,
    watermark: lastReadAt(timeline, feed.id, vendor, at),
    measured: timeline.coverage?.find(feed.origin, vendor, fact) != null,
  };
}

/** One origin, by the last accepted read of any of its feeds. */
type OriginRead = {
  readonly origin: string;
  readonly readTo: Instant;
  /** The last accepted read of its first-party feeds; minus infinity if it has none. */
  readonly firstPartyTo: Instant;
};

function originsRead(marks: readonly FeedMark[]): OriginRead[] {
  const byOrigin = new Map<string, OriginRead>();
  for (const { feed, watermark, measured } of marks) {
    if (!measured || watermark === null) continue;
    const previous = byOrigin.get(feed.origin);
    byOrigin.set(feed.origin, {
      origin: feed.origin,
      readTo: Math.max(previous?.readTo ?? watermark, watermark),
      firstPartyTo: Math.max(
        previous?.firstPartyTo ?? Number.NEGATIVE_INFINITY,
        feed.trust === 'first_party' ? watermark : Number.NEGATIVE_INFINITY,
      ),
    });
  }
  return [...byOrigin.values()];
}

/** The measured origins of feeds, as if each had been read for an unlimited time. */
function originsForever(feeds: readonly FeedFacts[]): OriginRead[] {
  const readTo = Number.POSITIVE_INFINITY;
  return originsRead(feeds.map((feed) => ({ feed, readFrom: null, watermark: readTo, measured: true })));
}

/** Whether one first party, or as many origins as the policy requires, were read past the moment. */
function isEnough(past: readonly OriginRead[], policy: EvidencePolicy, moment: Instant): boolean {
  return past.some(({ firstPartyTo }) => firstPartyTo >= moment) || past.length >= policy.originsMin;
}

function patienceOf({ origin, readTo }: OriginRead, moment: Instant): OriginPatience {
  return { origin, patienceMs: readTo - moment };
}

/** The latest proven moment is one step before the last read of an origin, or the last read of a first party. */
function latestProven(origins: readonly OriginRead[], proves: (moment: Instant) => boolean): Instant {
  const moments = origins.flatMap(({ readTo, firstPartyTo }) => [
    firstPartyTo,
    ...coverageSteps.map((step) => readTo - step),
  ]);
  return moments.sort((a, b) => b - a).find(proves) ?? Number.NEGATIVE_INFINITY;
}

/** How far enough origins that list the vendor have been read or, if there are too few of them, how far any has. */
function listedTo(timeline: Timeline, { vendor, at, policy }: CoverageQuestion): Instant {
  const marks = [...timeline.feeds.values()]
    .filter((feed) => feed.trust !== 'community' && (vendor === 'any' || coversVendor(feed, vendor)))
    .map((feed) => ({ feed, watermark: lastReadAt(timeline, feed.id, vendor, at) }));
  const enough = enoughReadTo(marks, policy);
  const any = Math.max(
    ...marks.map(({ watermark }) => watermark ?? Number.NEGATIVE_INFINITY),
    Number.NEGATIVE_INFINITY,
  );
  return Number.isFinite(enough) ? enough : any;
}

function enoughReadTo(marks: readonly Pick<FeedMark, 'feed' | 'watermark'>[], policy: EvidencePolicy): Instant {
  const byOrigin = new Map<string, Instant>();
  let firstParty = Number.NEGATIVE_INFINITY;
  for (const { feed, watermark } of marks) {
    if (watermark === null) continue;
    if (feed.trust === 'first_party') firstParty = Math.max(firstParty, watermark);
    byOrigin.set(feed.origin, Math.max(byOrigin.get(feed.origin) ?? watermark, watermark));
  }
  const reached = [...byOrigin.values()].sort((a, b) => b - a);
  return Math.max(firstParty, reached[policy.originsMin - 1] ?? Number.NEGATIVE_INFINITY);
}
