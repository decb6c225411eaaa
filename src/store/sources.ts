import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { deletingUnused } from './references.ts';

/** The editable fields of a source. `publishedAt` keeps its precision, such as `2025-01`. */
export type SourceWords = {
  readonly title: string;
  readonly url: string | null;
  readonly language: string | null;
  readonly author: string | null;
  readonly publishedAt: string | null;
};

/** A publication that contains predictions, with its words at one moment. */
export type SourceRow = SourceWords & {
  readonly id: string;
  readonly createdAt: Instant;
  /** The number of edits by that moment, the creation included, and the time of the last one. */
  readonly edits: number;
  readonly editedAt: Instant;
};

function sourceColumns(db: Sql, asOf: Instant | null) {
  const w = asOf === null ? db`s` : db`w`;
  return db`s.id, ${w}.title, ${w}.url, ${w}.language, ${w}.author, ${w}.published_at as "publishedAt", s.created_at as "createdAt",
    ${asOf === null ? db`s.edits` : db`w.edit as edits`}, ${w}.edited_at as "editedAt"`;
}

/** Each source with its words at a moment; the first version for any earlier moment. */
function fromSources(db: Sql, asOf: Instant | null) {
  if (asOf === null) return db`sources s`;
  return db`sources s join source_versions w on w.source_id = s.id and w.edit = coalesce(
    (select max(x.edit) from source_versions x where x.source_id = s.id and x.edited_at <= ${timestamp(asOf)}), 1)`;
}

/** Inserts a source with the first version of its words. If another one has the seed key, nothing is inserted. */
export async function insertSource(db: Sql, source: SourceRow, seedKey: string | null = null): Promise<void> {
  await db`
    with inserted as (
      insert into sources (id, title, url, language, author, published_at, seed_key, created_at, edits, edited_at)
      values (${source.id}, ${source.title}, ${source.url}, ${source.language}, ${source.author}, ${source.publishedAt}, ${seedKey},
        ${timestamp(source.createdAt)}, ${source.edits}, ${timestamp(source.editedAt)})
      on conflict (seed_key) do nothing returning *)
    insert into source_versions (source_id, edit, edited_at, title, url, language, author, published_at)
    select id, edits, edited_at, title, url, language, author, published_at from inserted`;
}

/** Writes the next version of the words of a source. False if its version is not `expected` or it was deleted. */
export async function updateSource(
  db: Sql,
  id: string,
  { expected, words, now }: { readonly expected: number; readonly words: SourceWords; readonly now: Instant },
): Promise<boolean> {
  const rows = await db`
    with updated as (
      update sources set title = ${words.title}, url = ${words.url}, language = ${words.language}, author = ${words.author},
        published_at = ${words.publishedAt}, edits = edits + 1, edited_at = ${timestamp(now)}
      where id = ${id} and edits = ${expected}
      returning *)
    insert into source_versions (source_id, edit, edited_at, title, url, language, author, published_at)
    select id, edits, edited_at, title, url, language, author, published_at from updated returning edit`;
  return rows.length === 1;
}

/** A source with its words at `asOf`, or now. */
export async function findSource(db: Sql, id: string, asOf: Instant | null = null): Promise<SourceRow | null> {
  const rows = await db<SourceRow[]>`
    select ${sourceColumns(db, asOf)} from ${fromSources(db, asOf)} where s.id = ${id}`;
  return rows[0] ?? null;
}

/** Those of the sources with these ids that exist, in any order, with their words at `asOf`, or now. */
export async function listSourcesById(db: Sql, ids: readonly string[], asOf: Instant | null): Promise<SourceRow[]> {
  if (ids.length === 0) return [];
  return await db<SourceRow[]>`
    select ${sourceColumns(db, asOf)} from ${fromSources(db, asOf)} where s.id = any(${[...ids]}::text[])`;
}

export async function findSourceBySeedKey(db: Sql, seedKey: string): Promise<string | null> {
  const rows = await db<{ id: string }[]>`select id from sources where seed_key = ${seedKey}`;
  return rows[0]?.id ?? null;
}

/** Oldest first, starting after an id; with `asOf`, those created by then with their words at that moment. */
export async function listSources(
  db: Sql,
  page: { asOf: Instant | null; after: string | null; limit: number },
): Promise<SourceRow[]> {
  const { asOf } = page;
  return await db<SourceRow[]>`
    select ${sourceColumns(db, asOf)} from ${fromSources(db, asOf)}
    where (${page.after}::text is null or s.id > ${page.after})
      ${asOf === null ? db`` : db`and s.created_at <= ${timestamp(asOf)}`}
    order by s.id limit ${page.limit}`;
}

/** False if a prediction, an earlier version of its words or a forecast refers to it. */
export async function deleteSource(db: Sql, id: string): Promise<boolean> {
  return await deletingUnused(db`delete from sources where id = ${id}`);
}
