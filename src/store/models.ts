import type { Stage } from '../domain/feeds/item.ts';
import type { EndKind } from '../domain/feeds/stated-end.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { endStatedAt } from './ends.ts';
import type { FamilyKey } from './model-families.ts';
import { batchesOf, json, timestamp } from './postgres-types.ts';

/** The known state of a canonical model; a null bound is unbounded. */
export type ModelRow = {
  readonly vendor: string;
  readonly slug: string;
  readonly family: string;
  readonly modelVersion: string | null;
  readonly tier: string | null;
  readonly knownFrom: Instant;
  readonly grade: 'admissible' | 'short' | null;
  readonly stage: Stage | null;
  readonly occurredFrom: Instant | null;
  readonly occurredTo: Instant | null;
  readonly basis: 'stated' | 'curated' | 'late' | 'bracket' | null;
  readonly establishedAt: Instant | null;
  readonly firstSeenAt: Instant;
};

/** The columns of a ModelRow, for statements over `models m`. */
export function modelColumns(db: Sql) {
  return db`m.vendor, m.slug, m.family, m.model_version as "modelVersion", m.tier, m.known_from as "knownFrom", m.grade, m.stage,
    m.occurred_from as "occurredFrom", m.occurred_to as "occurredTo", m.basis, m.established_at as "establishedAt",
    m.first_seen_at as "firstSeenAt"`;
}

/** The condition for the state known at `asOf`, or now. */
export function stateKnownAt(db: Sql, asOf: Instant | null) {
  if (asOf === null) return db`m.known_to is null`;
  return db`m.known_from <= ${timestamp(asOf)} and (m.known_to is null or m.known_to > ${timestamp(asOf)})`;
}

/** Deletes the states of a family from a moment of knowledge on, and returns the state of each model just before it. */
export async function rewindFamily(db: Sql, { vendor, family }: FamilyKey, from: Instant): Promise<ModelRow[]> {
  const since = timestamp(from);
  await db`delete from models where vendor = ${vendor} and family = ${family} and known_from >= ${since}::timestamptz`;
  await db`update models set known_to = null where vendor = ${vendor} and family = ${family} and known_to >= ${since}::timestamptz`;
  return await db<ModelRow[]>`
    select ${modelColumns(db)} from models m where m.vendor = ${vendor} and m.family = ${family} and m.known_to is null order by m.slug`;
}

/** Adds states, each with its end; the current state of a model ends when its first new state begins. */
export async function insertModelStates(
  db: Sql,
  rows: readonly (ModelRow & { readonly knownTo: Instant | null })[],
): Promise<void> {
  for (const batch of batchesOf(rows)) {
    const states = json(
      db,
      batch.map((row) => ({
        vendor: row.vendor,
        slug: row.slug,
        family: row.family,
        model_version: row.modelVersion,
        tier: row.tier,
        known_from: timestamp(row.knownFrom),
        known_to: timestamp(row.knownTo),
        grade: row.grade,
        stage: row.stage,
        occurred_from: timestamp(row.occurredFrom),
        occurred_to: timestamp(row.occurredTo),
        basis: row.basis,
        established_at: timestamp(row.establishedAt),
        first_seen_at: timestamp(row.firstSeenAt),
      })),
    );
    await db`
      update models m set known_to = t.known_from
      from (select vendor, slug, min(known_from) as known_from
        from json_to_recordset(${states}) as r(vendor text, slug text, known_from timestamptz) group by vendor, slug) t
      where m.vendor = t.vendor and m.slug = t.slug and m.known_to is null`;
    await db`
      insert into models (vendor, slug, family, model_version, tier, known_from, known_to, grade, stage, occurred_from,
        occurred_to, basis, established_at, first_seen_at)
      select vendor, slug, family, model_version, tier, known_from, known_to, grade, stage, occurred_from, occurred_to, basis,
        established_at, first_seen_at
      from json_to_recordset(${states}) as t(vendor text, slug text, family text, model_version text, tier text, known_from timestamptz,
        known_to timestamptz, grade text, stage text, occurred_from timestamptz, occurred_to timestamptz, basis text,
        established_at timestamptz, first_seen_at timestamptz)`;
  }
}

/** The current stages of the given models that any feed lists. */
export async function listModelStages(
  db: Sql,
  models: readonly { readonly vendor: string | null; readonly slug: string | null }[],
): Promise<Pick<ModelRow, 'vendor' | 'slug' | 'stage'>[]> {
  const keys = [...new Map(models.map(({ vendor, slug }) => [`${vendor} ${slug}`, { vendor, slug }])).values()];
  return await db<Pick<ModelRow, 'vendor' | 'slug' | 'stage'>[]>`
    select m.vendor, m.slug, m.stage from json_to_recordset(${json(db, keys)}) as k(vendor text, slug text)
      join models m on m.vendor = k.vendor and m.slug = k.slug and m.known_to is null
    order by m.vendor, m.slug`;
}

export type ModelFilter = {
  readonly vendor?: string;
  readonly family?: string;
  /** Null selects the model without a tier. */
  readonly tier?: string | null;
  readonly stage?: string;
  readonly grade?: string;
  readonly slug?: string;
  /** Certainly released at this moment or later. */
  readonly releasedGte?: Instant;
  /** Certainly released before this moment. */
  readonly releasedLt?: Instant;
  /** Has an end of the vendor's own service that satisfies all of these. */
  readonly endsGte?: Instant;
  readonly endsLt?: Instant;
  readonly endKinds?: readonly EndKind[];
};

