import type { EvidencePolicy } from '../criterion/policy.ts';
import { sightingTimes } from '../evaluation/known-at.ts';
import type { Dating } from '../evidence/dating.ts';
import { earliest, weighModel } from '../evidence/release.ts';
import { announcedFor, type ItemVersion, type Sighting, type Timeline } from '../evidence/timeline.ts';
import type { Stage } from '../feeds/item.ts';
import type { Instant, Interval } from '../instant.ts';
import { listStages, stageReached } from './stages.ts';

/** What was known of a model from one knowledge time until the next state. */
export type ModelState = {
  readonly knownFrom: Instant;
  /** Null while only announcements, and feeds that are not evidence of releases, list it. */
  readonly grade: 'admissible' | 'short' | null;
  readonly stage: Stage | null;
  readonly occurred: Interval | null;
  readonly basis: Dating['basis'] | null;
};

export type ModelStates = {
  /** Oldest first, each different from the one before. */
  readonly states: readonly ModelState[];
  /** When the next state may follow without a new poll; null when it cannot. */
  readonly recheckAt: Instant | null;
};

type Moment = { readonly at: Instant; readonly policy: EvidencePolicy };

type MomentRange = Moment & { readonly from: Instant };

/**
 * Every state of what was known of a model from the knowledge time `from` up to `at`, weighed at each moment at which
 * it can have changed. `before` is the state before `from`. Later evidence never changes an earlier state.
 */
export function listModelStates(
  timeline: Timeline,
  sightings: readonly Sighting[],
  { from, at, policy }: MomentRange,
  before: ModelState | null = null,
): ModelStates {
  const rows = sightings.map(condensed);
  const moments = [...new Set(rows.flatMap((row) => sightingTimes(timeline, row)))].sort((a, b) => a - b);
  const states: ModelState[] = [];
  for (const moment of moments) {
    if (moment < from || moment > at) continue;
    const last = states.at(-1) ?? before;
    const state = stateAt(timeline, rows, { at: moment, policy });
    if (state !== null && (last === null || !isSameState(last, state))) states.push(state);
  }
  const next = moments.find((moment) => moment > at) ?? null;
  const due = weighModel(timeline, rows, { at, policy, stage: 'any' }).recheckAt;
  return { states, recheckAt: earliest(next, due) };
}

/** The knowledge time at which the release of a model became admissible, up to `at`; null when it has not. */
export function establishedAt(
  timeline: Timeline,
  sightings: readonly Sighting[],
  { at, policy }: Moment,
): Instant | null {
  const rows = sightings.map(condensed);
  const moments = [...new Set(rows.flatMap((row) => sightingTimes(timeline, row)))].sort((a, b) => a - b);
  const isOut = (moment: Instant): boolean =>
    weighModel(timeline, rows, { at: moment, policy, stage: 'any' }).evidence?.grade === 'admissible';
  return moments.find((moment) => moment <= at && isOut(moment)) ?? null;
}

function stateAt(timeline: Timeline, rows: readonly Sighting[], moment: Moment): ModelState | null {
  if (!rows.some((row) => row.seenFrom <= moment.at)) return null;
  const { evidence } = weighModel(timeline, rows, { ...moment, stage: 'any' });
  return {
    knownFrom: moment.at,
    grade: evidence?.grade ?? null,
    stage: stageReached(listStages(timeline, rows, moment)),
    occurred: evidence?.occurred ?? null,
    basis: evidence?.dating.basis ?? null,
  };
}

/** Whether two states differ only in when they were known. */
export function isSameState(a: ModelState, b: ModelState): boolean {
  return (
    a.grade === b.grade &&
    a.stage === b.stage &&
    a.basis === b.basis &&
    a.occurred?.from === b.occurred?.from &&
    a.occurred?.to === b.occurred?.to
  );
}

/**
 * The row without the versions in which only attributes changed. A version that follows an announcement is always
 * kept: a model that is listed again after its announced day is no longer announced.
 */
function condensed(sighting: Sighting): Sighting {
  const versions: ItemVersion[] = [];
  for (const version of sighting.versions) {
    const last = versions.at(-1);
    if (last === undefined || announcedFor(last) !== null || factsOf(last) !== factsOf(version)) versions.push(version);
  }
  return { ...sighting, versions };
}

function factsOf({ itemTrust, stage, lifecycle, released, shutdown, end }: ItemVersion): string {
  return JSON.stringify([itemTrust, stage, lifecycle, released, shutdown, end]);
}
