import type { FeedItem } from '../domain/feeds/item.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';

/** What a feed listed at its last accepted poll. */
export type PresentItem = {
  readonly itemKey: string;
  readonly itemHash: string;
  readonly seenFrom: Instant;
  readonly vendor: string | null;
  readonly family: string | null;
  readonly own: boolean;
};

export type NewObservation = {
  readonly id: string;
  readonly feedId: string;
  readonly pollId: string;
  readonly itemHash: string;
  readonly observedAt: Instant;
  readonly ingestedAt: Instant;
  readonly item: FeedItem;
};

export type NewSighting = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly seenFrom: Instant;
  readonly absentAt: Instant | null;
  readonly observationId: string;
  readonly itemHash: string;
};

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
  readonly stage: 'preview' | 'general' | null;
  readonly snapshotDay: string | null;
  readonly own: boolean;
  readonly identityVersion: string;
};

/** Rows per statement: keeps one parameter well under the size at which drivers and logs suffer. */
const rowsPerInsert = 1000;

function iso(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

export async function listPresentItems(db: Sql, feedId: string): Promise<PresentItem[]> {
  return await db<PresentItem[]>`
    select s.item_key as "itemKey", s.item_hash as "itemHash", s.seen_from as "seenFrom", r.vendor, r.family, coalesce(r.own, false) as own
    from sightings s left join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key
    where s.feed_id = ${feedId} and s.gone_at is null order by s.item_key`;
}

/** The latest observation of each given item, for telling what changed. */
export async function listLatestItems(
  db: Sql,
  feedId: string,
  itemKeys: readonly string[],
): Promise<{ itemKey: string; item: FeedItem }[]> {
  return await db<{ itemKey: string; item: FeedItem }[]>`
    select distinct on (item_key) item_key as "itemKey", item from observations
    where feed_id = ${feedId} and item_key = any(${itemKeys as string[]}) order by item_key, observed_at desc, seq desc`;
}

export async function insertObservations(db: Sql, observations: readonly NewObservation[]): Promise<void> {
  for (let start = 0; start < observations.length; start += rowsPerInsert) {
    const rows = observations.slice(start, start + rowsPerInsert).map(({ item, ...row }) => ({
      id: row.id,
      feed_id: row.feedId,
      poll_id: row.pollId,
      item_key: item.key,
      item_hash: row.itemHash,
      observed_at: iso(row.observedAt),
      ingested_at: iso(row.ingestedAt),
      name: item.name,
      host: item.host,
      item_trust: item.trust ?? null,
      released_text: item.released?.text ?? null,
      released_weight: item.released?.weight ?? null,
      stated_stage: item.stage ?? null,
      source_as_of: item.released?.text ?? item.publishedAt ?? null,
      source_url: item.sourceUrl ?? null,
      item,
    }));
    await db`
      insert into observations (id, feed_id, poll_id, item_key, item_hash, observed_at, ingested_at, name, host, item_trust,
        released_text, released_weight, stated_stage, source_as_of, source_url, item)
      select id, feed_id, poll_id, item_key, item_hash, observed_at, ingested_at, name, host, item_trust,
        released_text, released_weight, stated_stage, source_as_of, source_url, item
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as t(id text, feed_id text, poll_id text, item_key text, item_hash text,
        observed_at timestamptz, ingested_at timestamptz, name text, host text, item_trust text,
        released_text text, released_weight text, stated_stage text, source_as_of text, source_url text, item jsonb)`;
  }
}

export async function insertSightings(db: Sql, sightings: readonly NewSighting[]): Promise<void> {
  for (let start = 0; start < sightings.length; start += rowsPerInsert) {
    const rows = sightings.slice(start, start + rowsPerInsert).map((row) => ({
      feed_id: row.feedId,
      item_key: row.itemKey,
      seen_from: iso(row.seenFrom),
      absent_at: iso(row.absentAt),
      observation_id: row.observationId,
      item_hash: row.itemHash,
    }));
    await db`
      insert into sightings (feed_id, item_key, seen_from, absent_at, observation_id, item_hash)
      select feed_id, item_key, seen_from, absent_at, observation_id, item_hash
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as t(feed_id text, item_key text, seen_from timestamptz,
        absent_at timestamptz, observation_id text, item_hash text)`;
  }
}

/** Items that are still listed, with new content. */
export async function updateSightingHashes(
  db: Sql,
  feedId: string,
  changed: readonly { itemKey: string; itemHash: string }[],
): Promise<void> {
  if (changed.length === 0) return;
  await db`
    update sightings s set item_hash = t.item_hash
    from unnest(${changed.map((row) => row.itemKey)}::text[], ${changed.map((row) => row.itemHash)}::text[]) as t(item_key, item_hash)
    where s.feed_id = ${feedId} and s.item_key = t.item_key and s.gone_at is null`;
}

/** Marks the end of a run: the item is no longer listed. It was released all the same. */
export async function endSightings(
  db: Sql,
  feedId: string,
  itemKeys: readonly string[],
  goneAt: Instant,
): Promise<void> {
  if (itemKeys.length === 0) return;
  await db`
    update sightings set gone_at = ${new Date(goneAt)}
    where feed_id = ${feedId} and gone_at is null and item_key = any(${itemKeys as string[]})`;
}

/** Writes what names were read to mean, replacing earlier readings of the same items. */
export async function putReadings(db: Sql, readings: readonly NewReading[]): Promise<void> {
  for (let start = 0; start < readings.length; start += rowsPerInsert) {
    const rows = readings.slice(start, start + rowsPerInsert).map((row) => ({
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
      identity_version: row.identityVersion,
    }));
    await db`
      insert into item_readings (feed_id, item_key, name, outcome, reason, vendor, family, model_version, tier, stage, snapshot_day, own, identity_version)
      select feed_id, item_key, name, outcome, reason, vendor, family, model_version, tier, stage, snapshot_day, own, identity_version
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as t(feed_id text, item_key text, name text, outcome text, reason text,
        vendor text, family text, model_version text, tier text, stage text, snapshot_day text, own boolean, identity_version text)
      on conflict (feed_id, item_key) do update set name = excluded.name, outcome = excluded.outcome, reason = excluded.reason,
        vendor = excluded.vendor, family = excluded.family, model_version = excluded.model_version, tier = excluded.tier,
        stage = excluded.stage, snapshot_day = excluded.snapshot_day, own = excluded.own, identity_version = excluded.identity_version`;
  }
}

/** Items whose names were read under other identity data, with where they were met. */
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

export type SightingRow = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly name: string;
  readonly host: string | null;
  readonly seenFrom: Instant;
  readonly absentAt: Instant | null;
  readonly goneAt: Instant | null;
  readonly vendor: string;
  readonly family: string;
  readonly modelVersion: string | null;
  readonly tier: string | null;
  readonly stage: 'preview' | 'general';
  readonly snapshotDay: string | null;
  readonly own: boolean;
};

