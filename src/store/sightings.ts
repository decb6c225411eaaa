import type { ModelName } from '../domain/criterion/pattern.ts';
import type { Attributes } from '../domain/feeds/item.ts';
import type { StatedEnd } from '../domain/feeds/stated-end.ts';
import type { ModelId } from '../domain/identity/model-id.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { batchesOf, instantInJson, json, timestamp } from './postgres-types.ts';

/** An item that a feed listed at its last accepted poll. */
export type PresentItem = {
  readonly itemKey: string;
  readonly itemHash: string;
  readonly seenFrom: Instant;
  readonly vendor: string | null;
  readonly family: string | null;
  readonly modelVersion: string | null;
  readonly tier: string | null;
  readonly own: boolean;
  readonly outcome: 'model' | 'none';
  /** Why the name is not a model; null for a model, and for a name that was never parsed. */
  readonly reason: string | null;
  /** The version of the identity data with which its name was parsed; null if it never was. */
  readonly identityVersion: string | null;
};

export type NewSighting = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly seenFrom: Instant;
  readonly absentAt: Instant | null;
  readonly observationId: string;
  readonly itemHash: string;
};

export async function listPresentItems(db: Sql, feedId: string): Promise<PresentItem[]> {
  return await db<PresentItem[]>`
    select s.item_key as "itemKey", s.item_hash as "itemHash", s.seen_from as "seenFrom", r.vendor, r.family,
      r.model_version as "modelVersion", r.tier, coalesce(r.own, false) as own, coalesce(r.outcome, 'none') as outcome, r.reason,
      r.identity_version as "identityVersion"
    from sightings s left join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key
    where s.feed_id = ${feedId} and s.gone_at is null order by s.item_key`;
}

export async function insertSightings(db: Sql, sightings: readonly NewSighting[]): Promise<void> {
  for (const batch of batchesOf(sightings)) {
    const rows = batch.map((row) => ({
      feed_id: row.feedId,
      item_key: row.itemKey,
      seen_from: timestamp(row.seenFrom),
      absent_at: timestamp(row.absentAt),
      observation_id: row.observationId,
      item_hash: row.itemHash,
    }));
    await db`
      insert into sightings (feed_id, item_key, seen_from, absent_at, observation_id, item_hash)
      select feed_id, item_key, seen_from, absent_at, observation_id, item_hash
      from json_to_recordset(${json(db, rows)}) as t(feed_id text, item_key text, seen_from timestamptz,
        absent_at timestamptz, observation_id text, item_hash text)`;
  }
}

/** Updates items that are still listed but have new content. */
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

/** Ends the current sighting of items that are no longer listed. Their releases stay valid. */
export async function endSightings(
  db: Sql,
  feedId: string,
  itemKeys: readonly string[],
  goneAt: Instant,
): Promise<void> {
  if (itemKeys.length === 0) return;
  await db`
    update sightings set gone_at = ${timestamp(goneAt)}
    where feed_id = ${feedId} and gone_at is null and item_key = any(${itemKeys})`;
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
  readonly stage: ModelId['stage'];
  readonly snapshotDay: string | null;
  readonly own: boolean;
};

/** Families by name use the index; only wildcards have to scan more. */
function familyFilter(db: Sql, watches: readonly { vendor: string; family: string }[]) {
  const exact = watches.filter((watch) => watch.vendor !== 'any' && watch.family !== 'any');
  const pairs = db`(r.vendor, r.family) in (select w.vendor, w.family from
    unnest(${exact.map((watch) => watch.vendor)}::text[], ${exact.map((watch) => watch.family)}::text[]) as w(vendor, family))`;
  if (exact.length === watches.length) return pairs;
  if (watches.some((watch) => watch.vendor === 'any' && watch.family === 'any')) return db`true`;
  const whole = watches.filter((watch) => watch.family === 'any').map((watch) => watch.vendor);
  const everywhere = watches.filter((watch) => watch.vendor === 'any').map((watch) => watch.family);
  return db`(${pairs} or r.vendor = any(${whole}) or r.family = any(${everywhere}))`;
}

/** Whose sightings to read: whole families and single models. */
export type Wanted = {
  readonly families: readonly { readonly vendor: string; readonly family: string }[];
  readonly models: readonly ModelName[];
};

function wantedFilter(db: Sql, { families, models }: Wanted) {
  if (models.length === 0) return familyFilter(db, families);
  const named = db`(r.vendor, r.family, coalesce(r.model_version, ''), coalesce(r.tier, '')) in (
    select m.vendor, m.family, m.version, m.tier
    from unnest(${models.map((model) => model.vendor)}::text[], ${models.map((model) => model.family)}::text[],
      ${models.map((model) => model.version ?? '')}::text[], ${models.map((model) => model.tier ?? '')}::text[])
      as m(vendor, family, version, tier))`;
  return families.length === 0 ? named : db`(${familyFilter(db, families)} or ${named})`;
}

