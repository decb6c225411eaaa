import type { ModelId, PartialName } from '../domain/identity/model-id.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { batchesOf, json } from './postgres-types.ts';

/** What is known of a partially read name in its vendor's own namespace. */
export type PartialReading = Pick<PartialName, 'name' | 'family' | 'version' | 'tiers' | 'unknown'>;

export type NewReading = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly name: string;
  readonly outcome: 'model' | 'none';
  readonly reason: string | null;
  readonly vendor: string | null;
  readonly family: string | null;
  readonly modelVersion: string | null;
  readonly tier: string | null;
  readonly stage: ModelId['stage'] | null;
  readonly snapshotDay: string | null;
  readonly own: boolean;
  readonly partial: PartialReading | null;
  readonly identityVersion: string;
};

/** Records which models names refer to, replacing earlier readings of the same items. */
export async function recordReadings(db: Sql, readings: readonly NewReading[]): Promise<void> {
  for (const batch of batchesOf(readings)) {
    const rows = batch.map((row) => ({
      feed_id: row.feedId,
      item_key: row.itemKey,
      name: row.name,
      outcome: row.outcome,
      reason: row.reason,
      vendor: row.vendor,
      family: row.family,
      model_version: row.modelVersion,
      tier: row.tier,
      stage: row.stage,
      snapshot_day: row.snapshotDay,
      own: row.own,
      partial: row.partial,
      identity_version: row.identityVersion,
    }));
    await db`
      insert into item_readings (feed_id, item_key, name, outcome, reason, vendor, family, model_version, tier, stage,
        snapshot_day, own, partial, identity_version)
      select feed_id, item_key, name, outcome, reason, vendor, family, model_version, tier, stage, snapshot_day, own, partial,
        identity_version
      from json_to_recordset(${json(db, rows)}) as t(feed_id text, item_key text, name text, outcome text, reason text,
        vendor text, family text, model_version text, tier text, stage text, snapshot_day text, own boolean, partial jsonb,
        identity_version text)
      on conflict (feed_id, item_key) do update set name = excluded.name, outcome = excluded.outcome, reason = excluded.reason,
        vendor = excluded.vendor, family = excluded.family, model_version = excluded.model_version, tier = excluded.tier,
        stage = excluded.stage, snapshot_day = excluded.snapshot_day, own = excluded.own, partial = excluded.partial,
        identity_version = excluded.identity_version`;
  }
}

/** Items whose names were read with other identity data, with their feed and host. */
export async function listStaleReadings(
  db: Sql,
  identityVersion: string,
  limit: number,
): Promise<{ feedId: string; adapter: string; itemKey: string; name: string; host: string | null }[]> {
  return await db<{ feedId: string; adapter: string; itemKey: string; name: string; host: string | null }[]>`
    select r.feed_id as "feedId", f.adapter, r.item_key as "itemKey", r.name,
      (select o.host from observations o where o.feed_id = r.feed_id and o.item_key = r.item_key order by o.seq desc limit 1) as host
    from item_readings r join feeds f on f.id = r.feed_id
    where r.identity_version <> ${identityVersion} order by r.feed_id, r.item_key limit ${limit}`;
}

export type UnrecognisedRow = {
  readonly name: string;
  readonly reason: string;
  readonly vendor: string | null;
  readonly items: number;
  readonly feeds: string[];
  /** Keys of some of the items. */
  readonly examples: string[];
  readonly firstSeen: Instant;
  /** Whether a feed still lists it. */
  readonly listed: boolean;
};

/** Item keys shown for one name. */
const examplesMax = 5;

/** Names that could not be read, with their frequency and first sighting, starting after a (reason, name). */
export async function listUnrecognised(
  db: Sql,
  page: { reason: string | null; after: { reason: string; name: string } | null; limit: number },
): Promise<UnrecognisedRow[]> {
  return await db<UnrecognisedRow[]>`
    select r.name, r.reason, min(r.vendor) as vendor, count(distinct (r.feed_id, r.item_key))::int as items,
      array_agg(distinct f.slug order by f.slug) as feeds, min(s.seen_from) as "firstSeen", bool_or(s.gone_at is null) as listed,
      (array_agg(distinct r.item_key order by r.item_key))[1:${examplesMax}::int] as examples
    from item_readings r join feeds f on f.id = r.feed_id
    join sightings s on s.feed_id = r.feed_id and s.item_key = r.item_key
    where r.outcome = 'none'
      ${page.reason === null ? db`` : db`and r.reason = ${page.reason}`}
      ${page.after === null ? db`` : db`and (r.reason, r.name) > (${page.after.reason}, ${page.after.name})`}
    group by r.reason, r.name order by r.reason, r.name limit ${page.limit}`;
}

export type StoredReading = NewReading & { readonly adapter: string; readonly host: string | null };

/** Items with the readings of their names, starting after a (feed, item). */
export async function listReadings(
  db: Sql,
  page: { after: { feedId: string; itemKey: string } | null; limit: number },
): Promise<StoredReading[]> {
  const { after } = page;
  return await db<StoredReading[]>`
    select r.feed_id as "feedId", f.adapter, r.item_key as "itemKey", r.name, r.outcome, r.reason, r.vendor, r.family,
      r.model_version as "modelVersion", r.tier, r.stage, r.snapshot_day as "snapshotDay", r.own, r.partial,
      r.identity_version as "identityVersion",
      (select o.host from observations o where o.feed_id = r.feed_id and o.item_key = r.item_key order by o.seq desc limit 1) as host
    from item_readings r join feeds f on f.id = r.feed_id
    where true ${after === null ? db`` : db`and (r.feed_id, r.item_key) > (${after.feedId}, ${after.itemKey})`}
    order by r.feed_id, r.item_key limit ${page.limit}`;
}

/** Marks every reading as made with a version of the identity data, once the readings that it changes are recorded. */
export async function updateReadingsVersion(db: Sql, identityVersion: string): Promise<void> {
  await db`update item_readings set identity_version = ${identityVersion} where identity_version <> ${identityVersion}`;
}

/** The vendors whose own models a feed lists or has listed. */
export async function listOwnVendors(db: Sql, feedId: string): Promise<string[]> {
  const rows = await db<{ vendor: string }[]>`
    select distinct vendor from item_readings
    where feed_id = ${feedId} and outcome = 'model' and own and vendor is not null order by vendor`;
  return rows.map((row) => row.vendor);
}
