import { type Instant, parseDate } from '../instant.ts';
import type { LimitedData } from './schema.ts';

/** Models that only approved customers can call, and from when until when. */
export type Limit = Omit<LimitedData, 'from' | 'until' | 'source'> & {
  /** Minus infinity if the data states no day. */
  readonly from: Instant;
  /** When everybody can call them; infinity if the data states no day. */
  readonly until: Instant;
};

type Named = {
  readonly vendor: string;
  readonly family: string;
  readonly version: string | null;
  readonly tier: string | null;
};

/** Days count from 00:00 UTC. */
export function toLimit({ from, until, source: _source, ...pattern }: LimitedData): Limit {
  return {
    ...pattern,
    from: startOf(from) ?? Number.NEGATIVE_INFINITY,
    until: startOf(until) ?? Number.POSITIVE_INFINITY,
  };
}

function startOf(day: string | undefined): Instant | undefined {
  return day === undefined ? undefined : parseDate(day)?.interval.from;
}

/**
 * Whether only approved customers can call a model at a moment, or at any time if no moment is given. `name` is the id
 * without hosts, regions and namespaces.
 */
export function isLimited(limits: readonly Limit[], model: Named, name: string, at: Instant | null): boolean {
  return limits.some(
    (limit) => matches(limit, model) && startsWith(name, limit.name) && (at === null || isWithin(limit, at)),
  );
}

/** The moments at which a model becomes limited or open to the public, as far as the data states them; sorted. */
export function limitEdges(limits: readonly Limit[], model: Named): Instant[] {
  const edges = limits.filter((limit) => matches(limit, model)).flatMap(({ from, until }) => [from, until]);
  return [...new Set(edges.filter(Number.isFinite))].sort((a, b) => a - b);
}

function matches({ vendor, family, version, tier }: Limit, model: Named): boolean {
  return (
    vendor === model.vendor &&
    (family === undefined || family === model.family) &&
    (version === undefined || version === model.version) &&
    (tier === undefined || tier === model.tier)
  );
}

/** Whether `start` is the whole name, or its beginning up to a separator. */
function startsWith(name: string, start: string | undefined): boolean {
  if (start === undefined) return true;
  const next = name[start.length];
  return name.startsWith(start) && (next === undefined || '-_.:@'.includes(next));
}

function isWithin({ from, until }: Limit, at: Instant): boolean {
  return from <= at && at < until;
}
