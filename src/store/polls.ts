import type postgres from 'postgres';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp, timestampTexts } from './postgres-types.ts';

export type PollResult = 'running' | 'ok' | 'not_modified' | 'suspect' | 'failed' | 'aborted';
export type PollKind = 'scheduled' | 'manual' | 'snapshot';

export type PollRow = {
  readonly id: string;
  readonly feedId: string;
  readonly kind: PollKind;
  readonly result: PollResult;
  /** The tick it was scheduled for; null if it was requested. */
  readonly scheduledFor: Instant | null;
  readonly startedAt: Instant;
  readonly observedAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly items: number;
  readonly newItems: number;
  readonly changedItems: number;
  readonly vanishedItems: number;
  readonly lostItems: number;
  readonly bytes: number | null;
  readonly bytesHash: string | null;
  readonly frozenVendors: string[];
  readonly suspectReason: string | null;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
  readonly httpStatus: number | null;
};

function pollColumns(db: Sql) {
  return db`id, feed_id as "feedId", kind, result, scheduled_for as "scheduledFor", started_at as "startedAt",
    observed_at as "observedAt", finished_at as "finishedAt",
    items, new_items as "newItems", changed_items as "changedItems", vanished_items as "vanishedItems", lost_items as "lostItems",
    bytes, bytes_hash as "bytesHash", frozen_vendors as "frozenVendors", suspect_reason as "suspectReason",
    error_code as "errorCode", error_detail as "errorDetail", http_status as "httpStatus"`;
}

/** Inserts a running poll. False if one is already running or another node has polled for the same tick. */
export async function insertRunningPoll(
  db: Sql,
  poll: { id: string; feedId: string; kind: PollKind; scheduledFor: Instant | null; startedAt: Instant },
): Promise<boolean> {
  const rows = await db`
    insert into polls (id, feed_id, kind, result, scheduled_for, started_at)
    values (${poll.id}, ${poll.feedId}, ${poll.kind}, 'running', ${timestamp(poll.scheduledFor)}, ${timestamp(poll.startedAt)})
    on conflict do nothing returning id`;
  return rows.length === 1;
}

export type PollEnd = {
  readonly result: Exclude<PollResult, 'running' | 'aborted'>;
  readonly observedAt: Instant | null;
  readonly finishedAt: Instant;
  readonly items?: number;
  readonly newItems?: number;
  readonly changedItems?: number;
  readonly vanishedItems?: number;
  readonly lostItems?: number;
  readonly bytes?: number | null;
  readonly bytesHash?: string | null;
  readonly frozenVendors?: readonly string[];
  readonly suspectReason?: string | null;
  readonly errorCode?: string | null;
  readonly errorDetail?: string | null;
  readonly httpStatus?: number | null;
};

/** Locks a poll for the transaction, so that it cannot be aborted; false if it is no longer running. */
export async function lockRunningPoll(db: Sql, id: string): Promise<boolean> {
  const rows = await db`select id from polls where id = ${id} and result = 'running' for update`;
  return rows.length === 1;
}

/** Records the end of a running poll. */
export async function finishPoll(db: Sql, id: string, end: PollEnd): Promise<void> {
  await db`
    update polls set result = ${end.result}, observed_at = ${timestamp(end.observedAt)},
      finished_at = ${timestamp(end.finishedAt)}, items = ${end.items ?? 0}, new_items = ${end.newItems ?? 0},
      changed_items = ${end.changedItems ?? 0}, vanished_items = ${end.vanishedItems ?? 0}, lost_items = ${end.lostItems ?? 0},
      bytes = ${end.bytes ?? null}, bytes_hash = ${end.bytesHash ?? null}, frozen_vendors = ${end.frozenVendors ?? []},
      suspect_reason = ${end.suspectReason ?? null}, error_code = ${end.errorCode ?? null}, error_detail = ${end.errorDetail ?? null},
      http_status = ${end.httpStatus ?? null}
    where id = ${id} and result = 'running'`;
}

/** Marks polls as aborted whose reader's lease has expired. */
export async function abortLostPolls(db: Sql, now: Instant): Promise<number> {
  const rows = await db`
    update polls set result = 'aborted', finished_at = ${timestamp(now)}, error_code = 'aborted',
      error_detail = 'the polling process stopped before it finished; nothing from this poll was kept'
    from feeds
    where polls.result = 'running' and feeds.id = polls.feed_id
      and (feeds.lease_until is null or feeds.lease_until < clock_timestamp()) returning polls.id`;
  return rows.length;
}

