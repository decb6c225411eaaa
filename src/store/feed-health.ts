import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** Records that a payload was accepted and ends an episode of silence. The caller must hold the feed's lock. */
export async function recordAdvance(db: Sql, feedId: string, now: Instant): Promise<void> {
  await db`
    update feeds set advanced_at = greatest(advanced_at, ${timestamp(now)}), unhealthy_since = null where id = ${feedId}`;
}

export type SilentFeed = {
  readonly id: string;
  readonly slug: string;
  readonly adapter: string;
  readonly url: string | null;
  readonly advancedAt: Instant | null;
};

/**
 * Feeds that are polled, have no open episode of silence, are not being read, and were last created, edited or advanced
 * before `before`.
 */
export async function listSilentFeeds(db: Sql, before: Instant): Promise<SilentFeed[]> {
  return await db<SilentFeed[]>`
    select id, slug, adapter, url, advanced_at as "advancedAt" from feeds
    where enabled and url is not null and unhealthy_since is null
      and greatest(coalesce(advanced_at, created_at), updated_at) < ${timestamp(before)}
      and not exists (select from polls where polls.feed_id = feeds.id and polls.result = 'running')
    order by created_at, id`;
}

/** Opens an episode of silence; false if another node has opened it or the feed has advanced meanwhile. */
export async function recordSilence(
  db: Sql,
  feedId: string,
  { before, now }: { readonly before: Instant; readonly now: Instant },
): Promise<boolean> {
  const rows = await db`
    update feeds set unhealthy_since = ${timestamp(now)}
    where id = ${feedId} and enabled and url is not null and unhealthy_since is null
      and greatest(coalesce(advanced_at, created_at), updated_at) < ${timestamp(before)} returning id`;
  return rows.length === 1;
}

export type PollCounts = { readonly feedId: string; readonly suspect: number; readonly failed: number };

/** How many polls of each feed were suspect and how many failed since a moment. */
export async function countTroubledPolls(db: Sql, since: Instant): Promise<PollCounts[]> {
  return await db<PollCounts[]>`
    select feed_id as "feedId", (count(*) filter (where result = 'suspect'))::int as suspect,
      (count(*) filter (where result in ('failed', 'aborted')))::int as failed
    from polls where started_at >= ${timestamp(since)} group by feed_id order by feed_id`;
}

/** How many rows of each feed's last payload could not be read. */
export async function listLostItems(db: Sql): Promise<{ feedId: string; lost: number }[]> {
  return await db<{ feedId: string; lost: number }[]>`
    select f.id as "feedId", p.lost_items as lost from feeds f cross join lateral (
      select lost_items from polls where feed_id = f.id and result in ('ok', 'suspect')
      order by started_at desc, id desc limit 1) p
    order by f.id`;
}

export type StatedRow = {
  readonly feedId: string;
  readonly origin: string;
  readonly model: string;
  readonly released: string | null;
  readonly shutdown: string | null;
  readonly input: string | null;
  readonly output: string | null;
};

/** The facts that each feed currently states about models in their vendors' own namespaces. */
export async function listStatements(db: Sql, rowsMax: number): Promise<StatedRow[]> {
  return await db<StatedRow[]>`
    select f.id as "feedId", f.origin, concat_ws(' ', r.vendor, r.family, coalesce(r.model_version, '-'), coalesce(r.tier, '-'), r.stage,
        coalesce(r.snapshot_day, '-')) as model,
      o.released_text as released, o.item->'attributes'->>'input_usd_per_mtok' as input,
      case when o.item->'end'->>'kind' is distinct from 'earliest' and coalesce(o.item->'end'->>'scope', 'vendor') = 'vendor'
        then o.item->>'shutdown' end as shutdown,
      o.item->'attributes'->>'output_usd_per_mtok' as output
    from sightings s join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key and r.outcome = 'model' and r.own
    join feeds f on f.id = s.feed_id
    cross join lateral (
      select released_text, stated_stage, item from observations where feed_id = s.feed_id and item_key = s.item_key
      order by observed_at desc, seq desc limit 1) o
    where s.gone_at is null and coalesce(o.stated_stage, '') not in ('announced', 'limited')
    order by f.id, s.item_key limit ${rowsMax}`;
}