/** A place in the list of models; `dueAt` only in the list by end. */
export type ModelPlace = { readonly vendor: string; readonly slug: string; readonly dueAt?: Instant | null };

export type ModelPage = {
  readonly after: ModelPlace | null;
  readonly asOf: Instant | null;
  readonly limit: number;
  /** `ends`: the models with a matching end, by the first of them. Default: all, by vendor and slug. */
  readonly sort?: 'ends' | undefined;
};

/** A model in a list; `dueAt` is its first matching end, in the list by end. */
export type ListedModel = ModelRow & { readonly dueAt: Instant | null };

/** Models as known at `asOf`, or now, starting after a place. */
export async function listModels(db: Sql, filter: ModelFilter, page: ModelPage): Promise<ListedModel[]> {
  const { after, asOf, limit } = page;
  if (page.sort === 'ends') return await listModelsByEnd(db, filter, page);
  const ends = hasEndFilter(filter) ? db`and ${hasEnd(db, filter, asOf)}` : db``;
  return await db<ListedModel[]>`
    select ${modelColumns(db)}, null::timestamptz as "dueAt" from models m
    where ${stateKnownAt(db, asOf)} ${modelFilter(db, filter)} ${ends}
      ${after === null ? db`` : db`and (m.vendor, m.slug) > (${after.vendor}, ${after.slug})`}
    order by m.vendor, m.slug limit ${limit}`;
}

/** Reads ends in the order of the list until a page is full. */
async function listModelsByEnd(
  db: Sql,
  filter: ModelFilter,
  { after, asOf, limit }: ModelPage,
): Promise<ListedModel[]> {
  const place =
    after === null
      ? db``
      : db`and (e.due_at, m.vendor, m.slug) > (${timestamp(after.dueAt ?? 0)}::timestamptz, ${after.vendor}, ${after.slug})`;
  const from = after === null ? db`` : db`and e.due_at >= ${timestamp(after.dueAt ?? 0)}::timestamptz`;
  return await db<ListedModel[]>`
    select ${modelColumns(db)}, e.due_at as "dueAt"
    from model_ends e join models m on m.vendor = e.vendor and m.slug = e.slug
    where ${isVendorsEnd(db, filter, asOf)} and ${stateKnownAt(db, asOf)} ${modelFilter(db, filter)} ${from} ${place}
      and not exists (select from model_ends x where x.vendor = e.vendor and x.slug = e.slug
        and ${isVendorsEnd(db, filter, asOf, db`x`)} and (x.due_at, x.family, x.id) < (e.due_at, e.family, e.id))
    order by e.due_at, m.vendor, m.slug limit ${limit}`;
}

function hasEndFilter({ endsGte, endsLt, endKinds }: ModelFilter): boolean {
  return endsGte !== undefined || endsLt !== undefined || endKinds !== undefined;
}

/** Whether a model has a matching end of the vendor's own service. */
function hasEnd(db: Sql, filter: ModelFilter, asOf: Instant | null) {
  return db`exists (
    select from model_ends e where e.vendor = m.vendor and e.slug = m.slug and ${isVendorsEnd(db, filter, asOf)})`;
}

function isVendorsEnd(db: Sql, { endsGte, endsLt, endKinds }: ModelFilter, asOf: Instant | null, e = db`e`) {
  return db`${e}.scope = 'vendor' and ${endStatedAt(db, asOf, e)}
    ${endsGte === undefined ? db`` : db`and ${e}.due_at >= ${timestamp(endsGte)}`}
    ${endsLt === undefined ? db`` : db`and ${e}.due_at < ${timestamp(endsLt)}`}
    ${endKinds === undefined ? db`` : db`and ${e}.kind = any(${[...endKinds]})`}`;
}

function modelFilter(db: Sql, filter: ModelFilter) {
  const { tier } = filter;
  return db`
    ${filter.vendor === undefined ? db`` : db`and m.vendor = ${filter.vendor}`}
    ${filter.family === undefined ? db`` : db`and m.family = ${filter.family}`}
    ${tier === undefined ? db`` : tier === null ? db`and m.tier is null` : db`and m.tier = ${tier}`}
    ${filter.stage === undefined ? db`` : db`and m.stage = ${filter.stage}`}
    ${filter.grade === undefined ? db`` : db`and m.grade = ${filter.grade}`}
    ${filter.slug === undefined ? db`` : db`and m.slug = ${filter.slug}`}
    ${filter.releasedGte === undefined ? db`` : db`and m.grade = 'admissible' and m.occurred_from >= ${timestamp(filter.releasedGte)}`}
    ${filter.releasedLt === undefined ? db`` : db`and m.grade = 'admissible' and m.occurred_to <= ${timestamp(filter.releasedLt)}`}`;
}

/** The number of models of each family that some of the given pairs name. In a pair, `any` is a wildcard. */
export async function countModelsOf(
  db: Sql,
  wanted: readonly FamilyKey[],
): Promise<(FamilyKey & { readonly models: number })[]> {
  return await db<(FamilyKey & { readonly models: number })[]>`
    select m.vendor, m.family, count(*)::int as models from models m
    where m.known_to is null and exists (
      select from unnest(${wanted.map((key) => key.vendor)}::text[], ${wanted.map((key) => key.family)}::text[]) as w(vendor, family)
      where w.vendor in (m.vendor, 'any') and w.family in (m.family, 'any'))
    group by m.vendor, m.family order by m.vendor, m.family`;
}
