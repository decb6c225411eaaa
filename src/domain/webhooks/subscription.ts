import type { EventType } from '../events/event.ts';

/** What every event that is sent must be about. A part left out does not matter; of a part, one value must fit. */
export type SubscriptionFilter = {
  readonly ids?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly predictor?: readonly string[] | undefined;
  readonly vendor?: readonly string[] | undefined;
  readonly family?: readonly string[] | undefined;
};

export const filterParts = ['ids', 'tags', 'predictor', 'vendor', 'family'] as const;

export type FilterPart = (typeof filterParts)[number];

/** Values in one part of a filter. */
export const filterValuesMax = 100;

/** What an endpoint wants to hear: null is everything. */
export type Subscription = {
  readonly eventTypes: readonly EventType[] | null;
  readonly filter: SubscriptionFilter | null;
};

/** Parts by how few predictions one value of them stands for. */
const byFewness: readonly FilterPart[] = ['ids', 'tags', 'predictor', 'family', 'vendor'];

/** The key of everything, whatever it is about. */
const anyKey = '*';

/**
 * The keys under which an endpoint is found in an index: for each event type, each value of the part that stands for the
 * fewest predictions. An event looks under its own type and `*`, and under everything that it is about and `*`; what it
 * finds is then held against the whole filter. So an event costs by the endpoints it concerns, not by those there are.
 */
export function matchKeysOf({ eventTypes, filter }: Subscription): string[] {
  const types = eventTypes === null ? ['*'] : [...new Set(eventTypes)];
  const part = byFewness.find((name) => filter?.[name] !== undefined);
  const values = part === undefined ? null : [...new Set(filter?.[part] ?? [])];
  const keys = values === null ? [anyKey] : values.map((value) => `${part} ${value}`);
  return types.flatMap((type) => keys.map((key) => `${type} ${key}`));
}

/** Event types that speak of predictions or models, which are what a filter is about. */
export function isFilterable(type: EventType): boolean {
  return type.startsWith('prediction.') || type === 'model.released';
}
