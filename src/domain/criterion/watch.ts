import { addDuration } from '../duration.ts';
import { normaliseVersion } from '../identity/version.ts';
import { dayMs, type Instant, type Interval, parseDate } from '../instant.ts';
import type { Criterion, EventLeaf, ModelPattern } from './criterion.ts';
import { nodesOf, partsOf } from './parts.ts';

/** Rows of hosts alone hold a NO back until the watermark is this far past the deadline. */
export const hostLapseMs = 90 * dayMs;

/** A vendor and family whose evidence can change a verdict; `any` is a wildcard. */
export type Watch = {
  readonly vendor: string;
  readonly family: string;
  /** Whether stated facts such as prices and shutdown dates matter too, not only releases. */
  readonly facts: boolean;
  /** The keys of the only versions that matter; null: any. */
  readonly versions: readonly string[] | null;
  /** The keys of the only tiers that matter; null: any. */
  readonly tiers: readonly string[] | null;
};

/**
 * The keys of a version: two versions that are equal share a key, whichever way their family compares versions. A model
 * without a version has the key '', which no watch has.
 */
export function versionKeys(version: string | null): string[] {
  if (version === null) return [''];
  return [...new Set([normaliseVersion(version, 'components'), normaliseVersion(version, 'decimal')])];
}

/** The key of a tier: the empty text stands for a model without one. */
export function tierKey(tier: string | null): string {
  return tier ?? '';
}

/** A moment that can change a verdict once the coverage of a vendor reaches it. */
export type Edge = { readonly vendor: string; readonly at: Instant };

/** The window of a leaf in world time, half-open. `by` is inclusive, so a day closes at the next midnight. */
export function windowOf(leaf: { from?: string | undefined; by?: string | undefined }, madeFrom: Instant): Interval {
  const from = leaf.from === undefined ? null : parseDate(leaf.from);
  const by = leaf.by === undefined ? null : parseDate(leaf.by);
  return {
    from: from === null ? madeFrom : from.interval.from,
    to: by === null ? Number.POSITIVE_INFINITY : by.interval.to,
  };
}

/** The event leaves of a criterion, in order. */
export function eventLeaves(criterion: Criterion): EventLeaf[] {
  return isEventLeaf(criterion) ? [criterion] : partsOf(criterion).flatMap(({ part }) => eventLeaves(part));
}

function isEventLeaf(node: Criterion): node is EventLeaf {
  switch (node.op) {
    case 'released':
    case 'retired':
    case 'attribute':
    case 'count':
      return true;
    case 'precedes':
    case 'within':
    case 'judged':
    case 'not':
    case 'all':
    case 'any':
      return false;
  }
}

/**
 * How many leaves absence may settle: those with a deadline of their own or of an order of events. They share the bound
 * on the chance of a miss.
 */
export function countAbsenceLeaves(criterion: Criterion): number {
  const orderFields: readonly (string | number)[] = ['first', 'second', 'event', 'after'];
  return nodesOf(criterion).filter(
    ({ part, path }) => isEventLeaf(part) && (part.by !== undefined || path.some((key) => orderFields.includes(key))),
  ).length;
}

/** The model patterns of the event leaves, in order. */
export function patternsOf(criterion: Criterion): ModelPattern[] {
  return eventLeaves(criterion).map((leaf) => leaf.model);
}

/** The vendors and families whose evidence can change the verdict of a criterion; each pair once. */
export function watchesOf(criterion: Criterion): Watch[] {
  const byKey = new Map<string, Watch>();
  for (const leaf of eventLeaves(criterion)) {
    const { vendor, family } = leaf.model;
    const key = `${vendor}/${family}`;
    const before = byKey.get(key);
    const facts = leaf.op === 'attribute' || leaf.op === 'retired' || (before?.facts ?? false);
    const versions = eitherOf(before?.versions, versionsOf(leaf.model));
    const tiers = eitherOf(before?.tiers, tiersOf(leaf.model));
    byKey.set(key, { vendor, family, facts, versions, tiers });
  }
  return [...byKey.values()];
}

/** A range may contain any version. */
function versionsOf({ version }: ModelPattern): readonly string[] | null {
  return typeof version === 'string' ? versionKeys(version) : null;
}

function tiersOf({ tier }: ModelPattern): readonly string[] | null {
  if (tier === 'any') return null;
  return tier === null ? [tierKey(null)] : tier.map(tierKey);
}

/** The keys of two patterns; undefined if there is only one pattern. */
function eitherOf(a: readonly string[] | null | undefined, b: readonly string[] | null): readonly string[] | null {
  if (a === undefined) return b;
  return a === null || b === null ? null : [...new Set([...a, ...b])];
}

/** Every deadline past which coverage can change the verdict, and the lapse of host rows after it; no duplicates. */
export function edgesOf(criterion: Criterion): Edge[] {
  const byKey = new Map<string, Edge>();
  for (const { part } of nodesOf(criterion)) {
    const deadline = coverageDeadline(part);
    if (deadline === null || !Number.isFinite(deadline.at)) continue;
    const { vendor } = deadline;
    for (const at of [deadline.at, deadline.at + hostLapseMs]) byKey.set(`${vendor}/${at}`, { vendor, at });
  }
  return [...byKey.values()];
}

/** A node's own deadline, with the vendor whose coverage past it can settle the node; null where coverage settles nothing. */
function coverageDeadline(node: Criterion): Edge | null {
  switch (node.op) {
    case 'released':
    case 'retired':
    case 'attribute':
    case 'count':
      return { vendor: node.model.vendor, at: endOf(node) };
    case 'precedes':
      return { vendor: node.first.model.vendor, at: endOf(node) };
    case 'within':
    case 'judged':
    case 'not':
    case 'all':
    case 'any':
      return null;
  }
}

/**
 * The deadline of a criterion (exclusive), or null if it has none. Among the parts of `all` and `any` the last deadline
 * counts; in an order of events, the earliest.
 */
export function resolveByOf(criterion: Criterion): Instant | null {
  const deadline = deadlineOf(criterion);
  return Number.isFinite(deadline) ? deadline : null;
}

function deadlineOf(criterion: Criterion): Instant {
  switch (criterion.op) {
    case 'released':
    case 'retired':
    case 'attribute':
    case 'count':
    case 'judged':
      return endOf(criterion);
    case 'precedes':
      return Math.min(endOf(criterion), endOf(criterion.first));
    case 'within':
      return Math.min(endOf(criterion.event), endAfter(criterion.after, criterion.duration));
    case 'not':
      return deadlineOf(criterion.of);
    case 'all':
    case 'any':
      return Math.max(...criterion.of.map(deadlineOf));
  }
}

function endOf({ by }: { by?: string | undefined }): Instant {
  return (by === undefined ? null : parseDate(by))?.interval.to ?? Number.POSITIVE_INFINITY;
}

/** The end of the last day of a duration that begins on the last day of a leaf. */
function endAfter(leaf: EventLeaf, duration: string): Instant {
  const end = endOf(leaf);
  return Number.isFinite(end) ? addDuration(end - 1, duration) + dayMs : end;
}
