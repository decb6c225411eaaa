import type { EventType } from '../events/event.ts';

/** What a sent event must concern. An omitted part matches anything. In a given part, one value must match. */
export type SubscriptionFilter = {
  readonly ids?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly predictor?: readonly string[] | undefined;
  readonly vendor?: readonly string[] | undefined;
  readonly family?: readonly string[] | undefined;
  readonly watch?: readonly string[] | undefined;
};

export const filterParts = ['ids', 'tags', 'predictor', 'vendor', 'family', 'watch'] as const;

export type FilterPart = (typeof filterParts)[number];

/** The most values in one part of a filter. */
export const filterValuesMax = 100;

/** The events that an endpoint receives; null means all. */
export type Subscription = {
  readonly eventTypes: readonly EventType[] | null;
  readonly filter: SubscriptionFilter | null;
};

/** The parts of a filter, the most selective first. */
const byFewness: readonly FilterPart[] = ['ids', 'watch', 'tags', 'predictor', 'family', 'vendor'];

/** The key that matches every event. */
const anyKey = '*';

/**
 * The index keys of an endpoint: for each event type, each value of the filter's most selective part. An event is looked up
 * under its type and `*`, combined with everything that it is about and `*`; the endpoints found are then checked against
 * the whole filter. So the cost of an event depends on the endpoints it concerns, not on how many there are.
 */
export function matchKeysOf({ eventTypes, filter }: Subscription): string[] {
  const types = eventTypes === null ? ['*'] : [...new Set(eventTypes)];
  const part = byFewness.find((name) => filter?.[name] !== undefined);
  const values = part === undefined ? null : [...new Set(filter?.[part] ?? [])];
  const keys = values === null ? [anyKey] : values.map((value) => `${part} ${value}`);
  return types.flatMap((type) => keys.map((key) => `${type} ${key}`));
}

/** The watches whose notices an endpoint receives. Events about models match no filter by predictions. */
export function noticedWatches({ eventTypes, filter }: Subscription): readonly string[] {
  if (filter === null || (eventTypes !== null && !eventTypes.includes('model.ending'))) return [];
  const { ids, tags, predictor, watch } = filter;
  return ids === undefined && tags === undefined && predictor === undefined ? (watch ?? []) : [];
}

/** Whether an event type is about predictions, models or names of models, to which filters apply. A case is about a prediction. */
export function isFilterable(type: EventType): boolean {
  const about = type.split('.')[0];
  return about === 'prediction' || about === 'case' || about === 'model' || type === 'name.unrecognised';
}
