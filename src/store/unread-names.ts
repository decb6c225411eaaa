import type { Criterion } from '../domain/criterion/criterion.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { withReadableCriteria } from './malformed-rows.ts';
import { batchesOf, json, timestamp } from './postgres-types.ts';
import type { PartialReading } from './readings.ts';

/** The most unread names that one evaluation uses: the most recently seen ones. */
export const unreadSightingsMax = 5000;

export type UnreadRow = {
  readonly feedId: string;
  readonly itemKey: string;
  readonly name: string;
  readonly vendor: string;
  readonly partial: PartialReading;
  readonly seenFrom: Instant;
  readonly inFirstRead: boolean;
  readonly goneAt: Instant | null;
  readonly observationId: string;
};

type WatchedFamily = { readonly vendor: string; readonly family: string };

/**
 * Names read in part in vendors' own namespaces, seen by a moment, with their first sighting by each feed; oldest first. Of a
 * watched family, and those of which no family is known. A name was in a feed's first read if the feed was never read without
 * it; an item that carries its own publication time was there from that time.
 */
export async function listUnreadSightings(
  db: Sql,
  watches: readonly WatchedFamily[],
  page: { until: Instant; limit: number },
): Promise<UnreadRow[]> {
  if (watches.length === 0) return [];
  const vendors = [...new Set(watches.map((watch) => watch.vendor))];
  const rows = await db<UnreadRow[]>`
    select r.feed_id as "feedId", r.item_key as "itemKey", r.name, r.vendor, r.partial, s.seen_from as "seenFrom",
      s.absent_at is null and o.item->>'publishedAt' is null as "inFirstRead", s.gone_at as "goneAt", s.observation_id as "observationId"
    from item_readings r
    cross join lateral (select f.seen_from, f.absent_at, f.gone_at, f.observation_id from sightings f
      where f.feed_id = r.feed_id and f.item_key = r.item_key order by f.seen_from limit 1) s
    join observations o on o.id = s.observation_id
    where r.partial is not null and s.seen_from <= ${timestamp(page.until)}
      ${vendors.includes('any') ? db`` : db`and r.vendor = any(${vendors})`}
      and exists (select from unnest(${watches.map((watch) => watch.vendor)}::text[],
        ${watches.map((watch) => watch.family)}::text[]) as w(vendor, family)
        where w.vendor in (r.vendor, 'any') and (r.partial->>'family' is null or w.family in (r.partial->>'family', 'any')))
    order by s.seen_from desc, r.feed_id desc, r.item_key desc limit ${page.limit}`;
  return rows.reverse();
}

/** The families that predictions watch of some vendors or of any; `any` is a wildcard. */
export async function listWatchedFamilies(db: Sql, vendors: readonly string[]): Promise<WatchedFamily[]> {
  if (vendors.length === 0) return [];
  return await db<WatchedFamily[]>`
    select distinct vendor, family from prediction_watches where vendor = any(${[...vendors, 'any']}) order by vendor, family`;
}

export type UnreadName = { readonly vendor: string; readonly name: string };

/** Records names that could not be read in full, and returns those that were not recorded before. The order avoids deadlocks. */
export async function insertUnreadNames(
  db: Sql,
  names: readonly UnreadName[],
  recordedAt: Instant,
): Promise<UnreadName[]> {
  const inserted: UnreadName[] = [];
  const sorted = names.toSorted((a, b) => compareText(a.vendor, b.vendor) || compareText(a.name, b.name));
  for (const batch of batchesOf(sorted))
    inserted.push(
      ...(await db<UnreadName[]>`
        insert into unread_names (vendor, name, recorded_at)
        select vendor, name, ${timestamp(recordedAt)}::timestamptz
        from json_to_recordset(${json(db, batch)}) as t(vendor text, name text)
        order by vendor collate "C", name collate "C" on conflict do nothing returning vendor, name`),
    );
  return inserted;
}

/** In the order of "C", which no locale of a database changes. */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The current criteria of those predictions among some that are neither resolved nor withdrawn; ordered by id. */
export async function listUnresolvedCriteria(
  db: Sql,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly criterion: Criterion }[]> {
  if (ids.length === 0) return [];
  const rows = await db<{ id: string; criterion: Criterion }[]>`
    select p.id, c.criterion from predictions p join criteria c on c.prediction_id = p.id and c.version = p.criterion_version
    where p.id = any(${ids}) and p.state not in ('resolved', 'withdrawn') order by p.id`;
  return withReadableCriteria(rows, ({ id }) => id);
}