function familyFilter(db: Sql, watches: readonly { vendor: string; family: string }[]) {
  const vendors = watches.map((watch) => watch.vendor);
  const families = watches.map((watch) => watch.family);
  return db`exists (select from unnest(${vendors}::text[], ${families}::text[]) as w(vendor, family)
    where (w.vendor = 'any' or w.vendor = r.vendor) and (w.family = 'any' or w.family = r.family))`;
}

/** Every run of sightings of models in the watched families. */
export async function listSightings(
  db: Sql,
  watches: readonly { vendor: string; family: string }[],
): Promise<SightingRow[]> {
  return await db<SightingRow[]>`
    select s.feed_id as "feedId", s.item_key as "itemKey", r.name, o.host, s.seen_from as "seenFrom", s.absent_at as "absentAt", s.gone_at as "goneAt",
      r.vendor, r.family, r.model_version as "modelVersion", r.tier, r.stage, r.snapshot_day as "snapshotDay", r.own
    from item_readings r
    join sightings s on s.feed_id = r.feed_id and s.item_key = r.item_key
    join observations o on o.id = s.observation_id
    where r.outcome = 'model' and ${familyFilter(db, watches)}
    order by s.seen_from, s.feed_id, s.item_key`;
}

export type VersionRow = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly observationId: string;
  readonly observedAt: Instant;
  readonly itemTrust: 'first_party' | 'curated' | 'aggregator' | 'community' | null;
  readonly releasedText: string | null;
  readonly releasedWeight: 'stands' | 'curated' | null;
  readonly statedStage: string | null;
};

