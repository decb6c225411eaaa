import type { Instant } from '../instant.ts';
import { coverageSteps } from './coverage-table.ts';
import { statedEndOf } from './row-end.ts';
import {
  type FeedFacts,
  firstReadFrom,
  type KnownSighting,
  knownSighting,
  type Sighting,
  seasoningMs,
  speaksOf,
  type Timeline,
} from './timeline.ts';

/** Two reads after a deadline in which the publisher's own list states that the model is in service; `readAt` is the second. */
export type InService = {
  readonly row: KnownSighting;
  readonly readAt: Instant;
  /** The end that was still to come, as the row states it; null if it states the status "active" instead. */
  readonly ends: string | null;
};

type Ask = { readonly at: Instant; readonly deadline: Instant; readonly stage: 'any' | 'ga' };

/**
 * The earliest accepted read that confirms what one at least a day after the deadline says: that by the publisher's own
 * list the model is in service; null if there is none.
 * - Being listed is no statement: OpenAI's list kept ids up to 62 days after the day on which it said that they end.
 * - The day, or the feed's lag if that is longer, is for a list that shows an end late.
 * - The second read, at least a day after the first, is for a slip of the list. It is looked for where the resolver looks
 *   anyway: a day after the statement appeared, and after each step of patience.
 * - What the list states later takes nothing away, because the model was in service at that read.
 */
export function findInService(timeline: Timeline, sightings: readonly Sighting[], ask: Ask): InService | null {
  const found = sightings.flatMap((sighting) => servedReads(timeline, sighting, ask));
  found.sort(
    (a, b) => a.readAt - b.readAt || a.row.version.observationId.localeCompare(b.row.version.observationId, 'en'),
  );
  return found[0] ?? null;
}

function servedReads(timeline: Timeline, sighting: Sighting, { at, deadline, stage }: Ask): InService[] {
  const feed = timeline.feeds.get(sighting.feedId);
  if (feed === undefined || !showsService(feed) || !sighting.model.own || !speaksOf(timeline, sighting, 'end'))
    return [];
  const soonest = deadline + Math.max(seasoningMs, feed.settlementLagMs);
  return sighting.versions.flatMap(({ observedAt }): InService[] => {
    const since = Math.max(observedAt, sighting.seenFrom, soonest);
    const readFrom = (moment: Instant): Instant | null =>
      firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, moment);
    const first = readFrom(since);
    if (first === null || serviceAt(timeline, sighting, { readAt: first, stage }) === null) return [];
    const moments = [
      Math.max(observedAt, sighting.seenFrom) + seasoningMs,
      ...coverageSteps.map((step) => deadline + step),
    ];
    const later = moments.flatMap((moment) => readFrom(moment) ?? []).filter((read) => read >= first + seasoningMs);
    const readAt = Math.min(...later);
    const confirmed = readAt <= at ? serviceAt(timeline, sighting, { readAt, stage }) : null;
    return confirmed === null ? [] : [confirmed];
  });
}

/** What a read states, if it states that the model is in service. */
function serviceAt(
  timeline: Timeline,
  sighting: Sighting,
  { readAt, stage }: { readonly readAt: Instant; readonly stage: Ask['stage'] },
): InService | null {
  const row = knownSighting(timeline, sighting, readAt, stage);
  if (row === null || row === 'announced' || !isServed(row, stage)) return null;
  const ends = endToCome(row, readAt);
  const isActive = row.feed.ends === 'by_status' && row.version.isActive === true;
  return ends === null && !isActive ? null : { row, readAt, ends };
}

/**
 * Whether a feed can show that a model is in service: a publisher's own list that states ends and is read live. A
 * reviewed document may be read again long after it was written.
 */
export function showsService({ trust, reviewed, publishes }: FeedFacts): boolean {
  return trust === 'first_party' && reviewed !== true && publishes?.includes('shutdown') === true;
}

/** Whether nothing about the row excludes that the publisher serves the model. */
function isServed({ trust, version, goneAt }: KnownSighting, stage: Ask['stage']): boolean {
  if (trust !== 'first_party' || goneAt !== null) return false;
  if (version.lifecycle === 'suspended' || version.lifecycle === 'retired') return false;
  return stage === 'any' || version.stage === 'general';
}

function endToCome({ version }: KnownSighting, readAt: Instant): string | null {
  const end = statedEndOf(version);
  return end !== null && end.from > readAt ? (version.shutdown ?? null) : null;
}
