import { defaultPolicy } from '../../domain/criterion/policy.ts';
import { aliasFamily } from '../../domain/ends/end.ts';
import { modelLinks } from '../../domain/events/model-event.ts';
import { isNews } from '../../domain/events/release-news.ts';
import type { Sighting, Timeline } from '../../domain/evidence/timeline.ts';
import { formatInstant, formatInterval, type Instant } from '../../domain/instant.ts';
import { modelSlug } from '../../domain/models/slug.ts';
import { listModelStates, type ModelState } from '../../domain/models/states.ts';
import type { Sql } from '../../store/db.ts';
import {
  type FamilyKey,
  type FamilyRow,
  lockDueFamilies,
  lockFamilies,
  updateFamilies,
} from '../../store/model-families.ts';
import { insertModelStates, type ModelRow, rewindFamily } from '../../store/models.ts';
import { insertReleases } from '../../store/releases.ts';
import { isInsideTransaction } from '../../store/transaction.ts';
import type { Deps } from '../deps.ts';
import { announceSuccessors } from '../ends/changes.ts';
import { endRules, updateEnds } from '../ends/update.ts';
import { recordEvent } from '../events/outbox.ts';
import { lockIdentity } from '../identity/identity.ts';
import { evaluatedWith } from '../settling/settlement.ts';
import { type Claim, emptyTimeline, loadAliases, loadTimelines, timelineKey } from '../settling/timelines.ts';
import { announceSuspensions } from './suspensions.ts';

/** Families whose timelines are loaded at once. */
const batchMax = 20;
/** Families per transaction, and transactions per run; the next run continues. */
const dueMax = 20;
const runsMax = 500;
const updateMsMax = 120_000;

/** A state to insert. `knownTo` is when the next one begins. */
type NewState = ModelRow & { readonly knownTo: Instant | null };

/**
 * Recomputes what was known of the models of some families, from the knowledge time `from` on, in the caller's transaction, and
 * announces releases that are news. A family that was computed with other rules, identity data or feed settings is recomputed
 * from the beginning.
 */
export async function updateModels(tx: Sql, deps: Deps, families: readonly FamilyKey[], from: Instant): Promise<void> {
  await updateLocked(tx, deps, await lockFamilies(tx, distinct(families)), () => from);
}

/**
 * Recomputes families that evidence has touched, or that time alone or a change of the rules may have changed. Any number of
 * processes may do so at once. Returns their number.
 */
export async function refreshModels(
  deps: Deps,
  { msMax = Number.POSITIVE_INFINITY }: { readonly msMax?: number } = {},
): Promise<number> {
  const end = performance.now() + msMax;
  let total = 0;
  let limit = dueMax;
  let after: FamilyKey | null = null;
  for (let run = 0; run < runsMax && performance.now() < end; run += 1) {
    const tried: FamilyKey[] = [];
    const page = { after, limit, tried };
    try {
      const count = await deps.db.begin((tx) => refreshSome(tx, deps, page), { msMax: updateMsMax });
      total += count;
      if (count < limit) break;
      limit = dueMax;
    } catch (error) {
      // A family that fails must not hold up the others: it is left for the next run.
      const [failed] = tried;
      if (isInsideTransaction() || failed === undefined) throw error;
      if (tried.length === 1) after = skip(deps, failed, error);
      limit = 1;
    }
  }
  return total;
}

function skip(deps: Deps, { vendor, family }: FamilyKey, error: unknown): FamilyKey {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  deps.log.error(
    { vendor, family, error: text },
    'the models of a family could not be computed; the next run repeats it',
  );
  return { vendor, family };
}

type Page = {
  readonly after: FamilyKey | null;
  readonly limit: number;
  /** Receives the families that the transaction has locked. */
  readonly tried: FamilyKey[];
};

