import type { Instant } from '../instant.ts';
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

/** A read after a deadline in which the publisher's own list states that the model is in service. */
export type InService = {
  readonly row: KnownSighting;
  readonly readAt: Instant;
  /** The end that was still to come, as the row states it; null if it states the status "active" instead. */
  readonly ends: string | null;
};

type Ask = { readonly at: Instant; readonly deadline: Instant; readonly stage: 'any' | 'ga' };

/**
 * The earliest accepted read, at least a day after the deadline, in which the publisher's own list states that the
 * model is in service; null if there is none.
 * - Being listed is no statement: OpenAI's list kept ids up to 62 days after the day on which it said that they end.
 * - The day, or the feed's lag if that is longer, is for a list that shows an end late.
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
    const readAt = firstReadFrom(timeline, sighting.feedId, sighting.model.vendor, since);
    if (readAt === null || readAt > at) return [];
    const row = knownSighting(timeline, sighting, readAt, stage);
    if (row === null || row === 'announced' || !isServed(row, stage)) return [];
    const ends = endToCome(row, readAt);
    const isActive = feed.ends === 'by_status' && row.version.isActive === true;
    return ends === null && !isActive ? [] : [{ row, readAt, ends }];
  });
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
