import type { Criterion } from '../../domain/criterion/criterion.ts';
import { readPolicy } from '../../domain/criterion/policy.ts';
import { eventLeaves } from '../../domain/criterion/watch.ts';
import { publishedBy } from '../../domain/evaluation/leaf-standing.ts';
import { coverageOf, coversVendor } from '../../domain/evidence/coverage.ts';
import { lastReadAt, speaksOf, type Timeline } from '../../domain/evidence/timeline.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { PredictionRow } from '../../store/predictions.ts';

/**
 * How far an unresolved prediction has been checked, for example "unconfirmed as of <watermark>". The watermark is the time up to
 * which every vendor in the criterion is covered or, if coverage does not prove absence, the last read of a feed that lists the
 * vendor. For a price only the feeds that publish it count. Null if no such feed was read, or if only a person can decide.
 */
export function standingOf(
  prediction: Pick<PredictionRow, 'criterion' | 'polarity' | 'evidencePolicy'>,
  timeline: Timeline,
  at: Instant,
): string | null {
  const watermark = standingWatermark(prediction, timeline, at);
  if (watermark === null) return null;
  switch (prediction.polarity) {
    case 'confirmable_only':
      return `unconfirmed as of ${formatInstant(watermark)}`;
    case 'refutable_only':
      return `unrefuted as of ${formatInstant(watermark)}`;
    case 'decidable':
    case 'undecidable':
      return `undecided as of ${formatInstant(watermark)}`;
  }
}

function standingWatermark(
  prediction: Pick<PredictionRow, 'criterion' | 'evidencePolicy'>,
  timeline: Timeline,
  at: Instant,
): Instant | null {
  const policy = readPolicy(prediction.evidencePolicy);
  let lowest: Instant | null = null;
  for (const subject of subjectsOf(prediction.criterion)) {
    const covered = coverageOf(timeline, { vendor: subject.vendor, at, policy, publishes: subject.publishes }).readTo;
    const read = Number.isFinite(covered) ? covered : lastRelevantRead(timeline, subject, at);
    if (read === null) return null;
    lowest = lowest === null ? read : Math.min(lowest, read);
  }
  return lowest;
}

/** What a leaf depends on: a vendor, and the attribute that a feed must publish; null if the listing itself suffices. */
type Subject = { readonly vendor: string; readonly publishes: string | null };

function subjectsOf(criterion: Criterion): Subject[] {
  const subjects = eventLeaves(criterion).map((leaf) => ({ vendor: leaf.model.vendor, publishes: publishedBy(leaf) }));
  return [...new Map(subjects.map((subject) => [`${subject.vendor} ${subject.publishes}`, subject])).values()];
}

/** The last read of any relevant feed or, before its first poll, its last observation. */
function lastRelevantRead(timeline: Timeline, { vendor, publishes }: Subject, at: Instant): Instant | null {
  const reads = new Map<string, Instant>();
  for (const sighting of timeline.sightings) {
    // A sighting after `at` does not show what had been read by then.
    if (sighting.seenFrom > at || (vendor !== 'any' && sighting.model.vendor !== vendor)) continue;
    const feed = timeline.feeds.get(sighting.feedId);
    const isRelevant =
      publishes === null ? speaksOf(timeline, sighting, 'release') : feed?.publishes?.includes(publishes);
    const read = lastReadAt(timeline, sighting.feedId, vendor, at) ?? sighting.seenFrom;
    if (isRelevant === true) reads.set(sighting.feedId, Math.max(reads.get(sighting.feedId) ?? read, read));
  }
  // The timeline does not contain every row of a wildcard, so feeds that cover the vendor and publish the attribute count too.
  for (const feed of publishes === null ? [] : timeline.feeds.values()) {
    if (!feed.publishes?.includes(publishes ?? '') || !(vendor === 'any' || coversVendor(feed, vendor))) continue;
    const read = lastReadAt(timeline, feed.id, vendor, at);
    if (read !== null) reads.set(feed.id, read);
  }
  return reads.size === 0 ? null : Math.max(...reads.values());
}
