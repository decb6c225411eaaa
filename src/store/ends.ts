import type { EndKey, EndState } from '../domain/ends/end.ts';
import type { EndKind, EndScope } from '../domain/feeds/stated-end.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { concernedIds } from './end-notices.ts';
import type { FamilyKey } from './model-families.ts';
import { batchesOf, json, timestamp } from './postgres-types.ts';

/** The parts of a state that are stored as JSON, because nothing selects by them. */
type Facts = Pick<EndState, 'evidence' | 'successor' | 'contradicted' | 'sources' | 'movedFrom'>;

type StoredEnd = EndKey & {
  readonly vendor: string;
  readonly family: string;
  readonly slug: string;
  readonly modelVersion: string | null;
  readonly tier: string | null;
  readonly knownFrom: Instant;
  readonly kind: EndKind | null;
  readonly dateFrom: Instant | null;
  readonly dateTo: Instant | null;
  readonly datePrecision: 'day' | 'month' | null;
  readonly dueAt: Instant | null;
  readonly statedSince: Instant | null;
  readonly appeared: boolean;
  readonly endedAt: Instant | null;
  readonly suspended: boolean;
  readonly facts: Facts;
};

/** An end that is stated, with the moment by which lists are sorted. */
export type EndRow = EndState & { readonly kind: EndKind; readonly statedSince: Instant; readonly dueAt: Instant };

function endColumns(db: Sql) {
  return db`e.vendor, e.family, e.id, e.scope, nullif(e.host, '') as host, e.slug, e.model_version as "modelVersion", e.tier,
    e.known_from as "knownFrom", e.kind, e.date_from as "dateFrom", e.date_to as "dateTo", e.date_precision as "datePrecision",
    e.due_at as "dueAt", e.stated_since as "statedSince", e.appeared, e.ended_at as "endedAt", e.suspended, e.facts`;
}

function toState(row: StoredEnd): EndState {
  const { vendor, family, modelVersion: version, tier, slug, dateFrom, dateTo, datePrecision, facts } = row;
  const { id, scope, host, knownFrom, kind, statedSince, appeared, endedAt, suspended } = row;
  const date =
    dateFrom === null || dateTo === null || datePrecision === null
      ? null
      : { from: dateFrom, to: dateTo, precision: datePrecision };
  const model = { vendor, family, version, tier, slug: slug === '' ? null : slug };
  return { id, scope, host, knownFrom, model, kind, date, statedSince, appeared, endedAt, suspended, ...facts };
}

function toRow(row: StoredEnd): EndRow[] {
  const state = toState(row);
  const { kind, statedSince } = state;
  return kind === null || statedSince === null || row.dueAt === null
    ? []
    : [{ ...state, kind, statedSince, dueAt: row.dueAt }];
}

/**
 * Deletes the states of a family's ends from a moment of knowledge on, and returns the state of each end just before it. One
 * statement: most families have none.
 */
export async function rewindEnds(db: Sql, { vendor, family }: FamilyKey, from: Instant): Promise<EndState[]> {
  const since = timestamp(from);
  const rows = await db<StoredEnd[]>`
    with dropped as (
      delete from model_ends where vendor = ${vendor} and family = ${family} and known_from >= ${since}::timestamptz),
    reopened as (
      update model_ends set known_to = null
      where vendor = ${vendor} and family = ${family} and known_from < ${since}::timestamptz and known_to >= ${since}::timestamptz)
    select ${endColumns(db)} from model_ends e
    where e.vendor = ${vendor} and e.family = ${family} and e.known_from < ${since}::timestamptz
      and (e.known_to is null or e.known_to >= ${since}::timestamptz)
    order by e.id, e.scope, e.host`;
  return rows.map(toState);
}

/** Adds states; the current state of an end ends when its first new state begins. */
export async function insertEnds(
  db: Sql,
  states: readonly (EndState & { readonly knownTo: Instant | null })[],
): Promise<void> {
  for (const batch of batchesOf(states)) {
    const rows = json(db, batch.map(toColumns));
    await db`
      update model_ends e set known_to = t.known_from
      from (select vendor, family, id, scope, host, min(known_from) as known_from
        from json_to_recordset(${rows}) as r(vendor text, family text, id text, scope text, host text, known_from timestamptz)
        group by vendor, family, id, scope, host) t
      where e.vendor = t.vendor and e.family = t.family and e.id = t.id and e.scope = t.scope and e.host = t.host
        and e.known_to is null`;
    await db`
      insert into model_ends (vendor, family, id, scope, host, known_from, known_to, slug, model_version, tier, kind, date_from,
        date_to, date_precision, due_at, stated_since, appeared, ended_at, suspended, successor_vendor, successor_slug, facts)
      select vendor, family, id, scope, host, known_from, known_to, slug, model_version, tier, kind, date_from, date_to,
        date_precision, due_at, stated_since, appeared, ended_at, suspended, successor_vendor, successor_slug, facts
      from json_to_recordset(${rows}) as t(vendor text, family text, id text, scope text, host text, known_from timestamptz,
        known_to timestamptz, slug text, model_version text, tier text, kind text, date_from timestamptz, date_to timestamptz,
        date_precision text, due_at timestamptz, stated_since timestamptz, appeared boolean, ended_at timestamptz,
        suspended boolean, successor_vendor text, successor_slug text, facts jsonb)`;
  }
}

