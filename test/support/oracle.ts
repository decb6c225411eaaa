import type { Criterion, EventLeaf, ModelPattern, Precedes, Within } from '../../src/domain/criterion/criterion.ts';

/**
 * The oracle: it knows when everything happened, and answers only true or false. It shares no code with the engine.
 * Hours count from 2025-08-01T00:00Z.
 */

/** The true history of one model. */
export type Fate = {
  readonly tier: string | null;
  readonly version: string;
  readonly release: number | null;
  /** Prices and the hours from which they hold, in order; the first one holds from the release. */
  readonly prices?: readonly { readonly from: number; readonly price: number }[];
  /** When it is withdrawn. */
  readonly end?: number | null;
};

/** The hour at which each tier was released; null: never. The unsuffixed model is `''`. */
export type Releases = Readonly<Record<string, number | null>>;

export function isTrue(criterion: Criterion, releases: Releases): boolean {
  const fates = Object.entries(releases).map(([tier, release]) => ({
    tier: tier === '' ? null : tier,
    version: '5',
    release,
  }));
  return holds(criterion, fates);
}

const hourZero = Date.UTC(2025, 7, 1);

/** Whether a criterion is true of the world; `made` is the day on which windows open by default. */
export function holds(criterion: Criterion, fates: readonly Fate[], made = '2025-08-01'): boolean {
  switch (criterion.op) {
    case 'not':
      return !holds(criterion.of, fates, made);
    case 'all':
      return criterion.of.every((of) => holds(of, fates, made));
    case 'any':
      return criterion.of.some((of) => holds(of, fates, made));
    case 'judged':
      throw new Error('the oracle is no person');
    case 'precedes':
    case 'within':
      return ordered(criterion, fates, fates, made);
    default:
      return happenings(criterion, fates, made).length > 0;
  }
}

function comesFirst(order: Precedes, [first]: readonly number[], [second = Infinity]: readonly number[]): boolean {
  return first !== undefined && first < second && first < closing(order.by);
}

/** The time runs from the start of the day of the other event to the end of its last day. */
function comesWithin(order: Within, events: readonly number[], afters: readonly number[]): boolean {
  const close = runsOut(order, afters);
  return Number.isFinite(close) && events.some((at) => at >= startOfDay(afters[0] ?? Infinity) && at < close);
}

/** The hour at which the last day of the duration ends; infinity if the duration has not started. */
function runsOut({ duration }: Within, [after]: readonly number[]): number {
  if (after === undefined) return Infinity;
  const [, months, days] = /^P(?:(\d+)M)?(?:(\d+)D)?$/.exec(duration) ?? [];
  const last = addMonths(new Date(hourZero + startOfDay(after) * 3_600_000), Number(months ?? 0));
  return (last - hourZero) / 3_600_000 + Number(days ?? 0) * 24 + 24;
}

function startOfDay(hour: number): number {
  return Math.floor(hour / 24) * 24;
}

/** The same day that many months later, or the last day of that month if it has no such day. */
function addMonths(day: Date, months: number): number {
  const [year, month] = [day.getUTCFullYear(), day.getUTCMonth() + months];
  const there = new Date(Date.UTC(year, month, day.getUTCDate()));
  return there.getUTCMonth() === month % 12 ? there.getTime() : Date.UTC(year, month + 1, 0);
}

/** The hours at which the events of a leaf happened inside its window, in order. */
function happenings(leaf: EventLeaf, fates: readonly Fate[], made: string): number[] {
  const [open, close] = [opening(leaf.from ?? made), closing(leaf.by)];
  const inside = (at: number | null | undefined): boolean => at != null && at >= open && at < close;
  const named = fates.filter((fate) => isNamed(leaf.model, fate));
  const sorted = (hours: (number | null | undefined)[]): number[] =>
    hours.filter((at): at is number => inside(at)).sort((a, b) => a - b);
  switch (leaf.op) {
    case 'released':
      return sorted(named.map((fate) => fate.release));
    case 'retired':
      return sorted(named.map((fate) => fate.end));
    case 'attribute':
      return sorted(named.map((fate) => firstHolding(leaf, fate, open)));
    case 'count': {
      const byName = new Map<string, number>();
      for (const fate of named) {
        const name = leaf.distinct === 'version' ? fate.version : `${fate.tier} ${fate.version}`;
        if (inside(fate.release)) byName.set(name, Math.min(byName.get(name) ?? Infinity, fate.release ?? Infinity));
      }
      return sorted([...byName.values()]).slice(leaf.at_least - 1, leaf.at_least);
    }
  }
}

