import { eventText } from '../../domain/events/event.ts';
import type { EventFacts } from '../../domain/events/event-data.ts';
import type { Instant } from '../../domain/instant.ts';
import { withAbsoluteLinks, withoutPageLinks } from '../../domain/public-url.ts';
import { firstDelayMs } from '../../domain/webhooks/retry-schedule.ts';
import type { Sql } from '../../store/db.ts';
import { insertEvent, type NewEvent } from '../../store/events.ts';
import type { Deps } from '../deps.ts';

/** An event to record: its data, and the rows that it is about, by which subscriptions filter. */
export type EventInput = EventFacts & {
  readonly occurredAt: Instant;
  readonly predictionId?: string | undefined;
  readonly resolutionId?: string | undefined;
  readonly feedId?: string | undefined;
  readonly endpointId?: string | undefined;
};

/** Records an event and its deliveries, in the transaction that makes it true. Every event goes through here. */
export async function recordEvent(tx: Sql, deps: Deps, event: EventInput): Promise<void> {
  await insertEvent(tx, newEvent(deps, event));
}

/** The row of an event, for a statement that inserts it together with others. */
export function newEvent(deps: Deps, event: EventInput): NewEvent {
  const { publicUrl, hasPages } = deps;
  const data = hasPages ? event.data : withoutPageLinks(event.data);
  return {
    id: deps.newId('evt'),
    type: event.type,
    occurredAt: event.occurredAt,
    predictionId: event.predictionId ?? null,
    resolutionId: event.resolutionId ?? null,
    feedId: event.feedId ?? null,
    endpointId: event.endpointId ?? null,
    model: modelOf(event),
    text: eventText(event.type, event.occurredAt, publicUrl === null ? data : withAbsoluteLinks(data, publicUrl)),
    dueAt: event.occurredAt + firstDelayMs(deps.webhooks.schedule),
  };
}

function modelOf(event: EventFacts): NewEvent['model'] {
  if ('model' in event.data) return event.data.model;
  if (event.type !== 'name.unrecognised') return null;
  const { vendor, reading } = event.data;
  return { vendor, family: reading.family };
}