function toColumns(state: EndState & { readonly knownTo: Instant | null }) {
  const { model, id, scope, host, knownFrom, knownTo, kind, date, statedSince, appeared, endedAt, suspended } = state;
  const { evidence, successor, contradicted, sources, movedFrom } = state;
  return {
    vendor: model.vendor,
    family: model.family,
    id,
    scope,
    host: host ?? '',
    known_from: timestamp(knownFrom),
    known_to: timestamp(knownTo),
    slug: model.slug ?? '',
    model_version: model.version,
    tier: model.tier,
    kind,
    date_from: timestamp(date?.from ?? null),
    date_to: timestamp(date?.to ?? null),
    date_precision: date?.precision ?? null,
    due_at: timestamp(kind === null ? null : (date?.from ?? statedSince)),
    stated_since: timestamp(statedSince),
    appeared,
    ended_at: timestamp(endedAt),
    suspended,
    successor_vendor: successor?.model?.vendor ?? null,
    successor_slug: successor?.model?.slug ?? null,
    facts: { evidence, successor, contradicted, sources, movedFrom } satisfies Facts,
  };
}

export type EndFilter = {
  readonly vendor?: string | undefined;
  readonly family?: string | undefined;
  readonly slug?: string | undefined;
  readonly kinds?: readonly EndKind[] | undefined;
  readonly scope?: EndScope | undefined;
  readonly host?: string | undefined;
  /** Id or name of a watch that the end concerns. Only of ends as known now: what a watch contained earlier is not kept. */
  readonly watch?: string | undefined;
  /** Due at this moment or later. */
  readonly dueGte?: Instant | undefined;
  readonly dueLt?: Instant | undefined;
  /** Whether the day has passed at a moment, or a row says that the model has ended. */
  readonly past?: { readonly isPast: boolean; readonly at: Instant } | undefined;
  /** Whether the evidence suffices that the id has ended. */
  readonly ended?: boolean | undefined;
};

/** The place of an end in a list by urgency. `family` distinguishes ends of equal ids. */
export type EndPlace = EndKey & { readonly dueAt: Instant; readonly vendor: string; readonly family: string };

export type EndPage = { readonly after: EndPlace | null; readonly asOf: Instant | null; readonly limit: number };

/** The condition for the state known at `asOf`, or now, of an end `e` that is stated. */
export function endStatedAt(db: Sql, asOf: Instant | null, e = db`e`) {
  if (asOf === null) return db`${e}.kind is not null and ${e}.known_to is null`;
  const then = timestamp(asOf);
  return db`${e}.kind is not null and ${e}.known_from <= ${then} and (${e}.known_to is null or ${e}.known_to > ${then})`;
}

/** Ends as known at `asOf`, or now, the most urgent first: by `due_at`, then by vendor, family, id, scope and host. */
export async function listEnds(db: Sql, filter: EndFilter, { after, asOf, limit }: EndPage): Promise<EndRow[]> {
  const rows = await db<StoredEnd[]>`
    select ${endColumns(db)} from model_ends e
    where ${endStatedAt(db, asOf)} ${endFilter(db, filter)} ${watchFilter(db, filter)}
      ${after === null ? db`` : afterPlace(db, after)}
    order by e.due_at, e.vendor, e.family, e.id, e.scope, e.host limit ${limit}`;
  return rows.flatMap(toRow);
}

function afterPlace(db: Sql, { dueAt, vendor, family, id, scope, host }: EndPlace) {
  return db`and (e.due_at, e.vendor, e.family, e.id, e.scope, e.host)
    > (${timestamp(dueAt)}::timestamptz, ${vendor}, ${family}, ${id}, ${scope}, ${host ?? ''})`;
}