/** The first hour, not before `open`, at which a price satisfies the comparison. */
function firstHolding(leaf: Extract<EventLeaf, { op: 'attribute' }>, fate: Fate, open: number): number | null {
  for (const [index, { from, price }] of (fate.prices ?? []).entries()) {
    const until = fate.prices?.[index + 1]?.from ?? Infinity;
    const { gt = -Infinity, lte = Infinity } = leaf.is;
    if (price > gt && price <= lte && until > open) return Math.max(from, open);
  }
  return null;
}

function isNamed(pattern: ModelPattern, fate: Fate): boolean {
  const tiers = pattern.tier === null ? [null] : pattern.tier;
  if (tiers !== 'any' && !tiers.includes(fate.tier)) return false;
  if (typeof pattern.version === 'object') return fate.version >= (pattern.version.gte ?? '');
  return pattern.version === undefined || pattern.version === fate.version;
}

function opening(day: string): number {
  return (Date.parse(day) - hourZero) / 3_600_000;
}

function closing(day: string | undefined): number {
  return day === undefined ? Infinity : opening(day) + 24;
}

/** The uncertainty of dates, in hours, that polls, lags and gaps leave. */
const doubt = 72;

/**
 * The truth of a criterion if every event may have happened up to `doubt` hours earlier or later, independently for the
 * two sides of an order. Null if the truth depends on that, if the answer is no and no deadline can settle it, if a
 * duration ends after the last read, or if a person must weigh what happened before a window.
 */
export function robustly(
  criterion: Criterion,
  fates: readonly Fate[],
  { made, readTo }: { made: string; readTo: number },
): boolean | null {
  if (!isDecidable(criterion, made)) return null;
  const ways = doubted(fates);
  const values = new Set<boolean>();
  for (const way of ways) {
    if (criterion.op === 'precedes' || criterion.op === 'within')
      for (const other of ways) values.add(ordered(criterion, way, other, made));
    else values.add(holds(criterion, way, made));
  }
  const [value] = values;
  if (values.size > 1 || value === undefined) return null;
  const isBounded = criterion.op === 'within' || ('by' in criterion && criterion.by !== undefined);
  const runs =
    criterion.op !== 'within' ||
    ways.every((way) => runsOut(criterion, happenings(criterion.after, way, made)) < readTo);
  return (value || isBounded) && runs ? value : null;
}

/** Whether all windows open on the day on which the claim was made, which is as early as anything is read. */
function isDecidable(criterion: Criterion, made: string): boolean {
  const leaves =
    criterion.op === 'precedes'
      ? [criterion.first, criterion.second]
      : criterion.op === 'within'
        ? [criterion.event, criterion.after]
        : [criterion];
  return leaves.every((leaf) => 'model' in leaf && (leaf.from ?? made) === made);
}

function ordered(
  criterion: Extract<Criterion, { op: 'precedes' | 'within' }>,
  fates: readonly Fate[],
  others: readonly Fate[],
  made: string,
): boolean {
  return criterion.op === 'precedes'
    ? comesFirst(criterion, happenings(criterion.first, fates, made), happenings(criterion.second, others, made))
    : comesWithin(criterion, happenings(criterion.event, fates, made), happenings(criterion.after, others, made));
}

function doubted(fates: readonly Fate[]): Fate[][] {
  const ways: Fate[][] = [];
  for (let way = 0; way < 2 ** fates.length; way += 1)
    for (const prices of [-doubt, doubt])
      for (const end of [-doubt, doubt])
        ways.push(fates.map((fate, nth) => shift(fate, (way >> nth) % 2 === 0 ? -doubt : doubt, prices, end)));
  for (let by = -doubt; by <= doubt; by += 24) ways.push(fates.map((fate) => shift(fate, by, by, by)));
  return ways;
}

function shift(fate: Fate, release: number, prices: number, end: number): Fate {
  return {
    ...fate,
    release: fate.release === null ? null : fate.release + release,
    prices: (fate.prices ?? []).map((price, nth) => ({ ...price, from: price.from + (nth === 0 ? release : prices) })),
    end: fate.end == null ? null : fate.end + end,
  };
}
