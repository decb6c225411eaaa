import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { deletingUnused } from './references.ts';

/** The editable fields of a predictor. */
export type PredictorWords = { readonly name: string; readonly url: string | null };

/** A person or organization that makes predictions, with its words at one moment. */
export type PredictorRow = PredictorWords & {
  readonly id: string;
  readonly createdAt: Instant;
  /** The number of edits by that moment, the creation included, and the time of the last one. */
  readonly edits: number;
  readonly editedAt: Instant;
};

function predictorColumns(db: Sql, asOf: Instant | null) {
  const w = asOf === null ? db`p` : db`w`;
  return db`p.id, ${w}.name, ${w}.url, p.created_at as "createdAt", ${asOf === null ? db`p.edits` : db`w.edit as edits`},
    ${w}.edited_at as "editedAt"`;
}

/** Each predictor with its words at a moment; the first version for any earlier moment. */
function fromPredictors(db: Sql, asOf: Instant | null) {
  if (asOf === null) return db`predictors p`;
  return db`predictors p join predictor_versions w on w.predictor_id = p.id and w.edit = coalesce(
    (select max(x.edit) from predictor_versions x where x.predictor_id = p.id and x.edited_at <= ${timestamp(asOf)}), 1)`;
}

/** Inserts a predictor with the first version of its words. If another one has the seed key, nothing is inserted. */
export async function insertPredictor(db: Sql, predictor: PredictorRow, seedKey: string | null = null): Promise<void> {
  await db`
    with inserted as (
      insert into predictors (id, name, url, seed_key, created_at, edits, edited_at)
      values (${predictor.id}, ${predictor.name}, ${predictor.url}, ${seedKey}, ${timestamp(predictor.createdAt)},
        ${predictor.edits}, ${timestamp(predictor.editedAt)})
      on conflict (seed_key) do nothing returning *)
    insert into predictor_versions (predictor_id, edit, edited_at, name, url)
    select id, edits, edited_at, name, url from inserted`;
}

/** Writes the next version of the words of a predictor. False if its version is not `expected` or it was deleted. */
export async function updatePredictor(
  db: Sql,
  id: string,
  { expected, words, now }: { readonly expected: number; readonly words: PredictorWords; readonly now: Instant },
): Promise<boolean> {
  const rows = await db`
    with updated as (
      update predictors set name = ${words.name}, url = ${words.url}, edits = edits + 1, edited_at = ${timestamp(now)}
      where id = ${id} and edits = ${expected}
      returning *)
    insert into predictor_versions (predictor_id, edit, edited_at, name, url)
    select id, edits, edited_at, name, url from updated returning edit`;
  return rows.length === 1;
}

/** A predictor with its words at `asOf`, or now. */
export async function findPredictor(db: Sql, id: string, asOf: Instant | null = null): Promise<PredictorRow | null> {
  const rows = await db<PredictorRow[]>`
    select ${predictorColumns(db, asOf)} from ${fromPredictors(db, asOf)} where p.id = ${id}`;
  return rows[0] ?? null;
}

/** Those of the predictors with these ids that exist, in any order, with their words at `asOf`, or now. */
export async function listPredictorsById(
  db: Sql,
  ids: readonly string[],
  asOf: Instant | null,
): Promise<PredictorRow[]> {
  if (ids.length === 0) return [];
  return await db<PredictorRow[]>`
    select ${predictorColumns(db, asOf)} from ${fromPredictors(db, asOf)} where p.id = any(${[...ids]}::text[])`;
}

export async function findPredictorBySeedKey(db: Sql, seedKey: string): Promise<string | null> {
  const rows = await db<{ id: string }[]>`select id from predictors where seed_key = ${seedKey}`;
  return rows[0]?.id ?? null;
}

/** Oldest first, starting after an id; with `asOf`, those created by then with their words at that moment. */
export async function listPredictors(
  db: Sql,
  page: { asOf: Instant | null; after: string | null; limit: number },
): Promise<PredictorRow[]> {
  const { asOf } = page;
  return await db<PredictorRow[]>`
    select ${predictorColumns(db, asOf)} from ${fromPredictors(db, asOf)}
    where (${page.after}::text is null or p.id > ${page.after})
      ${asOf === null ? db`` : db`and p.created_at <= ${timestamp(asOf)}`}
    order by p.id limit ${page.limit}`;
}

/** False if a prediction, an earlier version of its words or a forecast refers to it. */
export async function deletePredictor(db: Sql, id: string): Promise<boolean> {
  return await deletingUnused(db`delete from predictors where id = ${id}`);
}
