import type { EndKey } from '../domain/ends/end.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { batchesOf, json, timestamp } from './postgres-types.ts';

/** An end of an id of a family. */
export type FamilyEnd = EndKey & { readonly vendor: string; readonly family: string };

function toColumns({ vendor, family, id, scope, host }: FamilyEnd) {
  return { vendor, family, id, scope, host: host ?? '' };
}

/** Marks ends whose notices have to be looked at by `dueAt`, because they or a watch have changed. */
export async function markEndNotices(db: Sql, ends: readonly FamilyEnd[], dueAt: Instant): Promise<void> {
  for (const batch of batchesOf(ends))
    await db`
      insert into end_notice_queue as q (vendor, family, id, scope, host, due_at)
      select distinct vendor, family, id, scope, host, ${timestamp(dueAt)}::timestamptz
      from json_to_recordset(${json(db, batch.map(toColumns))}) as t(vendor text, family text, id text, scope text, host text)
      order by vendor, family, id, scope, host
      on conflict (vendor, family, id, scope, host) do update set due_at = excluded.due_at where q.due_at > excluded.due_at`;
}

/** Marks every stated end, after an import. */
export async function markEveryEnd(db: Sql): Promise<void> {
  await db`
    insert into end_notice_queue (vendor, family, id, scope, host, due_at)
    select vendor, family, id, scope, host, '-infinity' from model_ends where known_to is null and kind is not null
    order by vendor, family, id, scope, host on conflict do nothing`;
}

/** Locks ends whose notices have to be looked at, the longest due first. Those that another node has locked are left out. */
export async function lockDueNotices(db: Sql, now: Instant, limit: number): Promise<FamilyEnd[]> {
  return await db<FamilyEnd[]>`
    select vendor, family, id, scope, nullif(host, '') as host from end_notice_queue where due_at <= ${timestamp(now)}
    order by due_at, vendor, family, id, scope, host limit ${limit} for update skip locked`;
}

/** Sets when to look at ends again; those without a time are removed. */
export async function postponeNotices(
  db: Sql,
  ends: readonly (FamilyEnd & { readonly nextAt: Instant | null })[],
): Promise<void> {
  const rows = ends.map((end) => ({ ...toColumns(end), next_at: timestamp(end.nextAt) }));
  await db`
    with looked as (
      select * from json_to_recordset(${json(db, rows)}) as t(vendor text, family text, id text, scope text, host text,
        next_at timestamptz)),
    finished as (
      delete from end_notice_queue q using looked t
      where t.next_at is null and (q.vendor, q.family, q.id, q.scope, q.host) = (t.vendor, t.family, t.id, t.scope, t.host))
    update end_notice_queue q set due_at = t.next_at from looked t
    where t.next_at is not null and (q.vendor, q.family, q.id, q.scope, q.host) = (t.vendor, t.family, t.id, t.scope, t.host)`;
}

export type NewNotice = FamilyEnd & {
  readonly dateFrom: Instant;
  readonly day: number;
  readonly isEarliest: boolean;
  /** Null: nobody is notified. */
  readonly eventId: string | null;
};

/** Records notices whose events exist, and returns the ids of those events that had not been recorded: the index decides. */
export async function insertEndNotices(db: Sql, notices: readonly NewNotice[], now: Instant): Promise<Set<string>> {
  if (notices.length === 0) return new Set();
  const rows = notices.map(({ dateFrom, day, isEarliest, eventId, ...end }) => ({
    ...toColumns(end),
    date_from: timestamp(dateFrom),
    day,
    is_earliest: isEarliest,
    event_id: eventId,
  }));
  const inserted = await db<{ eventId: string | null }[]>`
    insert into end_notices (vendor, family, id, scope, host, date_from, day, is_earliest, event_id, noticed_at)
    select vendor, family, id, scope, host, date_from, day, is_earliest, event_id, ${timestamp(now)}
    from json_to_recordset(${json(db, rows)}) as t(vendor text, family text, id text, scope text, host text, date_from timestamptz,
      day int, is_earliest boolean, event_id text)
    order by vendor, family, id, scope, host, date_from, day on conflict do nothing returning event_id as "eventId"`;
  return new Set(inserted.flatMap(({ eventId }) => eventId ?? []));
}

/** A watch that an end concerns. `end` is the place of the end in the given list. */
export type ConcernedWatch = {
  readonly end: number;
  readonly watchId: string;
  readonly noticeDays: readonly number[];
  /** Since when the watch has the id. */
  readonly addedAt: Instant;
};

/**
 * The ids `i` of watches that the end `t` concerns. The vendor's end concerns an id at a host only while that host states none, and
 * the end of a snapshot concerns an id that stands for it only while the id itself has none.
 */
export function concernedIds(db: Sql) {
  const stated = db`o.kind is not null and o.known_to is null and o.vendor = i.vendor`;
  return db`(
    select i.* from (
      select watch_id, id, vendor, name, stands_for, coalesce(host, '') as host, added_at from model_watch_ids
      where vendor = t.vendor and name = t.id
      union all
      select watch_id, id, vendor, name, stands_for, coalesce(host, ''), added_at from model_watch_ids
      where vendor = t.vendor and stands_for = t.id and name <> t.id) i
    where t.scope <> 'plan' and (i.host = t.host or t.scope = 'vendor')
      and (i.host = t.host or not exists (
        select from model_ends o where ${stated} and o.id in (i.name, i.stands_for) and o.scope = 'host' and o.host = i.host))
      and (i.name = t.id or not exists (
        select from model_ends o where ${stated} and o.id = i.name and o.scope = t.scope and o.host = t.host)))`;
}

/** The watches that each end concerns. */
export async function listConcernedWatches(db: Sql, ends: readonly FamilyEnd[]): Promise<ConcernedWatch[]> {
  if (ends.length === 0) return [];
  const rows = ends.map((end, place) => ({ ...toColumns(end), place }));
  return await db<ConcernedWatch[]>`
    select t.place as end, i.watch_id as "watchId", w.notice_days as "noticeDays", min(i.added_at) as "addedAt"
    from json_to_recordset(${json(db, rows)}) as t(place int, vendor text, family text, id text, scope text, host text)
      cross join lateral ${concernedIds(db)} i join model_watches w on w.id = i.watch_id
    group by t.place, i.watch_id, w.notice_days order by t.place, i.watch_id`;
}

/** An id of a watch, and the start of the day or month of its planned or firm end. */
export type WatchedDate = { readonly watch: string; readonly id: string; readonly date: Instant };

/** The planned and firm ends of watched ids that are not over, the most urgent first, from a day on. */
export async function listWatchedDates(db: Sql, from: Instant, limit: number): Promise<WatchedDate[]> {
  return await db<WatchedDate[]>`
    select w.name as watch, i.id, t.date_from as date
    from model_ends t cross join lateral ${concernedIds(db)} i join model_watches w on w.id = i.watch_id
    where t.known_to is null and t.kind in ('planned', 'firm') and t.ended_at is null and t.due_at >= ${timestamp(from)}
      and t.date_from is not null
    order by t.due_at, t.vendor, t.family, t.id, t.scope, t.host, w.name, i.id limit ${limit}`;
}

/** The watches with an id of a model, at whatever host. */
export async function listWatchesOfModel(
  db: Sql,
  { vendor, slug }: { readonly vendor: string; readonly slug: string },
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select distinct watch_id as id from model_watch_ids where vendor = ${vendor} and slug = ${slug} and slug is not null order by 1`;
  return rows.map(({ id }) => id);
}
