import { formatInstant, type Instant } from './instant.ts';

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
] as const;

export type EventType = (typeof eventTypes)[number];

/** A Standard Webhooks payload as text: `timestamp` is that specification's name for when it occurred. */
export function eventBody(type: EventType, occurredAt: Instant, data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ type, timestamp: formatInstant(occurredAt), data });
}
