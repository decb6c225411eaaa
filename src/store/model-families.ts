import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

/** Up to which moment the models of each family are computed, and which families need recomputing. */

export type FamilyKey = { readonly vendor: string; readonly family: string };

/** A model by the parts of its identity. */
export type ModelKey = FamilyKey & { readonly version: string | null; readonly tier: string | null };

export type FamilyRow = FamilyKey & {
  /** Versions of the rules and data that they were computed with; null if they must be recomputed. */
  readonly computedWith: string | null;
  /** The moment of knowledge up to which they are computed. */
  readonly computedTo: Instant | null;
  /** The earliest knowledge time of evidence that was not computed yet, and a moment by which all of it is known. */
  readonly staleFrom: Instant | null;
  readonly staleTo: Instant | null;
};

function pairsOf(db: Sql, families: readonly FamilyKey[]) {
  return db`unnest(${families.map((key) => key.vendor)}::text[], ${families.map((key) => key.family)}::text[]) as t(vendor, family)`;
}

function familyColumns(db: Sql) {
  return db`f.vendor, f.family, f.computed_with as "computedWith", f.computed_to as "computedTo",
    f.stale_from as "staleFrom", f.stale_to as "staleTo"`;
}

/** Locks the rows of families for the transaction, in order, and creates missing ones. */
export async function lockFamilies(db: Sql, families: readonly FamilyKey[]): Promise<FamilyRow[]> {
  if (families.length === 0) return [];
  await db`
    insert into model_families (vendor, family) select t.vendor, t.family from ${pairsOf(db, families)}
    order by t.vendor, t.family on conflict do nothing`;
  return await db<FamilyRow[]>`
    select ${familyColumns(db)} from model_families f
    where (f.vendor, f.family) in (select t.vendor, t.family from ${pairsOf(db, families)})
    order by f.vendor, f.family for update`;
}

/** Marks families to be recomputed from the beginning, because their names were read again. */
export async function markFamiliesStale(db: Sql, families: readonly FamilyKey[]): Promise<void> {
  if (families.length === 0) return;
  await db`
    insert into model_families (vendor, family) select t.vendor, t.family from ${pairsOf(db, families)}
    order by t.vendor, t.family on conflict (vendor, family) do update set computed_with = null`;
}

/** Marks families as touched by evidence with knowledge times from `from` on, all of it known by `to`. */
export async function markFamiliesTouched(
  db: Sql,
  families: readonly FamilyKey[],
  { from, to }: { readonly from: Instant; readonly to: Instant },
): Promise<void> {
  if (families.length === 0) return;
  await db`
    insert into model_families (vendor, family, stale_from, stale_to)
    select t.vendor, t.family, ${timestamp(from)}::timestamptz, ${timestamp(to)}::timestamptz from ${pairsOf(db, families)}
    order by t.vendor, t.family
    on conflict (vendor, family) do update set stale_from = least(model_families.stale_from, excluded.stale_from),
      stale_to = greatest(model_families.stale_to, excluded.stale_to)`;
}

/** Records that families are computed. They must be locked. */
export async function updateFamilies(
  db: Sql,
  rows: readonly (FamilyKey & { readonly recheckAt: Instant | null })[],
  computed: { readonly with: string; readonly to: Instant },
): Promise<void> {
  const changes = rows.map(({ vendor, family, recheckAt }) => ({ vendor, family, recheck_at: timestamp(recheckAt) }));
  await db`
    update model_families f set computed_with = ${computed.with}, computed_to = ${timestamp(computed.to)}, recheck_at = t.recheck_at,
      stale_from = null, stale_to = null
    from json_to_recordset(${json(db, changes)}) as t(vendor text, family text, recheck_at timestamptz)
    where f.vendor = t.vendor and f.family = t.family`;
}

/**
 * Locks families that evidence has touched, whose recheck is due, or that were computed with other rules, identity data or
 * feed settings, except those that another transaction is computing and those up to `after`.
 */
export async function lockDueFamilies(
  db: Sql,
  due: { readonly now: Instant; readonly computedWith: string; readonly after: FamilyKey | null },
  limit: number,
): Promise<FamilyRow[]> {
  const { after } = due;
  return await db<FamilyRow[]>`
    select ${familyColumns(db)} from model_families f
    where (f.stale_from is not null or f.recheck_at <= ${timestamp(due.now)}
      or f.computed_with is distinct from ${due.computedWith})
      ${after === null ? db`` : db`and (f.vendor, f.family) > (${after.vendor}, ${after.family})`}
    order by f.vendor, f.family limit ${limit} for update skip locked`;
}

/** The number of families that evidence has touched and whose models are not computed yet. */
export async function countTouchedFamilies(db: Sql): Promise<number> {
  const rows = await db<{ families: number }[]>`
    select count(*)::int as families from model_families where stale_from is not null`;
  return rows[0]?.families ?? 0;
}

/** Models with an item first listed after a moment: earlier reads bound the dates of such items. */
export async function listModelsSeenAfter(
  db: Sql,
  vendors: readonly string[] | 'any',
  after: Instant,
): Promise<ModelKey[]> {
  return await db<ModelKey[]>`
    select distinct r.vendor, r.family, r.model_version as version, r.tier from sightings s
    join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key and r.outcome = 'model'
    where s.seen_from > ${timestamp(after)} ${vendors === 'any' ? db`` : db`and r.vendor = any(${vendors})`}
    order by r.vendor, r.family, version, r.tier`;
}

/** Models with new observations from a feed after one moment and up to another. */
export async function listModelsNewsBetween(
  db: Sql,
  feedId: string,
  { after, until }: { readonly after: Instant; readonly until: Instant },
): Promise<ModelKey[]> {
  return await db<ModelKey[]>`
    select distinct r.vendor, r.family, r.model_version as version, r.tier from observations o
    join item_readings r on r.feed_id = o.feed_id and r.item_key = o.item_key and r.outcome = 'model'
    where o.feed_id = ${feedId} and o.observed_at > ${timestamp(after)} and o.observed_at <= ${timestamp(until)}
    order by r.vendor, r.family, version, r.tier`;
}
