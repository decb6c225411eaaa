import { evaluate } from '../../domain/evaluation/evaluate.ts';
import type { Verdict } from '../../domain/evaluation/explanation.ts';
import { buildIdentity, firstProblem, type IdentityEntry, withEntry } from '../../domain/identity/additions.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
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
import { listPredictionsById, type PredictionRow, type PredictionState } from '../../store/predictions.ts';
import {
  listReadings,
  type NewReading,
  recordReadings,
  type StoredReading,
  updateReadingsVersion,
} from '../../store/readings.ts';
import { listStandingResolutions, type Outcome } from '../../store/resolutions.ts';
import { incrementSetting } from '../../store/settings.ts';
import { listWatching } from '../../store/watches.ts';
import type { Deps } from '../deps.ts';
import { updateModels } from '../models/states.ts';
import { settlePredictions } from '../settling/settle.ts';
import { termsOf } from '../settling/settlement.ts';
import { emptyTimeline, loadTimelines, timelineKey } from '../settling/timelines.ts';
import { requireEntry } from './curation-rules.ts';
import { familiesOf, withCurrentIdentity } from './identity.ts';
import { readItem, statesSameModel, statesSamePart } from './read-item.ts';
import { listWatchingNames, partialNames } from './unread-names.ts';

/** Reading every stored name anew may take so long. */
export const curateMsMax = 120_000;
/** Names read anew in one statement. */
const readingsPerPage = 2000;
/** Items and predictions that a report names; it counts them all. */
export const curatedToldMax = 100;
/** Predictions settled with an addition; the resolver looks at any others, as at all of them, at its next run. */
export const curatedSettledMax = 1000;

export type CurationInput = {
  /** Null: only take back what is superseded. */
  readonly entry: IdentityEntry | null;
  readonly supersedes: string | null;
  readonly reason: string;
  readonly sourceUrl: string | null;
};

/** An item whose name is read otherwise than before. */
export type ItemChange = { readonly item: StoredReading; readonly after: NewReading };

/** How a prediction stands: what follows from the evidence, and what is said of it. */
export type PredictionStanding = {
  readonly verdict: Verdict;
  readonly state: PredictionState;
  readonly outcome: Outcome | null;
};

export type PredictionChange = {
  readonly prediction: Pick<PredictionRow, 'id' | 'slug' | 'statement'>;
  readonly before: PredictionStanding;
  readonly after: PredictionStanding;
};

/** What an addition changes, or would change. */
export type CurationReport = {
  readonly identityVersion: { readonly before: string; readonly after: string };
  readonly itemsRead: number;
  readonly itemsChanged: number;
  readonly items: readonly ItemChange[];
  readonly predictionsLookedAt: number;
  /** More watch the families that are touched than were looked at. */
  readonly morePredictions: boolean;
  readonly predictions: readonly PredictionChange[];
};

/** Ends the transaction of a dry run: nothing of it is kept. */
const undone = new Error('a dry run leaves nothing behind');