export async function findPoll(db: Sql, id: string): Promise<PollRow | null> {
  const rows = await db<PollRow[]>`select ${pollColumns(db)} from polls where id = ${id}`;
  return rows[0] ?? null;
}

/** Newest first; `before` is the last row of the previous page. */
export async function listPolls(
  db: Sql,
  feedId: string,
  page: { before: { startedAt: Instant; id: string } | null; limit: number },
): Promise<PollRow[]> {
  const { before } = page;
  return await db<PollRow[]>`
    select ${pollColumns(db)} from polls where feed_id = ${feedId}
      ${before === null ? db`` : db`and (started_at, id) < (${timestamp(before.startedAt)}, ${before.id})`}
    order by started_at desc, id desc limit ${page.limit}`;
}

/** The latest poll of a feed that received a payload, accepted or suspect. */
export async function findLatestReading(db: Sql, feedId: string): Promise<PollRow | null> {
  const rows = await db<PollRow[]>`
    select ${pollColumns(db)} from polls where feed_id = ${feedId} and observed_at is not null
    order by observed_at desc, id desc limit 1`;
  return rows[0] ?? null;
}

/** The latest accepted poll of a feed, which "not modified" refers to. */
export async function findLastAccepted(db: Sql, feedId: string): Promise<PollRow | null> {
  const rows = await db<PollRow[]>`
    select ${pollColumns(db)} from polls where feed_id = ${feedId} and result in ('ok', 'not_modified')
    order by observed_at desc, id desc limit 1`;
  return rows[0] ?? null;
}

/** The latest finished poll of each feed, for its health. */
export async function listLatestPolls(db: Sql): Promise<PollRow[]> {
  return await db<PollRow[]>`
    select distinct on (feed_id) ${pollColumns(db)} from polls where result <> 'running' order by feed_id, started_at desc, id desc`;
}

/** The last accepted read of every feed that has one, and the vendors that were frozen in it. */
export async function listLatestReads(
  db: Sql,
): Promise<{ readonly feedId: string; readonly readAt: Instant; readonly frozenVendors: string[] }[]> {
  return await db<{ feedId: string; readAt: Instant; frozenVendors: string[] }[]>`
    select f.id as "feedId", r.observed_at as "readAt", r.frozen_vendors as "frozenVendors"
    from feeds f cross join lateral (
      select p.observed_at, p.frozen_vendors from polls p where p.feed_id = f.id and p.result in ('ok', 'not_modified')
      order by p.observed_at desc, p.id desc limit 1) r
    order by f.id`;
}

/** For each given vendor, the last accepted read of a feed in which it was not frozen; for `any`, in which no vendor was. */
export async function listLastReads(
  db: Sql,
  feedId: string,
  vendors: readonly string[],
): Promise<{ vendor: string; observedAt: Instant | null }[]> {
  return await db<{ vendor: string; observedAt: Instant | null }[]>`
    select v.vendor, (select p.observed_at from polls p
      where p.feed_id = ${feedId} and p.result in ('ok', 'not_modified')
        and (case when v.vendor = 'any' then p.frozen_vendors = '{}' else not (v.vendor = any(p.frozen_vendors)) end)
      order by p.observed_at desc, p.id desc limit 1) as "observedAt"
    from unnest(${vendors}::text[]) as v(vendor) order by v.vendor`;
}

/** Whether a read counts for a vendor: it was not frozen; for `any`, no vendor was. */
function readCounts(db: Sql, read: postgres.Fragment, vendor: postgres.Fragment) {
  return db`(case when ${vendor} = 'any' then ${read}.frozen_vendors = '{}' else not (${vendor} = any(${read}.frozen_vendors)) end)`;
}

/**
 * For every feed and vendor the first accepted read; for each ask, the accepted reads around its moment (the last at or before
 * it, the first at or after it). Vendor `any` means reads in which no vendor was frozen. The nearest read of a moment, which nearly
 * always counts for every vendor, is looked up once.
 */
