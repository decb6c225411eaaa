import type { ModelName } from '../domain/criterion/pattern.ts';
import type { Instant } from '../domain/instant.ts';
import type { WatchedId } from '../domain/model-watches/watched-id.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

/** A list of model ids that somebody uses. */
export type ModelWatchRow = {
  readonly id: string;
  readonly name: string;
  readonly owner: string | null;
  /** Serves the ids that name no host themselves; null: the vendors. */
  readonly host: string | null;
  /** The earliest notice first. */
  readonly noticeDays: readonly number[];
  readonly idsCount: number;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
};

/** What users set. */
export type ModelWatchSettings = Pick<ModelWatchRow, 'name' | 'owner' | 'host' | 'noticeDays'>;

function watchColumns(db: Sql) {
  return db`w.id, w.name, w.owner, w.host, w.notice_days as "noticeDays",
    (select count(*)::int from model_watch_ids i where i.watch_id = w.id) as "idsCount", w.version,
    w.created_at as "createdAt", w.updated_at as "updatedAt"`;
}

/** A watch by its id or name. `lock` holds it until the transaction ends. */
export async function findModelWatch(
  db: Sql,
  idOrName: string,
  { lock = false }: { readonly lock?: boolean } = {},
): Promise<ModelWatchRow | null> {
  const rows = await db<ModelWatchRow[]>`
    select ${watchColumns(db)} from model_watches w where w.id = ${idOrName} or w.name = ${idOrName}
    ${lock ? db`for no key update` : db``}`;
  return rows[0] ?? null;
}

/** In the order of creation, starting after an id. */
export async function listModelWatches(
  db: Sql,
  page: { readonly after: string | null; readonly limit: number },
): Promise<ModelWatchRow[]> {
  return await db<ModelWatchRow[]>`
    select ${watchColumns(db)} from model_watches w where w.id > ${page.after ?? ''} order by w.id limit ${page.limit}`;
}

/** The ids and names of the given watches that exist. */
export async function listWatchNames(
  db: Sql,
  idsOrNames: readonly string[],
): Promise<{ readonly id: string; readonly name: string }[]> {
  return await db<{ id: string; name: string }[]>`
    select id, name from model_watches where id = any(${[...idsOrNames]}) or name = any(${[...idsOrNames]}) order by id`;
}

export type NewModelWatch = ModelWatchSettings & {
  readonly id: string;
  readonly readWith: string;
  readonly now: Instant;
};

/** False if another watch has the name. */
export async function insertModelWatch(db: Sql, watch: NewModelWatch): Promise<boolean> {
  const now = timestamp(watch.now);
  const rows = await db`
    insert into model_watches (id, name, owner, host, notice_days, read_with, read_at, created_at, updated_at)
    values (${watch.id}, ${watch.name}, ${watch.owner}, ${watch.host}, ${[...watch.noticeDays]}, ${watch.readWith}, ${now}, ${now}, ${now})
    on conflict (name) do nothing returning id`;
  return rows.length === 1;
}

/** Writes the next version of a watch. False if its version is not `expected`. */
export async function updateModelWatch(
  db: Sql,
  { id, expected, ...watch }: NewModelWatch & { readonly expected: number },
): Promise<boolean> {
  const rows = await db`
    update model_watches set name = ${watch.name}, owner = ${watch.owner}, host = ${watch.host},
      notice_days = ${[...watch.noticeDays]}, read_with = ${watch.readWith}, version = version + 1,
      read_at = ${timestamp(watch.now)}, updated_at = ${timestamp(watch.now)}
    where id = ${id} and version = ${expected} returning id`;
  return rows.length === 1;
}

export async function deleteModelWatch(db: Sql, id: string): Promise<boolean> {
  const rows = await db`delete from model_watches where id = ${id} returning id`;
  return rows.length === 1;
}

/** The ids of a watch, in the order in which they were given. */
export async function listWatchedIds(db: Sql, watchId: string): Promise<(WatchedId & { readonly addedAt: Instant })[]> {
  const rows = await db<StoredId[]>`
    select id, vendor, slug, name, stands_for as "standsFor", host, is_alias as "isAlias", problem,
      alias_feed as "aliasFeed", alias_observation_id as "aliasObservationId", alias_since as "aliasSince",
      added_at as "addedAt" from model_watch_ids where watch_id = ${watchId} order by position, id`;
  return rows.map(({ aliasFeed: feed, aliasObservationId: observationId, aliasSince: since, ...row }) => ({
    ...row,
    statedBy: feed === null || observationId === null || since === null ? null : { feed, observationId, since },
  }));
}