/** Every version of those items, oldest first. */
export async function listItemVersions(
  db: Sql,
  watches: readonly { vendor: string; family: string }[],
): Promise<VersionRow[]> {
  return await db<VersionRow[]>`
    select o.feed_id as "feedId", o.item_key as "itemKey", o.id as "observationId", o.observed_at as "observedAt", o.item_trust as "itemTrust",
      o.released_text as "releasedText", o.released_weight as "releasedWeight", o.stated_stage as "statedStage"
    from item_readings r join observations o on o.feed_id = r.feed_id and o.item_key = r.item_key
    where r.outcome = 'model' and ${familyFilter(db, watches)}
    order by o.feed_id, o.item_key, o.observed_at, o.seq`;
}

export type ObservationRow = {
  readonly id: string;
  readonly seq: number;
  readonly feedId: string;
  readonly feedSlug: string;
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

/** Newest first by the order of ingestion; `asOf` cuts the knowledge axis. */
export async function listObservations(
  db: Sql,
  filter: ObservationFilter,
  page: { before: number | null; asOf: Instant | null; limit: number },
): Promise<ObservationRow[]> {
  return await db<ObservationRow[]>`
    select o.id, o.seq, o.feed_id as "feedId", f.slug as "feedSlug", o.poll_id as "pollId", o.item_key as "itemKey", o.name, o.host,
      o.observed_at as "observedAt", o.ingested_at as "ingestedAt", o.source_as_of as "sourceAsOf", o.source_url as "sourceUrl",
      o.item_hash as "itemHash", o.item, r.outcome, r.reason, r.vendor, r.family, r.model_version as "modelVersion", r.tier, r.stage
    from observations o join feeds f on f.id = o.feed_id
    left join item_readings r on r.feed_id = o.feed_id and r.item_key = o.item_key
    where true
      ${filter.feed === undefined ? db`` : db`and (f.id = ${filter.feed} or f.slug = ${filter.feed})`}
      ${filter.vendor === undefined ? db`` : db`and r.vendor = ${filter.vendor}`}
      ${filter.family === undefined ? db`` : db`and r.family = ${filter.family}`}
      ${filter.name === undefined ? db`` : db`and o.name = ${filter.name}`}
      ${filter.ids === undefined ? db`` : db`and o.id = any(${filter.ids as string[]})`}
      ${page.before === null ? db`` : db`and o.seq < ${page.before}`}
      ${page.asOf === null ? db`` : db`and o.observed_at <= ${new Date(page.asOf)}`}
    order by o.seq desc limit ${page.limit}`;
}

export type UnrecognisedRow = {
  readonly name: string;
  readonly reason: string;
  readonly vendor: string | null;
  readonly items: number;
  readonly feeds: string[];
  readonly firstSeen: Instant;
};

/** Names nobody could parse, with how often and since when; after a (reason, name). */
export async function listUnrecognised(
  db: Sql,
  page: { reason: string | null; after: { reason: string; name: string } | null; limit: number },
): Promise<UnrecognisedRow[]> {
  return await db<UnrecognisedRow[]>`
    select r.name, r.reason, min(r.vendor) as vendor, count(distinct (r.feed_id, r.item_key))::int as items,
      array_agg(distinct f.slug order by f.slug) as feeds, min(s.seen_from) as "firstSeen"
    from item_readings r join feeds f on f.id = r.feed_id
    join sightings s on s.feed_id = r.feed_id and s.item_key = r.item_key
    where r.outcome = 'none'
      ${page.reason === null ? db`` : db`and r.reason = ${page.reason}`}
      ${page.after === null ? db`` : db`and (r.reason, r.name) > (${page.after.reason}, ${page.after.name})`}
    group by r.reason, r.name order by r.reason, r.name limit ${page.limit}`;
}
