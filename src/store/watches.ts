import type { PendingQuery, Row } from 'postgres';
import type { Criterion } from '../domain/criterion/criterion.ts';
import type { Watch } from '../domain/criterion/watch.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { withReadableCriteria } from './malformed-rows.ts';
import { json, timestamp, timestampTexts } from './postgres-types.ts';
import { selectWatching, type TouchedModel } from './watch-selections.ts';

/** Which predictions to evaluate again: the families they watch, the coverage edges they wait for, and their timers. */

/** Records the families whose evidence can change a prediction. */
export async function insertWatches(db: Sql, predictionId: string, watches: readonly Watch[]): Promise<void> {
  if (watches.length === 0) return;
  await db`
    insert into prediction_watches (prediction_id, vendor, family, facts, versions, tiers, narrowed)
    select ${predictionId}, w.vendor, w.family, w.facts, w.versions, w.tiers, true
    from json_to_recordset(${json(db, watches)}) as w(vendor text, family text, facts boolean, versions text[], tiers text[])
    on conflict (vendor, family, prediction_id) do update
      set facts = excluded.facts, versions = excluded.versions, tiers = excluded.tiers, narrowed = true`;
}

export async function insertEdges(
  db: Sql,
  predictionId: string,
  edges: readonly { vendor: string; at: Instant }[],
): Promise<void> {
  if (edges.length === 0) return;
  await db`
    insert into prediction_edges (prediction_id, vendor, edge_at)
    select ${predictionId}, e.vendor, e.edge_at
    from unnest(${edges.map((edge) => edge.vendor)}::text[],
      ${timestampTexts(edges.map((edge) => edge.at))}::timestamptz[]) as e(vendor, edge_at)
    on conflict do nothing`;
}

/** Deletes the watches and edges of a criterion that was replaced. */
export async function deleteWatches(db: Sql, predictionId: string): Promise<void> {
  await db`
    with edges as (delete from prediction_edges where prediction_id = ${predictionId})
    delete from prediction_watches where prediction_id = ${predictionId}`;
}

/**
 * Locks predictions for the transaction, in id order. Later statements of the transaction see evidence that others have
 * committed meanwhile, so the last transaction to settle a prediction has seen all of it.
 */
export async function lockPredictions(db: Sql, ids: readonly string[]): Promise<void> {
  await db`select id from predictions where id = any(${ids}) order by id for update`;
}

/**
 * Ids of the predictions that watch any of the families; with `facts`, only those that depend on stated facts, or whose
 * document shows the observations that a person has to weigh.
 */
export async function listWatching(
  db: Sql,
  touched: readonly TouchedModel[],
  what: 'releases' | 'facts' = 'releases',
): Promise<string[]> {
  if (touched.length === 0) return [];
  const rows = await db<{ id: string }[]>`
    select distinct w.prediction_id as id from (${selectWatching(db, touched, what)}) w order by id`;
  return rows.map((row) => row.id);
}

export type WatchingPrediction = {
  readonly id: string;
  readonly slug: string;
  readonly statement: string;
  readonly madeFrom: Instant;
  readonly criterion: Criterion;
};

/** Predictions that watch a model's family and were recorded by a moment, newest first. Not all of them concern the model itself. */
export async function listWatchingModel(
  db: Sql,
  { vendor, family }: { vendor: string; family: string },
  page: { asOf: Instant | null; limit: number },
): Promise<WatchingPrediction[]> {
  const rows = await db<WatchingPrediction[]>`
    select p.id, p.slug, p.statement, p.made_from as "madeFrom", c.criterion
    from predictions p join criteria c on c.prediction_id = p.id and c.version = p.criterion_version
    where exists (select from prediction_watches w where w.prediction_id = p.id and w.vendor in (${vendor}, 'any')
      and w.family in (${family}, 'any'))
      ${page.asOf === null ? db`` : db`and p.recorded_at <= ${timestamp(page.asOf)}`}
    order by p.seq desc limit ${page.limit}`;
  return withReadableCriteria(rows, ({ id }) => id);
}

/** Predictions that watch every version and tier only because an earlier version of the program recorded them. */
export async function listWideWatches(db: Sql, limit: number): Promise<{ id: string; criterion: Criterion }[]> {
  return await db<{ id: string; criterion: Criterion }[]>`
    select p.id, c.criterion from predictions p join criteria c on c.prediction_id = p.id and c.version = p.criterion_version
    where p.id in (select w.prediction_id from prediction_watches w where not w.narrowed order by w.prediction_id limit ${limit})
    order by p.id for update of p`;
}

/** Records that all watches of some predictions are as narrow as their criteria. */
export async function recordNarrowed(db: Sql, ids: readonly string[]): Promise<void> {
  await db`update prediction_watches set narrowed = true where prediction_id = any(${ids}) and not narrowed`;
}

/** Schedules a recheck of a prediction at a moment, unless an earlier one is scheduled. */
export async function advanceRecheck(db: Sql, id: string, at: Instant): Promise<void> {
  await db`update predictions set recheck_at = least(recheck_at, ${timestamp(at)}) where id = ${id}`;
}

/** Predictions whose recheck is due. */
export async function listDueRechecks(db: Sql, now: Instant, limit: number): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from predictions where recheck_at <= ${timestamp(now)} order by recheck_at, id limit ${limit}`;
  return rows.map((row) => row.id);
}

/**
 * Predictions evaluated with other rules, identity data or feed settings, starting after an id. The index has few different
 * versions, so that stepping from one to the next finds nothing quickly.
 */
export async function listOutdatedEvaluations(
  db: Sql,
  evaluatedWith: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const next = (condition: PendingQuery<Row[]>) =>
    db`(${unwithdrawn(db, db`evaluated_with`)} and ${condition} order by evaluated_with limit 1)`;
  const outdated = (condition: PendingQuery<Row[]>) =>
    db`(${unwithdrawn(db, db`id`)} and ${condition} and id > ${after} order by id limit ${limit})`;
  const rows = await db<{ id: string }[]>`
    with recursive versions (version) as (
      ${next(db`evaluated_with > ''`)}
      union all
      select ${next(db`evaluated_with > v.version`)} from versions v where v.version is not null)
    select found.id from versions v cross join lateral ${outdated(db`evaluated_with = v.version`)} found
    where v.version <> ${evaluatedWith}
    union all ${outdated(db`evaluated_with is null`)}
    order by id limit ${limit}`;
  return rows.map((row) => row.id);
}

function unwithdrawn(db: Sql, column: PendingQuery<Row[]>): PendingQuery<Row[]> {
  return db`select ${column} from predictions where withdrawn_at is null`;
}

/** The ids of all predictions that are not withdrawn, starting after an id. */
export async function listPredictionIds(db: Sql, after: string, limit: number): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from predictions where id > ${after} and withdrawn_at is null order by id limit ${limit}`;
  return rows.map((row) => row.id);
}
