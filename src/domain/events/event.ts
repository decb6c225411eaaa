import { formatInstant, type Instant } from '../instant.ts';

/** Everything a subscriber may be told. */
export const eventTypes = [
  'prediction.created',
  'prediction.criterion.replaced',
  'prediction.proposed',
  'prediction.disputed',
  'prediction.resolved',
  'prediction.annulled',
  'prediction.resolution.amended',
  'model.released',
  'feed.unhealthy',
  'feed.recovered',
  'endpoint.disabled',
] as const;

export type EventType = (typeof eventTypes)[number];

/** What a test of an endpoint sends: to that endpoint alone, whatever it subscribed to. */
export const pingType = 'ping';

/** Standard Webhooks advises to stay below 20 kB; whatever is said, a body of ours has at most so many bytes. */
export const eventBytesMax = 20_000;

/** A body around its sequence number, which the database gives as it stores the event. */
export type EventText = { readonly head: string; readonly tail: string };

/**
 * A Standard Webhooks payload as text: `timestamp` is that specification's name for when it occurred. The data begins
 * with the sequence number, so that a receiver can bring events into order that arrive out of it.
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
