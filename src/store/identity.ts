import type { IdentityEntry } from '../domain/identity/entries.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { withReadableEntries } from './malformed-rows.ts';
import { json, timestamp } from './postgres-types.ts';

/** An addition to the identity data, made by a curator. */
export type AdditionRow = {
  readonly id: string;
  readonly revision: number;
  /** Null if it only withdraws another addition. */
  readonly entry: IdentityEntry | null;
  readonly supersedes: string | null;
  readonly reason: string;
  readonly sourceUrl: string | null;
  readonly decidedBy: string;
  readonly createdAt: Instant;
};

/** An addition with the id of the one that superseded it, if any. */
export type ListedAddition = AdditionRow & { readonly supersededBy: string | null };

/** False if another addition has already superseded the same one. */
export async function insertAddition(db: Sql, row: AdditionRow): Promise<boolean> {
  const rows = await db`
    insert into identity_additions (id, revision, entry, supersedes, reason, source_url, decided_by, created_at)
    values (${row.id}, ${row.revision}, ${json(db, row.entry)}, ${row.supersedes},
      ${row.reason}, ${row.sourceUrl}, ${row.decidedBy}, ${timestamp(row.createdAt)})
    on conflict do nothing returning id`;
  return rows.length === 1;
}

/** Additions, newest first, starting before a revision. */
export async function listAdditions(
  db: Sql,
  page: { before: number | null; limit: number },
): Promise<ListedAddition[]> {
  const rows = await db<ListedAddition[]>`
    select a.id, a.revision, a.entry, a.supersedes, a.reason, a.source_url as "sourceUrl", a.decided_by as "decidedBy",
      a.created_at as "createdAt", b.id as "supersededBy"
    from identity_additions a left join identity_additions b on b.supersedes = a.id
    where true ${page.before === null ? db`` : db`and a.revision < ${page.before}`}
    order by a.revision desc limit ${page.limit}`;
  return withReadableEntries(rows);
}

export async function findAddition(db: Sql, id: string): Promise<ListedAddition | null> {
  const rows = await db<ListedAddition[]>`
    select a.id, a.revision, a.entry, a.supersedes, a.reason, a.source_url as "sourceUrl", a.decided_by as "decidedBy",
      a.created_at as "createdAt", b.id as "supersededBy"
    from identity_additions a left join identity_additions b on b.supersedes = a.id where a.id = ${id}`;
  return withReadableEntries(rows)[0] ?? null;
}

/** The additions in force at a revision, oldest first. */
export async function listAdditionsInForce(
  db: Sql,
  revision: number,
): Promise<{ id: string; entry: IdentityEntry; reason: string }[]> {
  const rows = await db<{ id: string; entry: IdentityEntry; reason: string }[]>`
    select a.id, a.entry, a.reason from identity_additions a
    where a.entry is not null and a.revision <= ${revision}
      and not exists (select from identity_additions b where b.supersedes = a.id and b.revision <= ${revision})
    order by a.revision`;
  return withReadableEntries(rows);
}