type StoredId = Omit<WatchedId, 'statedBy'> & {
  readonly aliasFeed: string | null;
  readonly aliasObservationId: string | null;
  readonly aliasSince: Instant | null;
  readonly addedAt: Instant;
};

/** Replaces the ids of a watch; rows that do not change are not written. `now` is when new ids are added. */
export async function replaceWatchedIds(
  db: Sql,
  watchId: string,
  { ids, now }: { readonly ids: readonly WatchedId[]; readonly now: Instant },
): Promise<void> {
  const rows = ids.map(({ isAlias, standsFor, statedBy, ...read }, position) => ({
    ...read,
    stands_for: standsFor,
    is_alias: isAlias,
    alias_feed: statedBy?.feed ?? null,
    alias_observation_id: statedBy?.observationId ?? null,
    alias_since: timestamp(statedBy?.since ?? null),
    position,
  }));
  await db`
    with given as (
      select * from json_to_recordset(${json(db, rows)}) as g(id text, position int, vendor text, slug text, name text,
        stands_for text, host text, is_alias boolean, problem text, alias_feed text, alias_observation_id text, alias_since timestamptz)),
    removed as (
      delete from model_watch_ids i where i.watch_id = ${watchId} and not exists (select from given g where g.id = i.id))
    insert into model_watch_ids as i (watch_id, id, position, vendor, slug, name, stands_for, host, is_alias, problem,
      alias_feed, alias_observation_id, alias_since, added_at)
    select ${watchId}, g.id, g.position, g.vendor, g.slug, g.name, g.stands_for, g.host, g.is_alias, g.problem,
      g.alias_feed, g.alias_observation_id, g.alias_since, ${timestamp(now)}
    from given g order by g.id
    on conflict (watch_id, id) do update set position = excluded.position, vendor = excluded.vendor, slug = excluded.slug,
      name = excluded.name, stands_for = excluded.stands_for, host = excluded.host, is_alias = excluded.is_alias,
      problem = excluded.problem, alias_feed = excluded.alias_feed, alias_observation_id = excluded.alias_observation_id,
      alias_since = excluded.alias_since
    where (i.position, i.vendor, i.slug, i.name, i.stands_for, i.host, i.is_alias, i.problem, i.alias_observation_id,
        i.alias_since) is distinct from (excluded.position, excluded.vendor, excluded.slug, excluded.name, excluded.stands_for,
        excluded.host, excluded.is_alias, excluded.problem, excluded.alias_observation_id, excluded.alias_since)`;
}

/** The ids by which the vendors of the given models list their newest snapshots. */
export async function listNewestSnapshots(
  db: Sql,
  models: readonly ModelName[],
): Promise<(ModelName & { readonly name: string })[]> {
  if (models.length === 0) return [];
  return await db<(ModelName & { name: string })[]>`
    select distinct on (r.vendor, r.family, r.model_version, r.tier) r.vendor, r.family, r.model_version as version, r.tier, r.name
    from (select distinct vendor, family, version, tier from json_to_recordset(${json(db, models)})
        as g(vendor text, family text, version text, tier text)) m
      join item_readings r on r.outcome = 'model' and r.vendor = m.vendor and r.family = m.family
        and r.model_version is not distinct from m.version and r.tier is not distinct from m.tier
    where r.own and r.snapshot_day is not null
    order by r.vendor, r.family, r.model_version, r.tier, r.snapshot_day desc, r.name, r.feed_id, r.item_key`;
}

/** A watch whose ids were read with other identity data, or long ago. */
export type StaleWatch = Pick<ModelWatchRow, 'id' | 'host' | 'noticeDays'>;

/** Locks watches whose ids have to be read again. Those that another node has locked are left out. */
export async function lockStaleWatches(
  db: Sql,
  { readWith, before }: { readonly readWith: string; readonly before: Instant },
  limit: number,
): Promise<StaleWatch[]> {
  return await db<StaleWatch[]>`
    select id, host, notice_days as "noticeDays" from model_watches where read_with <> ${readWith} or read_at < ${timestamp(before)}
    order by id limit ${limit} for no key update skip locked`;
}

/** Notes with which identity data and when the ids of a watch were read. */
export async function noteReading(
  db: Sql,
  id: string,
  { readWith, now }: { readonly readWith: string; readonly now: Instant },
): Promise<void> {
  await db`update model_watches set read_with = ${readWith}, read_at = ${timestamp(now)} where id = ${id}`;
}
