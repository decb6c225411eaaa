import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

/** One change: who made it, with which operation, to which resource, and the resource before and after. */
export type AuditRow = {
  readonly id: string;
  readonly recordedAt: Instant;
  /** The id of a key, `admin`, or `cli`. */
  readonly actor: string;
  readonly operation: string;
  readonly path: string | null;
  readonly resourceId: string | null;
  readonly requestId: string | null;
  readonly before: unknown;
  readonly after: unknown;
};

export async function insertAudit(db: Sql, row: AuditRow): Promise<void> {
  await db`
    insert into audit (id, recorded_at, actor, operation, path, resource_id, request_id, before, after)
    values (${row.id}, ${timestamp(row.recordedAt)}, ${row.actor}, ${row.operation}, ${row.path}, ${row.resourceId}, ${row.requestId},
      ${json(db, row.before)}, ${json(db, row.after)})`;
}

export type AuditFilter = {
  readonly actor?: string;
  readonly operation?: string;
  readonly resourceId?: string;
};

/** Newest first, starting before a sequence number. */
export async function listAudit(
  db: Sql,
  filter: AuditFilter,
  page: { before: number | null; limit: number },
): Promise<(AuditRow & { seq: number })[]> {
  return await db<(AuditRow & { seq: number })[]>`
    select id, seq, recorded_at as "recordedAt", actor, operation, path, resource_id as "resourceId", request_id as "requestId",
      before, after
    from audit
    where true
      ${filter.actor === undefined ? db`` : db`and actor = ${filter.actor}`}
      ${filter.operation === undefined ? db`` : db`and operation = ${filter.operation}`}
      ${filter.resourceId === undefined ? db`` : db`and resource_id = ${filter.resourceId}`}
      ${page.before === null ? db`` : db`and seq < ${page.before}`}
    order by seq desc limit ${page.limit}`;
}
