import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { deletingUnused } from './references.ts';

/** A publication that contains predictions. `publishedAt` keeps its precision, such as `2025-01`. */
export type SourceRow = {
  readonly id: string;
  readonly title: string;
  readonly url: string | null;
  readonly language: string | null;
  readonly author: string | null;
  readonly publishedAt: string | null;
  readonly createdAt: Instant;
};

export async function insertSource(db: Sql, source: SourceRow, seedKey: string | null = null): Promise<void> {
  await db`
    insert into sources (id, title, url, language, author, published_at, seed_key, created_at)
    values (${source.id}, ${source.title}, ${source.url}, ${source.language}, ${source.author}, ${source.publishedAt}, ${seedKey},
      ${timestamp(source.createdAt)})`;
}

export async function findSource(db: Sql, id: string): Promise<SourceRow | null> {
  const rows = await db<SourceRow[]>`
    select id, title, url, language, author, published_at as "publishedAt", created_at as "createdAt" from sources where id = ${id}`;
  return rows[0] ?? null;
}

export async function findSourceBySeedKey(db: Sql, seedKey: string): Promise<string | null> {
  const rows = await db<{ id: string }[]>`select id from sources where seed_key = ${seedKey}`;
  return rows[0]?.id ?? null;
}

/** Oldest first, starting after an id. */
export async function listSources(db: Sql, page: { after: string | null; limit: number }): Promise<SourceRow[]> {
  return await db<SourceRow[]>`
    select id, title, url, language, author, published_at as "publishedAt", created_at as "createdAt"
    from sources where ${page.after}::text is null or id > ${page.after} order by id limit ${page.limit}`;
}

/** False if a prediction, an earlier version of its words or a forecast refers to it. */
export async function deleteSource(db: Sql, id: string): Promise<boolean> {
  return await deletingUnused(db`delete from sources where id = ${id}`);
}
