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
  /** The watches that it concerns, by which subscriptions filter. Its data lists some of them. */
  readonly watches?: readonly string[] | undefined;
  /** Whether only endpoints that filter by watch, or by nothing, receive it. */
  readonly isForWatches?: boolean | undefined;
  /** The only endpoint that may receive it, if its subscription matches. The event log leaves the event out. */
  readonly recipient?: string | undefined;
};

/** Records an event and its deliveries, in the transaction that makes it true. Every event goes through here. */
export async function recordEvent(tx: Sql, deps: Deps, event: EventInput, id = deps.newId('evt')): Promise<void> {
  await insertEvent(tx, newEvent(deps, event, id));
}

/** The row of an event, for a statement that inserts it together with others. */
export function newEvent(deps: Deps, event: EventInput, id = deps.newId('evt')): NewEvent {
  const { publicUrl, hasPages } = deps;
  const data = hasPages ? event.data : withoutPageLinks(event.data);
  return {
    id,
    type: event.type,
    occurredAt: event.occurredAt,
    predictionId: event.predictionId ?? null,
    resolutionId: event.resolutionId ?? null,
    feedId: event.feedId ?? null,
    endpointId: event.recipient ?? event.endpointId ?? null,
    models: modelsOf(event),
    watches: event.watches ?? null,
    isForWatches: event.isForWatches ?? false,
    recipient: event.recipient,
    text: eventText(event.type, event.occurredAt, publicUrl === null ? data : withAbsoluteLinks(data, publicUrl)),
    dueAt: event.occurredAt + firstDelayMs(deps.webhooks.schedule),
  };
}

function modelsOf(event: EventFacts): NewEvent['models'] {
  if (event.type === 'model.ending') {
    const { end, endings = [] } = event.data;
    return end === undefined ? endings.map(subjectOf) : [subjectOf({ model: event.data.model ?? null, end })];
  }
  if ('end' in event.data) return [subjectOf(event.data)];
  if ('model' in event.data) return [event.data.model];
  if (event.type !== 'name.unrecognised') return [];
  const { vendor, reading } = event.data;
  return [{ vendor, family: reading.family }];
}

/** The model of an end; of an alias that names none, the vendor. */
function subjectOf({
  model,
  end,
}: {
  readonly model: NewEvent['models'][number] | null;
  readonly end: { readonly vendor: string };
}): NewEvent['models'][number] {
  return model ?? { vendor: end.vendor, family: null };
}
