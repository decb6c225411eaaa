import { formatInstant, type Instant } from '../instant.ts';

/** The types of the events that subscribers receive. */
export const eventTypes = [
  'prediction.created',
  'prediction.edited',
  'prediction.erratum_added',
  'prediction.withdrawn',
  'prediction.criterion.replaced',
  'prediction.proposed',
  'prediction.disputed',
  'prediction.resolved',
  'prediction.annulled',
  'prediction.resolution.amended',
  'model.released',
  'model.end_moved',
  'model.ended',
  'model.ending',
  'model.successor_released',
  'model.suspended',
  'model.reinstated',
  'name.unrecognised',
  'feed.unhealthy',
  'feed.recovered',
  'endpoint.disabled',
  'case.opened',
  'case.round_closed',
  'case.decided',
  'case.appealed',
] as const;

export type EventType = (typeof eventTypes)[number];

/** The type of a test event. It is sent to the tested endpoint only, whatever its subscription. */
export const pingType = 'ping';

/** The size limit of a body. Standard Webhooks recommends staying below 20 kB. */
export const eventBytesMax = 20_000;

/** A body without its sequence number, which the database assigns when it stores the event. */
export type EventText = { readonly head: string; readonly tail: string };

/**
 * A Standard Webhooks payload as text. `timestamp` is that specification's name for the time of the event. The data
 * starts with the sequence number, so that a receiver can sort events that arrive out of order.
 */
export function eventText(
  type: EventType | typeof pingType,
  occurredAt: Instant,
  data: Readonly<Record<string, unknown>>,
): EventText {
  const rest = JSON.stringify(data).slice(1);
  return {
    head: `{"type":${JSON.stringify(type)},"timestamp":${JSON.stringify(formatInstant(occurredAt))},"data":{"sequence":`,
    tail: `${rest === '}' ? '' : ','}${rest}}`,
  };
}
