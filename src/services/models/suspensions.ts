import { defaultPolicy } from '../../domain/criterion/policy.ts';
import { eventWatchesMax, suspensionEventData } from '../../domain/events/model-event.ts';
import { newsKnownMax } from '../../domain/events/release-news.ts';
import { listSuspensions, type Suspension } from '../../domain/evidence/suspension.ts';
import type { Sighting, Timeline } from '../../domain/evidence/timeline.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { listWatchesOfModel } from '../../store/end-notices.ts';
import { insertSuspensionEvents, type NewSuspensionEvent } from '../../store/suspensions.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';

/** The sightings of the models of a family, by slug, and the timeline that they are part of. */
type Family = {
  readonly timeline: Timeline;
  readonly bySlug: ReadonlyMap<string, readonly Sighting[]>;
  readonly at: Instant;
};

/**
 * Records the suspensions of the models of a family and announces those that are news, each once: `model.suspended` when it is
 * known to be a suspension, `model.reinstated` when the model is listed as active again. A withdrawal that was undone raises
 * both at the same time, because until then it may have been final.
 */
export async function announceSuspensions(tx: Sql, deps: Deps, { timeline, bySlug, at }: Family): Promise<void> {
  const now = deps.now();
  for (const [slug, sightings] of bySlug) {
    const model = sightings[0]?.model;
    if (model === undefined) continue;
    const suspensions = listSuspensions(timeline, sightings, { at, policy: defaultPolicy });
    for (const suspension of suspensions) {
      const key = { vendor: model.vendor, slug, now };
      const fresh = await insertSuspensionEvents(tx, eventsOf(suspension, key));
      for (const event of ['suspended', 'reinstated'] as const) {
        const isNew = fresh.some((row) => row.event === event);
        if (!isNew || !isNews(suspension, knownAt(suspension, event), now)) continue;
        const data = suspensionEventData(model, slug, { ...suspension, knownAt: knownAt(suspension, event) });
        const watches = await listWatchesOfModel(tx, { vendor: model.vendor, slug });
        const listed = { ...data, watches: watches.slice(0, eventWatchesMax) };
        await recordEvent(tx, deps, { type: `model.${event}`, occurredAt: now, data: listed, watches });
      }
    }
  }
}

function eventsOf(
  suspension: Suspension,
  { vendor, slug, now }: { readonly vendor: string; readonly slug: string; readonly now: Instant },
): NewSuspensionEvent[] {
  const { goneAt, overAt, isBack } = suspension;
  const events = isBack ? (['suspended', 'reinstated'] as const) : (['suspended'] as const);
  return events.map((event) => {
    const since = knownAt(suspension, event);
    const news = isNews(suspension, since, now);
    return { vendor, slug, event, goneAt, overAt, knownAt: since, recordedAt: now, isNews: news };
  });
}

function knownAt(suspension: Suspension, event: NewSuspensionEvent['event']): Instant {
  return event === 'suspended' ? suspension.knownAt : (suspension.overAt ?? suspension.knownAt);
}

/**
 * A change is not announced if it became known more than `newsKnownMax` ago (from an archive), or in a feed's first
 * read.
 */
function isNews({ appeared }: Suspension, since: Instant, now: Instant): boolean {
  return appeared && now - since <= newsKnownMax;
}
