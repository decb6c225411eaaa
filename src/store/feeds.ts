import type { Trust } from '../domain/feeds/trust.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { withReadableOptions } from './malformed-rows.ts';
import { json, timestamp } from './postgres-types.ts';

export type FeedRow = {
  readonly id: string;
  readonly slug: string;
  readonly adapter: string;
  readonly url: string | null;
  readonly trust: Trust;
  readonly origin: string;
  readonly coversAny: boolean;
  readonly covers: string[];
  readonly settlementLag: string;
  readonly settlementLagMs: number;
  readonly enabled: boolean;
  /** Options of its adapter, validated by the adapter; null if it has none, or if what is stored cannot be read. */
  readonly options: unknown;
  readonly watermark: Instant | null;
  /** The poll whose payload was last accepted; null before the first. */
  readonly acceptedPollId: string | null;
  /** When a payload was last accepted, whatever time the payload describes. */
  readonly advancedAt: Instant | null;
  /** Since when the feed has been silent; null while it is healthy. */
  readonly unhealthySince: Instant | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly knownVersion: string | null;
  readonly failures: number;
  readonly nextPollAt: Instant;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

function feedColumns(db: Sql) {
  return db`id, slug, adapter, url, trust, origin, covers_any as "coversAny", covers, settlement_lag as "settlementLag",
    settlement_lag_ms as "settlementLagMs", enabled, options, watermark, advanced_at as "advancedAt",
    unhealthy_since as "unhealthySince", accepted_poll_id as "acceptedPollId", etag, last_modified as "lastModified",
    known_version as "knownVersion", failures, next_poll_at as "nextPollAt", version,
    created_at as "createdAt", updated_at as "updatedAt"`;
}

/** False if the slug is taken. */
export async function insertFeed(db: Sql, feed: FeedRow): Promise<boolean> {
  const rows = await db`
    insert into feeds (id, slug, adapter, url, trust, origin, covers_any, covers, settlement_lag, settlement_lag_ms, enabled, options,
      next_poll_at, created_at, updated_at)
    values (${feed.id}, ${feed.slug}, ${feed.adapter}, ${feed.url}, ${feed.trust}, ${feed.origin}, ${feed.coversAny}, ${feed.covers},
      ${feed.settlementLag}, ${feed.settlementLagMs}, ${feed.enabled}, ${json(db, feed.options)}, ${timestamp(feed.nextPollAt)},
      ${timestamp(feed.createdAt)}, ${timestamp(feed.updatedAt)})
    on conflict (slug) do nothing returning id`;
  return rows.length === 1;
}

/** By id or slug. */
export async function findFeed(db: Sql, idOrSlug: string): Promise<FeedRow | null> {
  const rows = await db<
    FeedRow[]
  >`select ${feedColumns(db)} from feeds where id = ${idOrSlug} or slug = ${idOrSlug} order by id limit 1`;
  return withReadableOptions(rows)[0] ?? null;
}

/** Locks one feed for the transaction, so that its payloads are processed one at a time. */
export async function lockFeed(db: Sql, id: string): Promise<FeedRow | null> {
  const rows = await db<FeedRow[]>`select ${feedColumns(db)} from feeds where id = ${id} for update`;
  return withReadableOptions(rows)[0] ?? null;
}

/** A feed, and when its newest accepted read was observed; null before the first. */
export type ReadFeedRow = FeedRow & { readonly lastReadAt: Instant | null };

/** Every feed in reading order: builtin files first. */
export async function listFeeds(db: Sql): Promise<ReadFeedRow[]> {
  const rows = await db<ReadFeedRow[]>`
    select ${feedColumns(db)}, ${lastReadOf(db)} as "lastReadAt" from feeds
    order by (coalesce(url, '') like 'builtin:%') desc, created_at, id`;
  return withReadableOptions(rows);
}

/** When the newest accepted read of a row of `feeds` was observed. */
export function lastReadOf(db: Sql) {
  return db`(select max(p.observed_at) from polls p where p.feed_id = feeds.id and p.result in ('ok', 'not_modified'))`;
}

export type FeedChange = Partial<
  Pick<
    FeedRow,
    'url' | 'trust' | 'origin' | 'coversAny' | 'covers' | 'settlementLag' | 'settlementLagMs' | 'enabled' | 'options'
  >
>;

/**
 * False if the version has changed. A new url or new options clear the validators of the last payload, so that the next
 * poll gets a full response.
 */
export async function updateFeed(db: Sql, feed: FeedRow, change: FeedChange, now: Instant): Promise<boolean> {
  const next = { ...feed, ...change };
  const kept = change.url === undefined && change.options === undefined;
  const rows = await db`
    update feeds set url = ${next.url}, trust = ${next.trust}, origin = ${next.origin}, covers_any = ${next.coversAny},
      covers = ${next.covers}, settlement_lag = ${next.settlementLag}, settlement_lag_ms = ${next.settlementLagMs},
      enabled = ${next.enabled}, options = ${json(db, next.options)},
      etag = case when ${kept} then etag end, last_modified = case when ${kept} then last_modified end,
      known_version = case when ${kept} then known_version end, version = version + 1, updated_at = ${timestamp(now)}
    where id = ${feed.id} and version = ${feed.version} returning id`;
  return rows.length === 1;
}

/** Deletes a feed that was never read; false if it has polls. */
export async function deleteUnreadFeed(db: Sql, id: string): Promise<boolean> {
  const rows = await db`
    delete from feeds where id = ${id} and not exists (select from polls where feed_id = ${id}) returning id`;
  return rows.length === 1;
}

/**
 * Leases a feed that is due at a tick and moves its next poll beyond that tick, so that another node with the same tick
 * finds nothing due. False if it is not due or is already leased. A next poll after `strandedAfter` was planned before the
 * clock was set back, and is due.
 */
export async function leaseDueFeed(
  db: Sql,
  id: string,
  lease: { holder: string; leaseMs: number; tick: Instant; strandedAfter: Instant },
): Promise<boolean> {
  const rows = await db`
    update feeds set lease_holder = ${lease.holder}, lease_until = clock_timestamp() + ${lease.leaseMs} * interval '1 millisecond',
      next_poll_at = ${timestamp(lease.tick + 1)}
    where id = ${id} and enabled and (next_poll_at <= ${timestamp(lease.tick)} or next_poll_at > ${timestamp(lease.strandedAfter)})
      and ${isFree(db, lease.leaseMs)} returning id`;
  return rows.length === 1;
}

/** Whether no poll has a lease. One that ends later than any can was taken before the clock was set back. */
function isFree(db: Sql, leaseMs: number) {
  return db`(lease_until is null or lease_until < clock_timestamp()
    or lease_until > clock_timestamp() + ${leaseMs} * interval '1 millisecond' + interval '1 minute')`;
}

/** Leases a feed whether it is due or not; false if it is being read. */
export async function leaseFeed(db: Sql, id: string, lease: { holder: string; leaseMs: number }): Promise<boolean> {
  const rows = await db`
    update feeds set lease_holder = ${lease.holder}, lease_until = clock_timestamp() + ${lease.leaseMs} * interval '1 millisecond'
    where id = ${id} and ${isFree(db, lease.leaseMs)} returning id`;
  return rows.length === 1;
}

/** Ends a lease early, if its holder still has it. */
export async function expireLease(db: Sql, id: string, holder: string): Promise<void> {
  await db`update feeds set lease_holder = null, lease_until = null where id = ${id} and lease_holder = ${holder}`;
}

/** Releases the lease after a poll, with the failure count and the earliest time of the next poll. */
export async function releaseFeed(
  db: Sql,
  id: string,
  holder: string,
  outcome: { failures: number; nextPollAt: Instant | null },
): Promise<void> {
  await db`
    update feeds set lease_holder = null, lease_until = null, failures = ${outcome.failures},
      next_poll_at = greatest(next_poll_at, coalesce(${timestamp(outcome.nextPollAt)}::timestamptz, next_poll_at))
    where id = ${id} and lease_holder = ${holder}`;
}

/** Clears every lease at the start of the single process of an embedded database. */
export async function clearFeedLeases(db: Sql): Promise<void> {
  await db`update feeds set lease_holder = null, lease_until = null where lease_until is not null`;
}

export type Validators = {
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly knownVersion: string | null;
};

/** Advances the watermark of a feed after an accepted poll. A null payload ("not modified") keeps that of an earlier poll. */
export async function advanceWatermark(
  db: Sql,
  id: string,
  watermark: Instant,
  payload: { readonly pollId: string; readonly validators: Validators } | null,
): Promise<void> {
  const validators = payload?.validators ?? null;
  await db`
    update feeds set watermark = greatest(watermark, ${timestamp(watermark)}),
      etag = ${validators === null ? db`etag` : validators.etag},
      last_modified = ${validators === null ? db`last_modified` : validators.lastModified},
      known_version = ${validators === null ? db`known_version` : validators.knownVersion},
      accepted_poll_id = ${payload === null ? db`accepted_poll_id` : payload.pollId}
    where id = ${id}`;
}
