import { addDuration } from '../duration.ts';
import { dayMs, type Instant, type Interval, parseDate } from '../instant.ts';
import type { Criterion, EventLeaf, ModelPattern } from './criterion.ts';

/** After this long past a deadline, by watermark, a witness that rests on host rows alone no longer stands in the way of a NO. */
export const hostLapseMs = 90 * dayMs;

/** A (vendor, family) whose evidence can change a verdict; `any` is a wildcard. */
export type Watch = {
  readonly vendor: string;
  readonly family: string;
  /** Whether prices and other stated facts matter too, not only releases. */
  readonly facts: boolean;
};

/** A moment of coverage of a vendor at which a verdict can change. */
export type Edge = { readonly vendor: string; readonly at: Instant };

/** The world-time window of a leaf, half-open: `by` is inclusive, so a whole day closes at the next midnight. */
export function windowOf(leaf: { from?: string | undefined; by?: string | undefined }, madeFrom: Instant): Interval {
  const from = leaf.from === undefined ? null : parseDate(leaf.from);
  const by = leaf.by === undefined ? null : parseDate(leaf.by);
  return {
    from: from === null ? madeFrom : from.interval.from,
    to: by === null ? Number.POSITIVE_INFINITY : by.interval.to,
  };
}

/** Every leaf of a criterion that speaks of events, in order. */
export function eventLeaves(criterion: Criterion): EventLeaf[] {
  switch (criterion.op) {
    case 'released':
    case 'retired':
    case 'attribute':
    case 'count':
      return [criterion];
    case 'precedes':
      return [criterion.first, criterion.second];
    case 'within':
      return [criterion.event, criterion.after];
    case 'judged':
      return [];
    case 'not':
      return eventLeaves(criterion.of);
    case 'all':
    case 'any':
      return criterion.of.flatMap(eventLeaves);
  }
}

export function patternsOf(criterion: Criterion): ModelPattern[] {
  return eventLeaves(criterion).map((leaf) => leaf.model);
}

/** Which evidence can touch a criterion; each pair once. */
export function watchesOf(criterion: Criterion): Watch[] {
  const byKey = new Map<string, Watch>();
  for (const leaf of eventLeaves(criterion)) {
    const { vendor, family } = leaf.model;
    const key = `${vendor}/${family}`;
    const facts = leaf.op === 'attribute' || leaf.op === 'retired' || (byKey.get(key)?.facts ?? false);
    byKey.set(key, { vendor, family, facts });
  }
  return [...byKey.values()];
}

/** Which watermarks a criterion waits for; each once. */
export function edgesOf(criterion: Criterion, madeFrom: Instant): Edge[] {
  const byKey = new Map<string, Edge>();
  for (const leaf of eventLeaves(criterion)) {
    const { to } = windowOf(leaf, madeFrom);
    if (!Number.isFinite(to)) continue;
    for (const at of [to, to + hostLapseMs]) byKey.set(`${leaf.model.vendor}/${at}`, { vendor: leaf.model.vendor, at });
  }
  for (const edge of orderEdges(criterion)) byKey.set(`${edge.vendor}/${edge.at}`, edge);
  return [...byKey.values()];
}

/** The deadline of `precedes`: its first by then, or never. */
function orderEdges(criterion: Criterion): Edge[] {
  switch (criterion.op) {
    case 'precedes': {
      const by = criterion.by === undefined ? null : parseDate(criterion.by);
      const { vendor } = criterion.first.model;
      return by === null ? [] : [by.interval.to, by.interval.to + hostLapseMs].map((at) => ({ vendor, at }));
    }
    case 'not':
      return orderEdges(criterion.of);
    case 'all':
    case 'any':
      return criterion.of.flatMap(orderEdges);
    default:
      return [];
  }
}

/** The last deadline in a criterion (exclusive end), or null when some part of it has none. */
export function resolveByOf(criterion: Criterion): Instant | null {
  const deadline = deadlineOf(criterion);
  return Number.isFinite(deadline) ? deadline : null;
}

function deadlineOf(criterion: Criterion): Instant {
  switch (criterion.op) {
    case 'not':
      return deadlineOf(criterion.of);
    case 'all':
    case 'any':
      return Math.max(...criterion.of.map(deadlineOf));
    case 'precedes':
      return Math.min(endOf(criterion), endOf(criterion.first));
    case 'within':
      return Math.min(endOf(criterion.event), endAfter(criterion.after, criterion.duration));
    default:
      return endOf(criterion);
  }
}

function endOf({ by }: { by?: string | undefined }): Instant {
  return (by === undefined ? null : parseDate(by))?.interval.to ?? Number.POSITIVE_INFINITY;
}

/** The end of the last day of a duration that begins to run on the last day of a leaf. */
function endAfter(leaf: EventLeaf, duration: string): Instant {
  const end = endOf(leaf);
  return Number.isFinite(end) ? addDuration(end - 1, duration) + dayMs : end;
}
