import { type Addition, buildIdentity } from '../../domain/identity/additions.ts';
import type { IdentityEntry } from '../../domain/identity/entries.ts';
import type { Hint } from '../../domain/identity/hints.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import {
  findAddition,
  insertAddition,
  type ListedAddition,
  listAdditions,
  listAdditionsInForce,
} from '../../store/identity.ts';
import { type FamilyKey, markFamiliesStale } from '../../store/model-families.ts';
import { type NewReading, recordReadings, updateReadingsVersion } from '../../store/readings.ts';
import { incrementSetting } from '../../store/settings.ts';
import { listWatching } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { updateModels } from '../models/states.ts';
import { settlePredictions } from '../settling/settle.ts';
import { findHints } from './addition-hints.ts';
import { refuseEntry, requireEntry } from './curation-rules.ts';
import { familiesOf, withCurrentIdentity } from './identity.ts';
import { recordUnreadNames } from './name-events.ts';
import { compareStandings, listStandings, type PredictionChange } from './prediction-changes.ts';
import { statesSameModel } from './read-item.ts';
import { hasEffect, type ItemChange, readNames, requireSameModels } from './stored-names.ts';
import { listFamiliesOfNames, partialNames } from './unread-names.ts';

/** Time limit for parsing every stored name again. */
export const curateMsMax = 120_000;
/** The most items and the most predictions that a report lists; it counts all of them. */
export const reportedItemsMax = 100;
/**
 * The most predictions that are settled with an addition. The resolver evaluates any others, and all of these again, at
 * its next run.
 */
export const curatedSettledMax = 1000;

export type CurationInput = {
  /** Null to only revoke the superseded addition. */
  readonly entry: IdentityEntry | null;
  readonly supersedes: string | null;
  readonly reason: string;
  readonly sourceUrl: string | null;
};

/** What an addition changes, or would change. */
export type CurationReport = {
  readonly identityVersion: { readonly before: string; readonly after: string };
  readonly itemsRead: number;
  readonly itemsChanged: number;
  readonly items: readonly ItemChange[];
  /** If the entry matches no name: the reason, and what to try. */
  readonly hints: readonly Hint[];
  readonly predictionsLookedAt: number;
  /** True if more predictions watch the affected families than were evaluated. */
  readonly morePredictions: boolean;
  readonly predictions: readonly PredictionChange[];
};

type Decision = {
  readonly decidedBy: string;
  /** The version of the identity data that the caller knows; null for any. */
  readonly expected: string | null;
};

/** Rolls back the transaction of a dry run. */
const undone = new Error('a dry run leaves nothing behind');

/** What an addition to the identity data would change. It is applied to all stored evidence and then rolled back. */
export async function checkIdentityAddition(
  deps: Deps,
  input: CurationInput,
  expected: string | null = null,
): Promise<CurationReport> {
  const reports: CurationReport[] = [];
  try {
    await deps.db.begin(
      async (tx) => {
        reports.push((await curate(tx, deps, input, { decidedBy: 'dry run', expected })).report);
        throw undone;
      },
      { msMax: curateMsMax },
    );
  } catch (error) {
    if (error !== undone) throw error;
  }
  const [report] = reports;
  if (report === undefined) throw undone;
  return report;
}

/**
 * Adds to the identity data, or revokes an addition. Every stored name is parsed again, and the affected predictions
 * are settled by the rules for late evidence. Refuses with `conflict` when the identity data is not at the expected
 * version.
 */
export async function createIdentityAddition(
  deps: Deps,
  input: CurationInput,
  decision: Decision,
): Promise<{ id: string; report: CurationReport }> {
  return await deps.db.begin((tx) => curate(tx, deps, input, decision), { msMax: curateMsMax });
}

async function curate(
  tx: Sql,
  given: Deps,
  input: CurationInput,
  { decidedBy, expected }: Decision,
): Promise<{ id: string; report: CurationReport }> {
  // From here on, polls wait, and another curator gets the version that this addition creates.
  const revision = await incrementSetting(tx, 'identity_revision');
  const before = await inForce(tx, given, revision - 1);
  if (expected !== null && expected !== before.identity.version)
    throw new Refusal(
      'conflict',
      `the identity data has changed to ${before.identity.version}; check the addition again first`,
    );
  const additions = await listAdditionsInForce(tx, revision - 1);
  const kept = additions.filter((addition) => addition.id !== input.supersedes);
  const without = buildIdentity(before.identity.file, kept, revision - 1);
  const id = before.newId('idn');
  await insertRow(tx, before, input, { id, revision, decidedBy });
  if (input.entry !== null) requireEntry(without, input.entry);
  const built = buildIdentity(before.identity.file, await listAdditionsInForce(tx, revision), revision);
  const idle = built.idle.get(id);
  // An addition without effect is an error, because its author expects one.
  if (idle !== undefined) throw refuseEntry(idle);
  const after = { ...before, identity: built.table };
  const steps = { entry: input.entry, others: kept, before, without: { ...before, identity: without.table }, after };
  return { id, report: await parseStoredNames(tx, steps) };
}