/** What an addition to the identity data would change: done in full over the stored evidence, and undone. */
export async function checkIdentityAddition(deps: Deps, input: CurationInput): Promise<CurationReport> {
  const reports: CurationReport[] = [];
  try {
    await deps.db.begin(
      async (tx) => {
        reports.push((await curate(tx, deps, input, { decidedBy: 'dry run', expected: null })).report);
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
 * Adds to the identity data, or takes an addition back: every stored name is read anew, and the predictions that this
 * touches are settled by the rules for late evidence. Refuses with `conflict` when the identity data is no longer what the
 * dry run showed.
 */
export async function createIdentityAddition(
  deps: Deps,
  input: CurationInput,
  decision: { readonly decidedBy: string; readonly expected: string },
): Promise<{ id: string; report: CurationReport }> {
  return await deps.db.begin((tx) => curate(tx, deps, input, decision), { msMax: curateMsMax });
}

async function curate(
  tx: Sql,
  given: Deps,
  input: CurationInput,
  { decidedBy, expected }: { decidedBy: string; expected: string | null },
): Promise<{ id: string; report: CurationReport }> {
  // Alone from here on: polls wait, and another curator meets the version that this makes.
  const revision = await incrementSetting(tx, 'identity_revision');
  const before = await inForce(tx, given, revision - 1);
  if (expected !== null && expected !== before.identity.version)
    throw new Refusal(
      'conflict',
      `the identity data is at ${before.identity.version} by now; try the addition again first`,
    );
  if (input.entry !== null) requireEntry(before.identity, input.entry);
  const id = before.newId('idn');
  await insertRow(tx, before, input, { id, revision, decidedBy });
  const after = await inForce(tx, before, revision);
  requireFits(after.identity, input, await listAdditionsInForce(tx, revision));
  const report = await readAnew(tx, before, after);
  return { id, report };
}

/** The deps with the identity data as of a revision of this transaction; nothing of it is kept beyond. */
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
  if (!made) throw new Refusal('conflict', `addition ${supersedes} was superseded already, by ${old?.supersededBy}`);
}

/** An addition that the table left out would be a promise that nobody keeps. */
function requireFits(
  table: IdentityTable,
  { entry }: CurationInput,
  additions: readonly { id: string; entry: IdentityEntry; reason: string }[],
): void {
  if (entry === null) return;
  let data = table.file;
  let problem: string | null = null;
  for (const addition of additions) {
    const next = withEntry(data, addition);
    problem = firstProblem(next);
    if (problem === null) data = next;
  }
  if (problem === null) return;
  throw new Refusal('validation_failed', problem, [{ detail: problem, pointer: '#/entry' }]);
}

/** Reads every stored name by the new data, and settles what that touches, in one go. */
async function readAnew(tx: Sql, before: Deps, after: Deps): Promise<CurationReport> {
  const { read, changes } = await readNames(tx, after);
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
  const stood = await standings(tx, before, ids, { undo: changes });
  await settlePredictions(tx, after, ids, { now: after.now(), evidenceFrom: null });
  await updateModels(tx, after, families, Number.NEGATIVE_INFINITY);
  const shown = changes.filter(({ item, after: reading }) => !statesSameModel(item, reading));
  const stands = await standings(tx, after, ids, { undo: [] });
  return {
    identityVersion: { before: before.identity.version, after: after.identity.version },
    itemsRead: read,
    itemsChanged: shown.length,
    items: shown.slice(0, curatedToldMax),
    predictionsLookedAt: ids.length,
    morePredictions: watching.length > ids.length,
    predictions: compare(stood, stands).slice(0, curatedToldMax),
  };
}

async function readNames(tx: Sql, deps: Deps): Promise<{ read: number; changes: ItemChange[] }> {
  const changes: ItemChange[] = [];
  let read = 0;
  let after: { feedId: string; itemKey: string } | null = null;
  for (;;) {
    const page: StoredReading[] = await listReadings(tx, { after, limit: readingsPerPage });
    for (const item of page) {
      const reading = readItem(
        deps,
        { id: item.feedId, adapter: item.adapter },
        { key: item.itemKey, name: item.name, host: item.host },
      );
      if (!(statesSameModel(item, reading) && statesSamePart(item, reading))) changes.push({ item, after: reading });
    }
    read += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < readingsPerPage) return { read, changes };
    after = { feedId: last.feedId, itemKey: last.itemKey };
  }
}

async function listTouched(
  tx: Sql,
  families: readonly FamilyKey[],
  readings: readonly NewReading[],
): Promise<string[]> {
  const known = [...(await listWatching(tx, families)), ...(await listWatching(tx, families, 'facts'))];
  const ids = [...known, ...(await listWatchingNames(tx, partialNames(readings)))];
  return [...new Set(ids)].sort();
}

type Standings = ReadonlyMap<string, { readonly row: PredictionRow; readonly standing: PredictionStanding }>;

/** What follows of each prediction from the stored evidence, as its names are read with the changes undone. */
async function standings(
  tx: Sql,
  deps: Deps,
  ids: readonly string[],
  { undo }: { undo: readonly ItemChange[] },
): Promise<Standings> {
  await recordReadings(
    tx,
    undo.map(({ item }) => item),
  );
  const rows = await listPredictionsById(tx, ids);
  const outcomes = new Map(
    (await listStandingResolutions(tx, ids, null)).map((row) => [row.predictionId, row.outcome]),
  );
  const now = deps.now();
  const timelines = await loadTimelines(tx, deps, rows, now);
  const found = rows.map((row) => {
    const timeline = timelines.get(timelineKey(row)) ?? emptyTimeline;
    const { verdict } = evaluate(row.criterion, timeline, now, termsOf(deps, row));
    return [row.id, { row, standing: { verdict, state: row.state, outcome: outcomes.get(row.id) ?? null } }] as const;
  });
  await recordReadings(
    tx,
    undo.map((change) => change.after),
  );
  return new Map(found);
}

function compare(before: Standings, after: Standings): PredictionChange[] {
  return [...after].flatMap(([id, { row, standing }]) => {
    const was = before.get(id)?.standing;
    if (was === undefined || JSON.stringify(was) === JSON.stringify(standing)) return [];
    return [{ prediction: { id, slug: row.slug, statement: row.statement }, before: was, after: standing }];
  });
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

/** The identity data in force. */
export async function getIdentity(deps: Deps): Promise<{ version: string; file: string; additions: number }> {
  const { identity, db } = await withCurrentIdentity(deps);
  const additions = await listAdditionsInForce(db.sql, identity.revision);
  return { version: identity.version, file: identity.file.version, additions: additions.length };
}
