import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** What a vendor's own list states that an alias stands for. */
export type StatedAlias = {
  readonly vendor: string;
  /** In lower case. */
  readonly id: string;
  /** The id that it stands for, as published. */
  readonly standsFor: string;
  /** Slug of the feed. */
  readonly feed: string;
  readonly adapter: string;
  readonly host: string | null;
  /** The observation that first stated it, and when. */
  readonly observationId: string;
  readonly since: Instant;
};

export type AliasFilter = {
  /** Adapters of lists that state aliases. */
  readonly adapters: readonly string[];
  readonly vendor?: string | undefined;
  /** In lower case. */
  readonly ids?: readonly string[] | undefined;
};

/** The place of an alias in the list, by vendor and id. */
export type AliasPlace = Pick<StatedAlias, 'vendor' | 'id'>;

export type AliasPage = { readonly after: AliasPlace | null; readonly asOf: Instant | null; readonly limit: number };

/**
 * The aliases that vendors' own lists contain now, or contained at `asOf`, each with the id that its row named then. If an alias gets
 * another model, its row becomes an item whose key has a suffix after `#`.
 */
export async function listStatedAliases(
  db: Sql,
  { adapters, vendor, ids }: AliasFilter,
  { after, asOf, limit }: AliasPage,
): Promise<StatedAlias[]> {
  const at = asOf === null ? db`'infinity'::timestamptz` : db`${timestamp(asOf)}::timestamptz`;
  return await db<StatedAlias[]>`
    with listed as (
      select distinct on (r.vendor, a.id) r.vendor, a.id, r.feed_id, r.item_key, s.seen_from, f.slug, f.adapter
      from feeds f join item_readings r on r.feed_id = f.id and r.outcome = 'model' and r.own
        cross join lateral (select lower(split_part(r.item_key, '#', 1)) as id) a
        join sightings s on s.feed_id = r.feed_id and s.item_key = r.item_key
      where f.adapter = any(${[...adapters]}) and f.trust = 'first_party'
        and s.seen_from <= ${at} and (s.gone_at is null or s.gone_at > ${at})
        ${vendor === undefined ? db`` : db`and r.vendor = ${vendor}`}
        ${ids === undefined ? db`` : db`and a.id = any(${[...ids]})`}
        ${after === null ? db`` : db`and (r.vendor, a.id) > (${after.vendor}, ${after.id})`}
      order by r.vendor, a.id, s.seen_from desc, r.feed_id, r.item_key)
    select l.vendor, l.id, n.name as "standsFor", l.slug as feed, l.adapter, n.host, b.id as "observationId",
      greatest(b.observed_at, l.seen_from) as since
    from listed l cross join lateral (
        select o.item->>'name' as name, o.host from observations o
        where o.feed_id = l.feed_id and o.item_key = l.item_key and o.observed_at <= ${at}
        order by o.observed_at desc, o.seq desc limit 1) n
      cross join lateral (
        select o.id, o.observed_at from observations o
        where o.feed_id = l.feed_id and o.item_key = l.item_key and o.item->>'name' = n.name and o.observed_at <= ${at}
          and not exists (select from observations x where x.feed_id = o.feed_id and x.item_key = o.item_key
            and x.seq > o.seq and x.observed_at <= ${at} and x.item->>'name' <> n.name)
        order by o.observed_at, o.seq limit 1) b
    where lower(n.name) <> l.id
    order by l.vendor, l.id limit ${limit}`;
}