export async function listReads(
  db: Sql,
  vendors: readonly string[],
  asks: readonly { readonly feedId: string; readonly vendor: string; readonly at: Instant }[],
): Promise<{ feedId: string; vendor: string; readAt: Instant }[]> {
  const around = asks.filter((ask) => Number.isFinite(ask.at));
  const counts = (read: postgres.Fragment, vendor: postgres.Fragment) => readCounts(db, read, vendor);
  return await db<{ feedId: string; vendor: string; readAt: Instant }[]>`
    with around as (select a.feed_id, a.vendor, a.moment
      from unnest(${around.map((ask) => ask.feedId)}::text[], ${around.map((ask) => ask.vendor)}::text[],
        ${timestampTexts(around.map((ask) => ask.at))}::timestamptz[]) as a(feed_id, vendor, moment)),
    firsts as materialized (
      select f.id as feed_id, p.observed_at, p.frozen_vendors from feeds f cross join lateral (
        select p.observed_at, p.frozen_vendors from polls p where p.feed_id = f.id and p.result in ('ok', 'not_modified')
        order by p.observed_at, p.id limit 1) p),
    befores as materialized (
      select m.feed_id, m.moment, p.observed_at, p.frozen_vendors from (select distinct feed_id, moment from around) m
      cross join lateral (
        select p.observed_at, p.frozen_vendors from polls p where p.feed_id = m.feed_id and p.result in ('ok', 'not_modified')
          and p.observed_at <= m.moment
        order by p.observed_at desc, p.id desc limit 1) p),
    afters as materialized (
      select m.feed_id, m.moment, p.observed_at, p.frozen_vendors from (select distinct feed_id, moment from around) m
      cross join lateral (
        select p.observed_at, p.frozen_vendors from polls p where p.feed_id = m.feed_id and p.result in ('ok', 'not_modified')
          and p.observed_at >= m.moment
        order by p.observed_at, p.id limit 1) p)
    select f.feed_id as "feedId", v.vendor, r.observed_at as "readAt"
    from firsts f cross join unnest(${vendors}::text[]) as v(vendor) cross join lateral (
      select f.observed_at where ${counts(db`f`, db`v.vendor`)} union all
      (select p.observed_at from polls p where not ${counts(db`f`, db`v.vendor`)}
        and p.feed_id = f.feed_id and p.result in ('ok', 'not_modified') and ${counts(db`p`, db`v.vendor`)}
      order by p.observed_at, p.id limit 1)) r
    union
    select a.feed_id, a.vendor, r.observed_at
    from around a join befores b on b.feed_id = a.feed_id and b.moment = a.moment cross join lateral (
      select b.observed_at where ${counts(db`b`, db`a.vendor`)} union all
      (select p.observed_at from polls p where not ${counts(db`b`, db`a.vendor`)}
        and p.feed_id = a.feed_id and p.result in ('ok', 'not_modified') and p.observed_at <= a.moment
        and ${counts(db`p`, db`a.vendor`)}
      order by p.observed_at desc, p.id desc limit 1)) r
    union
    select a.feed_id, a.vendor, r.observed_at
    from around a join afters f on f.feed_id = a.feed_id and f.moment = a.moment cross join lateral (
      select f.observed_at where ${counts(db`f`, db`a.vendor`)} union all
      (select p.observed_at from polls p where not ${counts(db`f`, db`a.vendor`)}
        and p.feed_id = a.feed_id and p.result in ('ok', 'not_modified') and p.observed_at >= a.moment
        and ${counts(db`p`, db`a.vendor`)}
      order by p.observed_at, p.id limit 1)) r
    order by 1, 2, 3`;
}

/** An accepted read, and the vendors of which it said nothing. */
export type AcceptedRead = {
  readonly id: string;
  readonly feedId: string;
  readonly readAt: Instant;
  readonly frozenVendors: readonly string[];
};

/** The most accepted reads that one statement returns. */
export const readsPerPageMax = 2000;

/** Accepted reads of all feeds after another one (null: from the first): feed by feed, oldest first. */
export async function listAcceptedReads(db: Sql, after: AcceptedRead | null): Promise<AcceptedRead[]> {
  return await db<AcceptedRead[]>`
    select id, feed_id as "feedId", observed_at as "readAt", frozen_vendors as "frozenVendors" from polls
    where result in ('ok', 'not_modified')
      ${after === null ? db`` : db`and (feed_id, observed_at, id) > (${after.feedId}, ${timestamp(after.readAt)}, ${after.id})`}
    order by feed_id, observed_at, id limit ${readsPerPageMax}`;
}

/** The number of accepted reads of all feeds, or `max` if there are more. */
export async function countAcceptedReads(db: Sql, max: number): Promise<number> {
  return (await countEvidence(db, max)).reads;
}

/** The number of feeds, and of their accepted reads, or `readsMax` if there are more. */
export async function countEvidence(db: Sql, readsMax: number): Promise<{ feeds: number; reads: number }> {
  const rows = await db<{ feeds: number; reads: number }[]>`
    select (select count(*)::int from feeds) as feeds,
      (select count(*)::int from (select from polls where result in ('ok', 'not_modified') limit ${readsMax}) as counted) as reads`;
  return rows[0] ?? { feeds: 0, reads: 0 };
}