/** The key of an item of a feed. */
export type ItemRef = { readonly feedId: string; readonly itemKey: string };

/** The most items whose rows one statement returns: it takes a few milliseconds, so that other statements wait no longer. */
export const itemsPerPageMax = 500;

/** A page of items. `last` is the last item of a full page; null: no more follow. */
export type ItemPage = { readonly rows: readonly ItemRow[]; readonly last: ItemRef | null };

/** An item of a feed that lists a model, with its sightings by time, and its observed versions, oldest first. */
export type ItemRow = Omit<SightingRow, 'host' | 'seenFrom' | 'absentAt' | 'goneAt'> & {
  readonly sightings: readonly Pick<SightingRow, 'host' | 'seenFrom' | 'absentAt' | 'goneAt'>[];
  readonly versions: readonly VersionRow[];
};

export type VersionRow = {
  readonly observationId: string;
  readonly observedAt: Instant;
  readonly itemTrust: 'first_party' | 'curated' | 'aggregator' | 'community' | null;
  readonly releasedText: string | null;
  readonly releasedWeight: 'stands' | 'curated' | null;
  readonly releasedSlackDays: number | null;
  readonly statedStage: string | null;
  readonly shutdown: string | null;
  readonly successor: string | null;
  readonly end: StatedEnd | null;
  readonly isActive: boolean | null;
  readonly attributes: Attributes | null;
};

/** Up to `itemsPerPageMax` items of the wanted models, after an item. */
export async function listItems(db: Sql, wanted: Wanted, after: ItemRef | null): Promise<ItemPage> {
  const rows = await db<ItemRow[]>`
    with page as materialized (
      select r.feed_id, r.item_key, r.name, r.vendor, r.family, r.model_version, r.tier, r.stage, r.snapshot_day, r.own
      from item_readings r
      where r.outcome = 'model' and ${wantedFilter(db, wanted)} ${afterItem(db, after)}
      order by r.feed_id, r.item_key limit ${itemsPerPageMax})
    select r.feed_id as "feedId", r.item_key as "itemKey", r.name, r.vendor, r.family, r.model_version as "modelVersion", r.tier,
      r.stage, r.snapshot_day as "snapshotDay", r.own, ${sightingsOf(db)} as sightings, ${versionsOf(db)} as versions
    from page r order by r.feed_id, r.item_key`;
  const last = rows.at(-1);
  return {
    rows,
    last: last === undefined || rows.length < itemsPerPageMax ? null : { feedId: last.feedId, itemKey: last.itemKey },
  };
}

/**
 * The items that name an alias of changing models of a vendor and state an end, or did so before. There are few: `itemsPerPageMax`
 * is far above their number.
 */
export async function listAliasItems(db: Sql, vendor: string): Promise<Omit<ItemRow, 'family'>[]> {
  return await db<Omit<ItemRow, 'family'>[]>`
    select r.feed_id as "feedId", r.item_key as "itemKey", r.name, r.vendor, null as "modelVersion", null as tier,
      'general' as stage, null as "snapshotDay", false as own, ${sightingsOf(db)} as sightings, ${versionsOf(db)} as versions
    from item_readings r where r.outcome = 'none' and r.reason = 'rolling_alias' and r.vendor = ${vendor}
      and exists (select from sightings s where s.feed_id = r.feed_id and s.item_key = r.item_key)
    order by r.feed_id, r.item_key limit ${itemsPerPageMax}`;
}

function sightingsOf(db: Sql) {
  return db`(
    select coalesce(json_agg(json_build_object('seenFrom', ${instantInJson(db, db`s.seen_from`)},
      'absentAt', ${instantInJson(db, db`s.absent_at`)}, 'goneAt', ${instantInJson(db, db`s.gone_at`)}, 'host', o.host)
      order by s.seen_from), '[]')
    from sightings s join observations o on o.id = s.observation_id where s.feed_id = r.feed_id and s.item_key = r.item_key)`;
}

function versionsOf(db: Sql) {
  return db`(
    select coalesce(json_agg(json_build_object('observationId', o.id, 'observedAt', ${instantInJson(db, db`o.observed_at`)},
      'itemTrust', o.item_trust, 'releasedText', o.released_text, 'releasedWeight', o.released_weight,
      'releasedSlackDays', (o.item->'released'->>'slackDays')::integer, 'statedStage', o.stated_stage,
      'shutdown', o.item->>'shutdown', 'successor', o.item->>'successor', 'end', o.item->'end', 'isActive', (o.item->'isActive')::boolean,
      'attributes', o.item->'attributes') order by o.observed_at, o.seq), '[]')
    from observations o where o.feed_id = r.feed_id and o.item_key = r.item_key)`;
}

function afterItem(db: Sql, after: ItemRef | null) {
  return after === null ? db`` : db`and (r.feed_id, r.item_key) > (${after.feedId}, ${after.itemKey})`;
}
