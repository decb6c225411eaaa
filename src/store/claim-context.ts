import type { Sql } from './db.ts';
import { lastReadOf, type ReadFeedRow } from './feeds.ts';
import { withReadableOptions } from './malformed-rows.ts';
import type { FamilyKey } from './model-families.ts';
import { instantInJson } from './postgres-types.ts';

/** The part of a feed that evaluations use. */
export type EvidenceFeed = Pick<
  ReadFeedRow,
  | 'id'
  | 'slug'
  | 'adapter'
  | 'trust'
  | 'origin'
  | 'coversAny'
  | 'covers'
  | 'settlementLagMs'
  | 'enabled'
  | 'options'
  | 'lastReadAt'
>;

/** What a new prediction is checked and evaluated against. */
export type ClaimContext = {
  /** Identifies all evidence: feeds, what was read from them, and how its names were parsed. */
  readonly stamp: string;
  /** Every feed in reading order; null if the stamp is the known one. */
  readonly feeds: readonly EvidenceFeed[] | null;
  readonly feedsEpoch: string;
  readonly identityRevision: number;
  /** The number of feeds and of their accepted reads. */
  readonly feedCount: number;
  readonly reads: number;
  /** The number of models of each family that the claim watches. */
  readonly models: readonly (FamilyKey & { readonly models: number })[];
};

type Row = Omit<ClaimContext, 'feeds' | 'identityRevision'> & {
  readonly feeds: EvidenceFeed[] | null;
  readonly identityRevision: string;
};

/**
 * Everything that creating a prediction reads before its evidence, in one statement. In `watched`, `any` is a wildcard. The feeds
 * are omitted if the caller has them from the same stamp.
 */
export async function findClaimContext(
  db: Sql,
  ask: { readonly watched: readonly FamilyKey[]; readonly knownStamp: string | null },
): Promise<ClaimContext> {
  const { watched, knownStamp } = ask;
  const [row] = await db<Row[]>`
    with state as (
      select count(*)::int as feeds, coalesce(sum(accepted_reads), 0)::int as reads,
        md5(concat(${setting(db, 'event_epoch')}, ' ', ${setting(db, 'names_epoch')}, ' ', ${setting(db, 'identity_revision')},
          string_agg(concat(' ', id, ' ', version, ' ', accepted_reads), '' order by id))) as stamp
      from feeds)
    select s.stamp, s.feeds as "feedCount", s.reads, coalesce(${setting(db, 'feeds_epoch')}, '0') as "feedsEpoch",
      coalesce(${setting(db, 'identity_revision')}, '0') as "identityRevision",
      case when s.stamp is distinct from ${knownStamp} then ${feedsAsJson(db)} end as feeds,
      (select coalesce(json_agg(m), '[]') from (
        select vendor, family, count(*)::int as models from models
        where known_to is null and exists (
          select from unnest(${watched.map((key) => key.vendor)}::text[], ${watched.map((key) => key.family)}::text[]) as w(vendor, family)
          where w.vendor in (models.vendor, 'any') and w.family in (models.family, 'any'))
        group by vendor, family) m) as models
    from state s`;
  if (row === undefined) throw new Error('an aggregate returned no row');
  const { feeds, identityRevision } = row;
  return {
    ...row,
    feeds: feeds === null ? null : withReadableOptions(feeds),
    identityRevision: Number(identityRevision),
  };
}

function setting(db: Sql, name: 'names_epoch' | 'identity_revision' | 'event_epoch' | 'feeds_epoch') {
  return db`(select value from settings where name = ${name})`;
}

function feedsAsJson(db: Sql) {
  return db`(select coalesce(json_agg(f order by f.builtin desc, f.created_at, f.id), '[]') from (
    select id, slug, adapter, trust, origin, covers_any as "coversAny", covers, settlement_lag_ms as "settlementLagMs", enabled, options,
      ${instantInJson(db, lastReadOf(db))} as "lastReadAt", coalesce(url, '') like 'builtin:%' as builtin, created_at
    from feeds) f)`;
}
