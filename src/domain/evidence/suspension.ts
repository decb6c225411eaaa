import type { EvidencePolicy } from '../criterion/policy.ts';
import type { Instant, Interval } from '../instant.ts';
import { weighStatedEnds } from './retirement.ts';
import { endOf } from './row-end.ts';
import {
  type ItemVersion,
  type KnownSighting,
  knownSighting,
  lastReadAt,
  type Sighting,
  type Timeline,
} from './timeline.ts';

/** A period for which a publisher withdrew a model, not permanently. */
export type Suspension = {
  readonly since: Interval;
  /** When it ended; null while it lasts. */
  readonly until: Interval | null;
  /** The first observation that showed it withdrawn or suspended. */
  readonly goneAt: Instant;
  /** The first observation that showed that it had ended; null while it lasts. */
  readonly overAt: Instant | null;
  /** Whether the publisher then listed the model as active, rather than retired. */
  readonly isBack: boolean;
  /**
   * When it was known to be a suspension and not a withdrawal: at the return, or at once if the publisher's status says
   * so.
   */
  readonly knownAt: Instant;
  /** Whether an earlier version of the row without the suspension is known. */
  readonly appeared: boolean;
  readonly witnesses: readonly KnownSighting[];
};

type Moment = { readonly at: Instant; readonly policy: EvidencePolicy };

/**
 * Every suspension known at `at`, oldest first. A model was suspended if there was sufficient evidence of its
 * withdrawal and a first party's row then lists it as active again, or if every first-party row calls it suspended. The
 * rows of hosts never count.
 */
export function listSuspensions(timeline: Timeline, sightings: readonly Sighting[], moment: Moment): Suspension[] {
  const rows = ownRows(timeline, sightings, moment.at);
  const byStart = new Map<Instant, Suspension>();
  for (const row of rows) {
    const found = [...undoneWithdrawals(timeline, sightings, row, moment), ...statedSuspensions(timeline, rows, row)];
    // An alias and its snapshots are suspended and reinstated together.
    for (const suspension of found)
      if (![...byStart.values()].some((other) => overlap(other, suspension)))
        byStart.set(suspension.goneAt, suspension);
  }
  return [...byStart.values()].sort((a, b) => a.goneAt - b.goneAt);
}

/** The rows of first parties for their own models, each with every version known. */
function ownRows(timeline: Timeline, sightings: readonly Sighting[], at: Instant): KnownSighting[] {
  return sightings.flatMap((sighting) => {
    const row = sighting.model.own ? knownSighting(timeline, sighting, at) : null;
    return row === null || row === 'announced' || row.trust !== 'first_party' ? [] : [row];
  });
}

function overlap(a: Suspension, b: Suspension): boolean {
  const endOfOne = (one: Suspension): Instant => one.overAt ?? Number.POSITIVE_INFINITY;
  return a.goneAt < endOfOne(b) && b.goneAt < endOfOne(a);
}

function knownVersions({ sighting, version }: KnownSighting): readonly ItemVersion[] {
  return sighting.versions.filter((one) => one.observedAt <= version.observedAt);
}

/** The periods in which the row stated an end that had come, until a version lists the model as active again. */
function undoneWithdrawals(
  timeline: Timeline,
  sightings: readonly Sighting[],
  row: KnownSighting,
  { policy }: Moment,
): Suspension[] {
  let goneAt: Instant | null = null;
  let ended: ReturnType<typeof endOf> = null;
  const found: Suspension[] = [];
  for (const version of knownVersions(row)) {
    const end = endOf(timeline, { ...row, version });
    const isBack = ended?.kind === 'over' ? end?.kind !== 'over' : ended !== null && end === null;
    if (isBack && goneAt !== null) {
      const overAt = version.observedAt;
      const { evidence } = weighStatedEnds(timeline, sightings, { at: overAt - 1, policy });
      if (evidence?.grade === 'admissible')
        found.push({
          since: evidence.occurred,
          until: changedWithin(timeline, row, overAt),
          goneAt,
          overAt,
          isBack: true,
          knownAt: overAt,
          appeared: true,
          witnesses: [...evidence.witnesses, { ...row, version, seenFrom: overAt }],
        });
    }
    goneAt = end === null || isBack ? null : (goneAt ?? version.observedAt);
    ended = end;
  }
  return found;
}

/** The periods in which the row, and every other first party's row, said that the model is suspended. */
function statedSuspensions(timeline: Timeline, rows: readonly KnownSighting[], row: KnownSighting): Suspension[] {
  const versions = knownVersions(row);
  return versions.flatMap((version, index): Suspension[] => {
    const goneAt = version.observedAt;
    const starts = version.lifecycle === 'suspended' && versions[index - 1]?.lifecycle !== 'suspended';
    if (!starts || !rows.every((other) => isSuspendedAt(other, goneAt))) return [];
    const next = versions.slice(index).find((one) => one.lifecycle !== 'suspended');
    return [
      {
        since: changedWithin(timeline, row, goneAt),
        until: next === undefined ? null : changedWithin(timeline, row, next.observedAt),
        goneAt,
        overAt: next?.observedAt ?? null,
        isBack: next !== undefined && next.lifecycle !== 'retired',
        knownAt: goneAt,
        appeared: index > 0,
        witnesses: [version, ...(next === undefined ? [] : [next])].map((one) => ({
          ...row,
          version: one,
          seenFrom: one.observedAt,
        })),
      },
    ];
  });
}

/** A row that is not listed at a moment does not contradict a suspension. */
function isSuspendedAt({ sighting }: KnownSighting, at: Instant): boolean {
  if (sighting.seenFrom > at || (sighting.goneAt !== null && sighting.goneAt <= at)) return true;
  return sighting.versions.findLast((version) => version.observedAt <= at)?.lifecycle === 'suspended';
}

/** When a change happened: from the last read before it, minus the feed's lag, to the read that showed it. */
function changedWithin(timeline: Timeline, { sighting, feed }: KnownSighting, at: Instant): Interval {
  const read = lastReadAt(timeline, feed.id, sighting.model.vendor, at - 1);
  return { from: read === null ? Number.NEGATIVE_INFINITY : read - feed.settlementLagMs, to: at + 1 };
}
