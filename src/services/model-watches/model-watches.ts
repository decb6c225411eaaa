import type { Stage } from '../../domain/feeds/item.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
import { watchIdPrefix, watchNamePattern, watchNameRule } from '../../domain/model-watches/limits.ts';
import { noticeDaysDefault, sortNoticeDays } from '../../domain/model-watches/notice-days.ts';
import { readWatchedId, type WatchedId } from '../../domain/model-watches/watched-id.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import {
  deleteModelWatch as deleteRow,
  findModelWatch,
  insertModelWatch,
  listModelWatches as listRows,
  listWatchedIds,
  type ModelWatchRow,
  replaceWatchedIds,
  updateModelWatch,
} from '../../store/model-watches.ts';
import { listModelStages } from '../../store/models.ts';
import type { Deps } from '../deps.ts';
import { staleVersion } from '../predictions/predictions.ts';

/** What a user states of a watch. What is omitted has its default. */
export type ModelWatchInput = {
  readonly ids: readonly string[];
  readonly host?: string | null | undefined;
  readonly owner?: string | null | undefined;
  readonly noticeDays?: readonly number[] | undefined;
};

/** An id of a watch with the stage of its model; null if no feed lists the model. */
export type WatchedModel = WatchedId & { readonly stage: Stage | null };

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
  await replaceWatchedIds(tx, id, readIds(deps.identity, input));
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
  await replaceWatchedIds(tx, row.id, readIds(deps.identity, input));
}

function settingsOf({ host, owner, noticeDays }: ModelWatchInput) {
  return { host: host ?? null, owner: owner ?? null, noticeDays: sortNoticeDays(noticeDays ?? noticeDaysDefault) };
}

function readIds(identity: IdentityTable, { ids, host }: ModelWatchInput): WatchedId[] {
  return [...new Set(ids)].map((id) => readWatchedId(identity, id, host ?? null));
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

async function requireWatch(db: Sql, idOrName: string, how: { readonly lock?: boolean } = {}): Promise<ModelWatchRow> {
  const row = await findModelWatch(db, idOrName, how);
  if (row === null) throw notFound(idOrName);
  return row;
}

function notFound(idOrName: string): Refusal {
  return new Refusal('not_found', `there is no watch ${idOrName}`);
}

async function viewOf(db: Sql, row: ModelWatchRow): Promise<ModelWatchView> {
  const ids = await listWatchedIds(db, row.id);
  const stages = new Map((await listModelStages(db, ids)).map((one) => [keyOf(one), one.stage]));
  return { ...row, ids: ids.map((one) => ({ ...one, stage: stages.get(keyOf(one)) ?? null })) };
}

function keyOf({ vendor, slug }: { readonly vendor: string | null; readonly slug: string | null }): string {
  return `${vendor} ${slug}`;
}