function endFilter(db: Sql, filter: EndFilter) {
  const { vendor, family, slug, kinds, scope, host, dueGte, dueLt, past, ended } = filter;
  return db`
    ${vendor === undefined ? db`` : db`and e.vendor = ${vendor}`}
    ${family === undefined ? db`` : db`and e.family = ${family}`}
    ${slug === undefined ? db`` : db`and e.slug = ${slug}`}
    ${kinds === undefined ? db`` : db`and e.kind = any(${[...kinds]})`}
    ${scope === undefined ? db`` : db`and e.scope = ${scope}`}
    ${host === undefined ? db`` : db`and e.host = ${host}`}
    ${dueGte === undefined ? db`` : db`and e.due_at >= ${timestamp(dueGte)}`}
    ${dueLt === undefined ? db`` : db`and e.due_at < ${timestamp(dueLt)}`}
    ${past === undefined ? db`` : pastFilter(db, past)}
    ${ended === undefined ? db`` : ended ? db`and e.ended_at is not null` : db`and e.ended_at is null`}`;
}

function watchFilter(db: Sql, { watch }: EndFilter) {
  if (watch === undefined) return db``;
  return db`and exists (
    select from (select e.vendor, e.id, e.scope, e.host) t cross join lateral ${concernedIds(db)} i
    where i.watch_id in (select w.id from model_watches w where w.id = ${watch} or w.name = ${watch}))`;
}

function pastFilter(db: Sql, { isPast, at }: { readonly isPast: boolean; readonly at: Instant }) {
  const now = timestamp(at);
  return isPast
    ? db`and (e.kind = 'passed' or e.ended_at is not null or e.date_to <= ${now})`
    : db`and e.kind <> 'passed' and e.ended_at is null and e.date_to > ${now}`;
}

/** What a watch looks for: an id of a vendor, or all ids of a model. */
export type EndSubject =
  | { readonly vendor: string; readonly id: string }
  | { readonly vendor: string; readonly slug: string };

/** The ends known now of the given ids and models, by id; one statement. */
export async function findEnds(db: Sql, subjects: readonly EndSubject[]): Promise<EndRow[]> {
  if (subjects.length === 0) return [];
  const ids = subjects.flatMap((one) => ('id' in one ? [one] : []));
  const models = subjects.flatMap((one) => ('slug' in one ? [one] : []));
  const rows = await db<StoredEnd[]>`
    select ${endColumns(db)} from model_ends e
    where ${endStatedAt(db, null)} and ((e.vendor, e.id) in (select t.vendor, t.id from
        unnest(${ids.map((one) => one.vendor)}::text[], ${ids.map((one) => one.id)}::text[]) as t(vendor, id))
      or (e.vendor, e.slug) in (select t.vendor, t.slug from
        unnest(${models.map((one) => one.vendor)}::text[], ${models.map((one) => one.slug)}::text[]) as t(vendor, slug)))
    order by e.vendor, e.family, e.id, e.scope, e.host`;
  return rows.flatMap(toRow);
}

/** The ends known now whose sources recommend one of the models instead; of ids that have not ended. */
export async function findEndsWithSuccessor(
  db: Sql,
  models: readonly { readonly vendor: string; readonly slug: string }[],
): Promise<EndRow[]> {
  if (models.length === 0) return [];
  const rows = await db<StoredEnd[]>`
    select ${endColumns(db)} from model_ends e
    where ${endStatedAt(db, null)} and e.ended_at is null and (e.successor_vendor, e.successor_slug) in (select t.vendor, t.slug from
      unnest(${models.map((one) => one.vendor)}::text[], ${models.map((one) => one.slug)}::text[]) as t(vendor, slug))
    order by e.vendor, e.family, e.id, e.scope, e.host`;
  return rows.flatMap(toRow);
}

/** Families with an end that is not proven yet, whose day ended after one moment and up to another, and that a feed lists. */
export async function listFamiliesEndingBetween(
  db: Sql,
  feedId: string,
  { after, until }: { readonly after: Instant; readonly until: Instant },
): Promise<FamilyKey[]> {
  return await db<FamilyKey[]>`
    select distinct e.vendor, e.family from model_ends e
    where e.known_to is null and e.ended_at is null and e.scope = 'vendor'
      and e.date_to > ${timestamp(after)} and e.date_to <= ${timestamp(until)}
      and exists (select from item_readings r
        where r.feed_id = ${feedId} and r.outcome = 'model' and r.vendor = e.vendor and r.family = e.family)
    order by e.vendor, e.family`;
}

/** The ids under which the vendor's own rows list a model now. */
export async function listOwnIds(db: Sql, { vendor, family, version, tier }: EndState['model']): Promise<string[]> {
  const rows = await db<{ name: string }[]>`
    select distinct r.name from item_readings r
      join sightings s on s.feed_id = r.feed_id and s.item_key = r.item_key and s.gone_at is null
      join feeds f on f.id = r.feed_id and f.trust <> 'community'
    where r.outcome = 'model' and r.own and r.vendor = ${vendor} and r.family = ${family}
      and r.model_version is not distinct from ${version} and r.tier is not distinct from ${tier}
    order by r.name`;
  return rows.map(({ name }) => name);
}