/** The deps with the identity data as of a revision of this transaction. They are not used after it. */
async function inForce(tx: Sql, deps: Deps, revision: number): Promise<Deps> {
  const additions = await listAdditionsInForce(tx, revision);
  return { ...deps, identity: buildIdentity(deps.identity.file, additions, revision).table };
}

async function insertRow(
  tx: Sql,
  deps: Deps,
  { entry, supersedes, reason, sourceUrl }: CurationInput,
  row: { id: string; revision: number; decidedBy: string },
): Promise<void> {
  const old = supersedes === null ? null : await findAddition(tx, supersedes);
  if (supersedes !== null && (old === null || old.entry === null)) {
    const detail = `there is no addition ${supersedes} to supersede`;
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/supersedes' }]);
  }
  const made = await insertAddition(tx, { ...row, entry, supersedes, reason, sourceUrl, createdAt: deps.now() });
  if (!made) throw new Refusal('conflict', `addition ${supersedes} was already superseded by ${old?.supersededBy}`);
}

/** An addition, the others in force, and the deps of each step: before it, without what it supersedes, with it. */
type Steps = {
  readonly entry: IdentityEntry | null;
  readonly others: readonly Addition[];
  readonly before: Deps;
  readonly without: Deps;
  readonly after: Deps;
};

/** Parses every stored name with the new data and settles the affected predictions. */
async function parseStoredNames(tx: Sql, { entry, others, before, without, after }: Steps): Promise<CurationReport> {
  const { read, changes, unread } = await readNames(tx, after, entry);
  if (entry !== null) requireSameModels(entry, changes, without);
  await recordReadings(
    tx,
    changes.map((change) => change.after),
  );
  await updateReadingsVersion(tx, after.identity.version);
  const readings = changes.flatMap(({ item, after: reading }) => [item, reading]);
  const families = familiesOf(readings);
  await markFamiliesStale(tx, families);
  const watching = await listTouched(tx, families, readings);
  const ids = watching.slice(0, curatedSettledMax);
  const standingsBefore = await listStandings(tx, before, ids, { undo: changes });
  await settlePredictions(tx, after, ids, { now: after.now(), evidenceFrom: null });
  await updateModels(tx, after, families, Number.NEGATIVE_INFINITY);
  await recordUnreadNames(tx, after, readings);
  const shown = changes.filter(({ item, after: reading }) => !statesSameModel(item, reading));
  const { file } = after.identity;
  const hints =
    entry === null || hasEffect(entry, shown) ? [] : findHints({ file, entry, table: after.identity, others }, unread);
  const standingsAfter = await listStandings(tx, after, ids, { undo: [] });
  return {
    identityVersion: { before: before.identity.version, after: after.identity.version },
    itemsRead: read,
    itemsChanged: shown.length,
    items: shown.slice(0, reportedItemsMax),
    hints,
    predictionsLookedAt: ids.length,
    morePredictions: watching.length > ids.length,
    predictions: compareStandings(standingsBefore, standingsAfter).slice(0, reportedItemsMax),
  };
}

async function listTouched(
  tx: Sql,
  families: readonly FamilyKey[],
  readings: readonly NewReading[],
): Promise<string[]> {
  const unread = await listFamiliesOfNames(tx, partialNames(readings));
  return await listWatching(tx, [...families, ...unread]);
}

/** Additions, newest first, before a revision. */
export async function listIdentityAdditions(
  deps: Deps,
  page: { before: number | null; limit: number },
): Promise<(ListedAddition & { readonly idle: string | null })[]> {
  const { idle } = buildIdentity(
    deps.identity.file,
    await listAdditionsInForce(deps.db.sql, deps.identity.revision),
    deps.identity.revision,
  );
  return (await listAdditions(deps.db.sql, page)).map((row) => ({ ...row, idle: idle.get(row.id) ?? null }));
}

/** The current identity data. */
export async function getIdentity(deps: Deps): Promise<{ version: string; file: string; additions: number }> {
  const { identity, db } = await withCurrentIdentity(deps);
  const additions = await listAdditionsInForce(db.sql, identity.revision);
  return { version: identity.version, file: identity.file.version, additions: additions.length };
}