async function refreshSome(tx: Sql, given: Deps, { after, limit, tried }: Page): Promise<number> {
  const deps = await lockIdentity(tx, given);
  const computedWith = await computedWithNow(tx, deps);
  const rows = await lockDueFamilies(tx, { now: deps.now(), computedWith, after }, limit);
  tried.push(...rows);
  await updateLocked(tx, deps, rows, ({ computedTo, staleFrom }) =>
    computedTo === null ? Number.NEGATIVE_INFINITY : Math.min(computedTo, staleFrom ?? computedTo),
  );
  return rows.length;
}

async function updateLocked(
  tx: Sql,
  deps: Deps,
  rows: readonly FamilyRow[],
  fromOf: (row: FamilyRow) => Instant,
): Promise<void> {
  // The clock of the node that read the evidence may be ahead of this one.
  const to = Math.max(deps.now(), ...rows.map((row) => row.staleTo ?? 0));
  const computed = { with: await computedWithNow(tx, deps), to };
  for (let start = 0; start < rows.length; start += batchMax) {
    const batch = rows.slice(start, start + batchMax);
    const ofModels = batch.filter(({ family }) => family !== aliasFamily);
    const timelines = await loadTimelines(tx, deps, ofModels.map(claimOf), computed.to);
    const updated: (FamilyKey & { recheckAt: Instant | null })[] = [];
    for (const row of batch) {
      const from = row.computedWith === computed.with ? fromOf(row) : Number.NEGATIVE_INFINITY;
      const range = { from, at: computed.to };
      const timeline = timelines.get(timelineKey(claimOf(row))) ?? emptyTimeline;
      const recheckAt =
        row.family === aliasFamily
          ? await updateAliases(tx, deps, row, range)
          : await updateFamily(tx, deps, row, { ...range, timeline });
      updated.push({ ...row, recheckAt });
    }
    await updateFamilies(tx, updated, computed);
  }
}

/** Identifies the rules and data by which families are computed. */
async function computedWithNow(tx: Sql, deps: Deps): Promise<string> {
  return `${await evaluatedWith(tx, deps)}/${endRules}`;
}

function distinct(families: readonly FamilyKey[]): FamilyKey[] {
  return [...new Map(families.map((key) => [`${key.vendor}/${key.family}`, key])).values()];
}

/** A claim on every model of a family, for which `loadTimelines` loads all evidence. */
export function claimOf({ vendor, family }: FamilyKey): Claim {
  return { criterion: { op: 'released', model: { vendor, family, tier: 'any' } }, madeFrom: 0 };
}

/** An alias names no model, but its end is stated like that of any other id. */
async function updateAliases(
  tx: Sql,
  deps: Deps,
  family: FamilyKey,
  range: { from: Instant; at: Instant },
): Promise<Instant | null> {
  return await updateEnds(tx, deps, family, { ...range, timeline: await loadAliases(tx, deps, family.vendor) });
}

async function updateFamily(
  tx: Sql,
  deps: Deps,
  family: FamilyKey,
  range: { timeline: Timeline; from: Instant; at: Instant },
): Promise<Instant | null> {
  const before = new Map((await rewindFamily(tx, family, range.from)).map((row) => [row.slug, row]));
  const added: NewState[] = [];
  const current: ModelRow[] = [];
  const rechecks: Instant[] = [];
  const bySlug = groupBySlug(deps, range.timeline.sightings);
  for (const [slug, sightings] of bySlug) {
    const { rows, recheckAt } = statesOf(slug, sightings, range, before.get(slug) ?? null);
    added.push(...rows);
    const last = rows.at(-1) ?? before.get(slug);
    if (last !== undefined) current.push(last);
    if (recheckAt !== null) rechecks.push(recheckAt);
  }
  await insertModelStates(tx, added);
  await announceReleases(tx, deps, current, bySlug);
  await announceSuspensions(tx, deps, { timeline: range.timeline, bySlug, at: range.at });
  const endsRecheckAt = await updateEnds(tx, deps, family, range);
  if (endsRecheckAt !== null) rechecks.push(endsRecheckAt);
  return rechecks.length === 0 ? null : Math.min(...rechecks);
}

