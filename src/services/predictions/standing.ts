import type { Criterion } from '../../domain/criterion/criterion.ts';
import type { Polarity } from '../../domain/criterion/polarity.ts';
import { readPolicy } from '../../domain/criterion/policy.ts';
import { eventLeaves } from '../../domain/criterion/watch.ts';
import { publishedBy } from '../../domain/evaluation/leaf-evidence.ts';
import { coverageOf, coversVendor } from '../../domain/evidence/coverage.ts';
import { lastReadAt, speaksOf, type Timeline } from '../../domain/evidence/timeline.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { PolicyInput, PredictionRow } from '../../store/predictions.ts';

/**
 * What the standing of a prediction depends on besides the reads of its feeds. It changes only with the criterion and
 * with the sightings of the models that it watches, so that it can be kept when a prediction is settled.
 */
export type StandingBasis = {
  readonly polarity: Polarity;
  readonly policy: PolicyInput | null;
  readonly subjects: readonly Subject[];
};

/** What a leaf depends on: a vendor, and the attribute that a feed must publish; null if the listing itself suffices. */
type Subject = {
  readonly vendor: string;
  readonly publishes: string | null;
  /** The feeds that listed a watched model of the vendor and speak of this fact, each with its last first sighting. */
  readonly listedBy: readonly (readonly [feedId: string, seenFrom: Instant])[];
};

/** The feeds and their last reads: a timeline without sightings. */
export type FeedReads = Pick<Timeline, 'feeds' | 'reads'>;

/**
 * How far an unresolved prediction has been checked, for example "unconfirmed as of <watermark>". The watermark is the time up to
 * which every vendor in the criterion is covered or, if coverage does not prove absence, the last read of a feed that lists the
 * vendor. For a price only the feeds that publish it count. Null if no such feed was read, or if only a person can decide.
 */
export function describeStanding(basis: StandingBasis, reads: FeedReads, at: Instant): string | null {
  const watermark = watermarkOf(basis, reads, at);
  if (watermark === null) return null;
  switch (basis.polarity) {
    case 'confirmable_only':
      return `unconfirmed as of ${formatInstant(watermark)}`;
    case 'refutable_only':
      return `unrefuted as of ${formatInstant(watermark)}`;
    case 'decidable':
    case 'undecidable':
      return `undecided as of ${formatInstant(watermark)}`;
  }
}

/** The basis of the standing of a prediction, from the sightings up to a moment. */
export function standingBasisOf(
  prediction: Pick<PredictionRow, 'criterion' | 'polarity' | 'evidencePolicy'>,
  timeline: Timeline,
  at: Instant,
): StandingBasis {
  const subjects = subjectsOf(prediction.criterion).map((subject) => ({
    ...subject,
    listedBy: listersOf(timeline, subject, at),
  }));
  return { polarity: prediction.polarity, policy: prediction.evidencePolicy, subjects };
}

function subjectsOf(criterion: Criterion): Omit<Subject, 'listedBy'>[] {
  const subjects = eventLeaves(criterion).map((leaf) => ({ vendor: leaf.model.vendor, publishes: publishedBy(leaf) }));
  return [...new Map(subjects.map((subject) => [`${subject.vendor} ${subject.publishes}`, subject])).values()];
}

function listersOf(
  timeline: Timeline,
  { vendor, publishes }: Omit<Subject, 'listedBy'>,
  at: Instant,
): Subject['listedBy'] {
  const seen = new Map<string, Instant>();
  for (const sighting of timeline.sightings) {
    // A sighting after `at` does not show what had been read by then.
    if (sighting.seenFrom > at || (vendor !== 'any' && sighting.model.vendor !== vendor)) continue;
    const isRelevant =
      publishes === null
        ? speaksOf(timeline, sighting, 'release')
        : timeline.feeds.get(sighting.feedId)?.publishes?.includes(publishes);
    if (isRelevant === true)
      seen.set(sighting.feedId, Math.max(seen.get(sighting.feedId) ?? sighting.seenFrom, sighting.seenFrom));
  }
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
}

function watermarkOf({ policy, subjects }: StandingBasis, reads: FeedReads, at: Instant): Instant | null {
  const timeline = { ...reads, sightings: [] };
  let lowest: Instant | null = null;
  for (const subject of subjects) {
    const { vendor, publishes } = subject;
    const covered = coverageOf(timeline, { vendor, at, policy: readPolicy(policy), publishes }).readTo;
    const read = Number.isFinite(covered) ? covered : lastRelevantRead(reads, subject, at);
    if (read === null) return null;
    lowest = lowest === null ? read : Math.min(lowest, read);
  }
  return lowest;
}

/** The last read of any relevant feed or, before its first poll, its last observation. */
function lastRelevantRead(timeline: FeedReads, subject: Subject, at: Instant): Instant | null {
  const { vendor, publishes, listedBy } = subject;
  const reads = new Map<string, Instant>();
  for (const [feedId, seenFrom] of listedBy)
    if (timeline.feeds.has(feedId)) reads.set(feedId, lastReadAt(timeline, feedId, vendor, at) ?? seenFrom);
  // The timeline does not contain every row of a wildcard, so feeds that cover the vendor and publish the attribute count too.
  for (const feed of publishes === null ? [] : timeline.feeds.values()) {
    if (!feed.publishes?.includes(publishes ?? '') || !(vendor === 'any' || coversVendor(feed, vendor))) continue;
    const read = lastReadAt(timeline, feed.id, vendor, at);
    if (read !== null) reads.set(feed.id, read);
  }
  return reads.size === 0 ? null : Math.max(...reads.values());
}

/** The standing at a moment, from everything known about a prediction. */
export function standingOf(
  prediction: Pick<PredictionRow, 'criterion' | 'polarity' | 'evidencePolicy'>,
  timeline: Timeline,
  at: Instant,
): string | null {
  return describeStanding(standingBasisOf(prediction, timeline, at), timeline, at);
}
