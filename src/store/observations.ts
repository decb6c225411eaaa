import type { FeedItem } from '../domain/feeds/item.ts';
import type { Trust } from '../domain/feeds/trust.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { batchesOf, json, timestamp } from './postgres-types.ts';

export type NewObservation = {
  readonly id: string;
  readonly feedId: string;
  readonly pollId: string;
  readonly itemHash: string;
  readonly observedAt: Instant;
  readonly ingestedAt: Instant;
  readonly item: FeedItem;
};

/** The latest observation of each given item, to detect changes. */
export async function listLatestItems(
  db: Sql,
  feedId: string,
  itemKeys: readonly string[],
): Promise<{ itemKey: string; item: FeedItem }[]> {
  return await db<{ itemKey: string; item: FeedItem }[]>`
    select distinct on (item_key) item_key as "itemKey", item from observations
    where feed_id = ${feedId} and item_key = any(${itemKeys}) order by item_key, observed_at desc, seq desc`;
}

export async function insertObservations(db: Sql, observations: readonly NewObservation[]): Promise<void> {
  for (const batch of batchesOf(observations)) {
    const rows = batch.map(({ item, ...row }) => ({
      id: row.id,
      feed_id: row.feedId,
      poll_id: row.pollId,
      item_key: item.key,
      item_hash: row.itemHash,
      observed_at: timestamp(row.observedAt),
      ingested_at: timestamp(row.ingestedAt),
      name: item.name,
      host: item.host,
      item_trust: item.trust ?? null,
      released_text: item.released?.text ?? null,
      released_weight: item.released?.weight ?? null,
      stated_stage: item.stage ?? null,
      source_as_of: item.released?.text ?? item.publishedAt ?? item.statedOn ?? null,
      source_url: item.sourceUrl ?? null,
      item,
    }));
    await db`
      insert into observations (id, feed_id, poll_id, item_key, item_hash, observed_at, ingested_at, name, host, item_trust,
        released_text, released_weight, stated_stage, source_as_of, source_url, item)
      select id, feed_id, poll_id, item_key, item_hash, observed_at, ingested_at, name, host, item_trust,
        released_text, released_weight, stated_stage, source_as_of, source_url, item
      from json_to_recordset(${json(db, rows)}) as t(id text, feed_id text, poll_id text, item_key text, item_hash text,
        observed_at timestamptz, ingested_at timestamptz, name text, host text, item_trust text,
        released_text text, released_weight text, stated_stage text, source_as_of text, source_url text, item jsonb)`;
  }
}

/** Collects the planner's statistics of the tables that a large payload fills. */
export async function analyzeEvidence(db: Sql): Promise<void> {
  await db`analyze observations, sightings, item_readings`;
}

export type ObservationRow = {
  readonly id: string;
  readonly seq: number;
  readonly feedId: string;
  readonly feedSlug: string;
  readonly origin: string;
  readonly trust: Trust;
  /** The trust in this row if the parser trusts it less than its feed; otherwise null. */
  readonly itemTrust: Trust | null;
  readonly pollId: string;
  readonly itemKey: string;
  readonly name: string;
  readonly host: string | null;
  readonly observedAt: Instant;
  readonly ingestedAt: Instant;
  readonly sourceAsOf: string | null;
  readonly sourceUrl: string | null;
  readonly itemHash: string;
  readonly item: FeedItem;
  readonly outcome: 'model' | 'none' | null;
  readonly reason: string | null;
  readonly vendor: string | null;
  readonly family: string | null;
  readonly modelVersion: string | null;
  readonly tier: string | null;
  readonly stage: string | null;
};

export type ObservationFilter = {
  readonly feed?: string;
  readonly vendor?: string;
  readonly family?: string;
  readonly name?: string;
  readonly ids?: readonly string[];
};

/** Newest first by ingestion; only observations made by `asOf`. */
export async function listObservations(
  db: Sql,
  filter: ObservationFilter,
  page: { before: number | null; asOf: Instant | null; limit: number },
): Promise<ObservationRow[]> {
  return await db<ObservationRow[]>`
    select o.id, o.seq, o.feed_id as "feedId", f.slug as "feedSlug", f.origin, f.trust, o.item_trust as "itemTrust",
      o.poll_id as "pollId", o.item_key as "itemKey", o.name, o.host,
      o.observed_at as "observedAt", o.ingested_at as "ingestedAt", o.source_as_of as "sourceAsOf", o.source_url as "sourceUrl",
      o.item_hash as "itemHash", o.item, r.outcome, r.reason, r.vendor, r.family, r.model_version as "modelVersion", r.tier, r.stage
    from observations o join feeds f on f.id = o.feed_id
    left join item_readings r on r.feed_id = o.feed_id and r.item_key = o.item_key
    where true
      ${filter.feed === undefined ? db`` : db`and (f.id = ${filter.feed} or f.slug = ${filter.feed})`}
      ${filter.vendor === undefined ? db`` : db`and r.vendor = ${filter.vendor}`}
      ${filter.family === undefined ? db`` : db`and r.family = ${filter.family}`}
      ${filter.name === undefined ? db`` : db`and o.name = ${filter.name}`}
      ${filter.ids === undefined ? db`` : db`and o.id = any(${filter.ids})`}
      ${page.before === null ? db`` : db`and o.seq < ${page.before}`}
      ${page.asOf === null ? db`` : db`and o.observed_at <= ${timestamp(page.asOf)}`}
    order by o.seq desc limit ${page.limit}`;
}
