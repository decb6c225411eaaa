import type { Stage } from '../../domain/feeds/item.ts';
import { dayMs } from '../../domain/instant.ts';
import { watchIdPrefix, watchNamePattern, watchNameRule } from '../../domain/model-watches/limits.ts';
import { noticeDaysDefault, sortNoticeDays } from '../../domain/model-watches/notice-days.ts';
import type { WatchedId } from '../../domain/model-watches/watched-id.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { markEndNotices } from '../../store/end-notices.ts';
import type { EndRow } from '../../store/ends.ts';
import {
  deleteModelWatch as deleteRow,
  findModelWatch,
  insertModelWatch,
  listModelWatches as listRows,
  listWatchedIds,
  lockStaleWatches,
  type ModelWatchRow,
  noteReading,
  replaceWatchedIds,
  updateModelWatch,
} from '../../store/model-watches.ts';
import { listModelStages } from '../../store/models.ts';
import type { Deps } from '../deps.ts';
import { staleVersion } from '../predictions/predictions.ts';
import { announceFirstSight } from './first-sight.ts';
import { findEndsOf, listDueEnds } from './known-ends.ts';
import { keyOfEnd, textOfEnd } from './notices.ts';
import { readIds } from './reading.ts';

/** What a user states of a watch. What is omitted has its default. */
export type ModelWatchInput = {
  readonly ids: readonly string[];
  readonly host?: string | null | undefined;
  readonly owner?: string | null | undefined;
  readonly noticeDays?: readonly number[] | undefined;
};

/** An id of a watch with the stage of its model, if any feed lists the model, and the end that concerns it, if one is stated. */
export type WatchedModel = WatchedId & { readonly stage: Stage | null; readonly end: EndRow | null };

/** A watch with what is known of each of its ids. */
export type ModelWatchView = ModelWatchRow & { readonly ids: readonly WatchedModel[] };

/** A watch with its ids, without what is known of them. */
export type ModelWatchSettings = ModelWatchRow & { readonly ids: readonly Pick<WatchedId, 'id'>[] };

/** Creates a watch. Refuses with `conflict` if the name is taken. */
export async function createWatch(deps: Deps, name: string, input: ModelWatchInput): Promise<ModelWatchView> {
  return await deps.db.begin(async (tx) => {
    if (!(await insertWatch(tx, deps, name, input)))
      throw new Refusal('conflict', `there is a watch ${name} already; replace it with PUT /v1/watches/${name}`);
    return await viewOf(tx, await requireWatch(tx, name));
  });
}

/**
 * Replaces a watch, or creates it if there is none of that name. If the input states what the watch has already, nothing is
 * written. `expected` is the version that the caller read; null for any.
 */
export async function replaceWatch(
  deps: Deps,
  idOrName: string,
  input: ModelWatchInput,
  expected: number | null,
): Promise<{ readonly watch: ModelWatchView; readonly isNew: boolean }> {
  return await deps.db.begin(async (tx) => {
    const isNew =
      (await findModelWatch(tx, idOrName)) === null && (await createAbsent(tx, deps, idOrName, input, expected));
    const row = await requireWatch(tx, idOrName, { lock: true });
    if (!isNew) {
      if (expected !== null && expected !== row.version) throw staleVersion(row.version, 'watch');
      await update(tx, deps, row, input);
    }
    return { watch: await viewOf(tx, await requireWatch(tx, idOrName)), isNew };
  });
}

/** False if somebody else has created it in the meantime. */
async function createAbsent(
  tx: Sql,
  deps: Deps,
  name: string,
  input: ModelWatchInput,
  expected: number | null,
): Promise<boolean> {
  if (name.startsWith(watchIdPrefix)) throw notFound(name);
  if (!watchNamePattern.test(name)) {
    const detail = `the name of a watch ${watchNameRule}`;
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/id' }]);
  }
  if (expected !== null) throw staleVersion(null, 'watch');
  return await insertWatch(tx, deps, name, input);
}

async function insertWatch(tx: Sql, deps: Deps, name: string, input: ModelWatchInput): Promise<boolean> {
  const id = deps.newId('wat');
  const settings = { name, ...settingsOf(input) };
  if (!(await insertModelWatch(tx, { id, ...settings, readWith: deps.identity.version, now: deps.now() })))
    return false;
  await writeIds(tx, deps, { id, ...settings }, input.ids);
  return true;
}

async function update(tx: Sql, deps: Deps, row: ModelWatchRow, input: ModelWatchInput): Promise<void> {
  const settings = settingsOf(input);
  const given = [...new Set(input.ids)];
  const before = (await listWatchedIds(tx, row.id)).map(({ id }) => id);
  const { host, owner, noticeDays } = row;
  if (JSON.stringify([host, owner, noticeDays, before]) === JSON.stringify([...Object.values(settings), given])) return;
  const next = { id: row.id, name: row.name, ...settings, readWith: deps.identity.version };
  const now = Math.max(deps.now(), row.updatedAt);
  if (!(await updateModelWatch(tx, { ...next, expected: row.version, now }))) throw staleVersion(null, 'watch');
  await writeIds(tx, deps, { id: row.id, ...settings }, input.ids, before);
}