/** The sightings of each model, by its slug. */
export function groupBySlug(deps: Deps, sightings: readonly Sighting[]): Map<string, Sighting[]> {
  const bySlug = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const slug = modelSlug(deps.identity, sighting.model);
    const group = bySlug.get(slug);
    if (group === undefined) bySlug.set(slug, [sighting]);
    else group.push(sighting);
  }
  return bySlug;
}

function statesOf(
  slug: string,
  sightings: readonly Sighting[],
  { timeline, from, at }: { timeline: Timeline; from: Instant; at: Instant },
  before: ModelRow | null,
): { rows: NewState[]; recheckAt: Instant | null } {
  const range = { from, at, policy: defaultPolicy };
  const { states, recheckAt } = listModelStates(timeline, sightings, range, before === null ? null : stateOf(before));
  const first = sightings[0];
  if (first === undefined) return { rows: [], recheckAt };
  const { vendor, family, version, tier } = first.model;
  const firstSeenAt = before?.firstSeenAt ?? states[0]?.knownFrom ?? at;
  let establishedAt = before?.establishedAt ?? null;
  const rows = states.map((state, index): NewState => {
    establishedAt ??= state.grade === 'admissible' ? state.knownFrom : null;
    const name = { vendor, slug, family, modelVersion: version, tier };
    const knownTo = states[index + 1]?.knownFrom ?? null;
    const { knownFrom, grade, stage, basis, occurred } = state;
    const bounds = { occurredFrom: finite(occurred?.from), occurredTo: finite(occurred?.to) };
    return { ...name, knownFrom, knownTo, grade, stage, basis, ...bounds, establishedAt, firstSeenAt };
  });
  return { rows, recheckAt };
}

function finite(at: Instant | undefined): Instant | null {
  return at === undefined || !Number.isFinite(at) ? null : at;
}

function stateOf({ knownFrom, grade, stage, basis, occurredFrom, occurredTo }: ModelRow): ModelState {
  const occurred =
    grade === null
      ? null
      : { from: occurredFrom ?? Number.NEGATIVE_INFINITY, to: occurredTo ?? Number.POSITIVE_INFINITY };
  return { knownFrom, grade, stage, basis, occurred };
}

/** Records established releases and announces those that are news. */
async function announceReleases(
  tx: Sql,
  deps: Deps,
  current: readonly ModelRow[],
  bySlug: ReadonlyMap<string, readonly Sighting[]>,
): Promise<void> {
  const now = deps.now();
  const released = current.flatMap((row) => {
    const { establishedAt } = row;
    if (row.grade !== 'admissible' || establishedAt === null) return [];
    const occurred = stateOf(row).occurred ?? { from: Number.NEGATIVE_INFINITY, to: establishedAt };
    const appeared = hasAppeared(bySlug.get(row.slug) ?? []);
    const news = isNews({ establishedAt, firstSeenAt: row.firstSeenAt, occurred, appeared }, now);
    return [
      { row, occurred, release: { vendor: row.vendor, slug: row.slug, establishedAt, recordedAt: now, isNews: news } },
    ];
  });
  const fresh = new Set(
    (
      await insertReleases(
        tx,
        released.map(({ release }) => release),
      )
    ).map((key) => key.slug),
  );
  const announced: { vendor: string; slug: string }[] = [];
  for (const { row, occurred, release } of released) {
    if (!release.isNews || !fresh.has(row.slug)) continue;
    const { vendor, slug, family, modelVersion: version, tier, stage, basis } = row;
    const data = {
      model: { id: `${vendor}/${slug}`, vendor, slug, family, version, tier },
      release: { occurred: formatInterval(occurred), basis, stage, known_at: formatInstant(release.establishedAt) },
      links: modelLinks(vendor, slug),
    };
    await recordEvent(tx, deps, { type: 'model.released', occurredAt: now, data });
    announced.push({ vendor, slug });
  }
  await announceSuccessors(tx, deps, announced);
}

/** Whether the feed that listed it first had been read before without it. */
function hasAppeared(sightings: readonly Sighting[]): boolean {
  const first = Math.min(...sightings.map((sighting) => sighting.seenFrom));
  return sightings.some((sighting) => sighting.seenFrom === first && sighting.absentAt !== null);
}