/** Writes the ids of a watch, and announces what is due of those that it did not have before. */
async function writeIds(
  tx: Sql,
  deps: Deps,
  watch: { readonly id: string; readonly host: string | null; readonly noticeDays: readonly number[] },
  given: readonly string[],
  before: readonly string[] = [],
): Promise<void> {
  const now = deps.now();
  const ids = await readIds(tx, deps, { ids: given, host: watch.host });
  await replaceWatchedIds(tx, watch.id, { ids, now });
  const known = new Set(before);
  const ends = await findEndsOf(tx, ids);
  const added = ids.flatMap(({ id }) => (known.has(id) ? [] : (ends.get(id) ?? [])));
  await announceFirstSight(tx, deps, { watchId: watch.id, ends: listDueEnds(added, watch.noticeDays, now) });
  // The days of other watches are in the queue already.
  if (watch.noticeDays.some((day) => !noticeDaysDefault.includes(day)))
    await markEndNotices(tx, [...ends.values()].map(keyOfEnd), now);
}

/** Watches that are read again in one run. */
const rereadMax = 20;
/** Vendors release snapshots, for which ids without a date then stand. */
const rereadMs = dayMs;

/** Reads the ids of watches again after a change of the identity data, and once a day. Returns the number of watches. */
export async function rereadWatches(deps: Deps): Promise<number> {
  for (let count = 0; count < rereadMax; count += 1) {
    if (!(await deps.db.begin((tx) => rereadOne(tx, deps)))) return count;
  }
  return rereadMax;
}

async function rereadOne(tx: Sql, deps: Deps): Promise<boolean> {
  const now = deps.now();
  const readWith = deps.identity.version;
  const [stale] = await lockStaleWatches(tx, { readWith, before: now - rereadMs }, 1);
  if (stale === undefined) return false;
  const before = await listWatchedIds(tx, stale.id);
  const ids = await readIds(tx, deps, { ids: before.map(({ id }) => id), host: stale.host });
  await replaceWatchedIds(tx, stale.id, { ids, now });
  // The end of what an id stands for from now on may have had its notice days before.
  const known = new Set([...(await findEndsOf(tx, before)).values()].map(textOfEnd));
  const added = [...(await findEndsOf(tx, ids)).values()].filter((end) => !known.has(textOfEnd(end)));
  await announceFirstSight(tx, deps, { watchId: stale.id, ends: listDueEnds(added, stale.noticeDays, now) });
  await noteReading(tx, stale.id, { readWith, now });
  return true;
}

function settingsOf({ host, owner, noticeDays }: ModelWatchInput) {
  return { host: host ?? null, owner: owner ?? null, noticeDays: sortNoticeDays(noticeDays ?? noticeDaysDefault) };
}

/** A watch with what is known of each of its ids, by the id or the name of the watch. Refuses with `not_found`. */
export async function getWatch(deps: Deps, idOrName: string): Promise<ModelWatchView> {
  return await viewOf(deps.db.sql, await requireWatch(deps.db.sql, idOrName));
}

/** A watch with its ids as they were given; null if there is none. */
export async function findWatchSettings(deps: Deps, idOrName: string): Promise<ModelWatchSettings | null> {
  const row = await findModelWatch(deps.db.sql, idOrName);
  return row === null ? null : { ...row, ids: await listWatchedIds(deps.db.sql, row.id) };
}

/** Watches without their ids, oldest first. */
export async function listWatches(
  deps: Deps,
  page: { readonly after: string | null; readonly limit: number },
): Promise<ModelWatchRow[]> {
  return await listRows(deps.db.sql, page);
}

export async function deleteWatch(deps: Deps, idOrName: string): Promise<void> {
  const { id } = await requireWatch(deps.db.sql, idOrName);
  if (!(await deleteRow(deps.db.sql, id))) throw notFound(idOrName);
}

/** A watch by its id or name. Refuses with `not_found`. */
export async function requireWatch(
  db: Sql,
  idOrName: string,
  how: { readonly lock?: boolean } = {},
): Promise<ModelWatchRow> {
  const row = await findModelWatch(db, idOrName, how);
  if (row === null) throw notFound(idOrName);
  return row;
}

function notFound(idOrName: string): Refusal {
  return new Refusal('not_found', `there is no watch ${idOrName}; GET /v1/watches lists those that exist`);
}

async function viewOf(db: Sql, row: ModelWatchRow): Promise<ModelWatchView> {
  const ids = await listWatchedIds(db, row.id);
  const stages = new Map((await listModelStages(db, ids)).map((one) => [keyOf(one), one.stage]));
  const ends = await findEndsOf(db, ids);
  return {
    ...row,
    ids: ids.map((one) => ({ ...one, stage: stages.get(keyOf(one)) ?? null, end: ends.get(one.id) ?? null })),
  };
}

function keyOf({ vendor, slug }: { readonly vendor: string | null; readonly slug: string | null }): string {
  return `${vendor} ${slug}`;
}
