import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { documentColumns, joinPeople, type KeptDocument, wholeDocument } from './prediction-documents.ts';
import { type PredictionPlace, type PredictionSort, resolvedAtFilter, sortClauses } from './prediction-sort.ts';
import {
  fromPredictions,
  type PredictionRow,
  type PredictionState,
  predictionColumns,
  readPredictions,
  wordsAlias,
} from './predictions.ts';
import type { Outcome } from './resolutions.ts';

/** Lists of predictions: their filters, and the statements that read a page or a number. */

export type PredictionFilter = {
  readonly states?: readonly PredictionState[];
  readonly outcome?: Outcome;
  readonly predictorId?: string;
  readonly sourceId?: string;
  readonly tag?: string;
  readonly vendor?: string;
  readonly family?: string;
  readonly resolveByGte?: Instant;
  readonly resolveByLt?: Instant;
  readonly madeAtGte?: Instant;
  readonly madeAtLt?: Instant;
  readonly resolvedAtGte?: Instant;
  readonly resolvedAtLt?: Instant;
  readonly q?: string;
  /** Filters by the state at a past moment: whether resolved, and with which outcome. */
  readonly resolvedAsOf?: {
    readonly asOf: Instant;
    readonly resolved: boolean | null;
    readonly outcome: Outcome | null;
  };
};

/** A prediction with the value that its list is sorted by; infinite if it has none. */
export type SortedPrediction = PredictionRow & { readonly sortValue: number };

/**
 * Predictions in the given order, after a position. At a past moment, a prediction whose criterion was replaced passes the
 * filters by vendor and family regardless of what it watched: the caller must check it.
 */
export async function listPredictions(
  db: Sql,
  filter: PredictionFilter,
  page: { after: PredictionPlace | null; sort: PredictionSort; limit: number },
): Promise<SortedPrediction[]> {
  const asOf = filter.resolvedAsOf?.asOf ?? null;
  const { value, afterPlace, orderBy } = sortClauses(db, { sort: page.sort, asOf, after: page.after });
  const rows = await db<SortedPrediction[]>`
    select ${predictionColumns(db, asOf)}, ${value} as "sortValue" from ${fromPredictions(db, asOf)}
    where true ${afterPlace} ${everyFilter(db, filter)} order by ${orderBy} limit ${page.limit}`;
  return readPredictions(rows);
}

/** A kept document in a list, or only the id of the prediction where its document must be computed. */
export type ListedDocument = { readonly sortValue: number; readonly listedId: string } & (
  | KeptDocument
  | { readonly id: null }
);

/** Documents of now in the given order, after a position. */
export async function listDocuments(
  db: Sql,
  filter: Omit<PredictionFilter, 'resolvedAsOf'>,
  page: { after: PredictionPlace | null; sort: PredictionSort; limit: number },
): Promise<ListedDocument[]> {
  const { value, afterPlace, orderBy } = sortClauses(db, { sort: page.sort, asOf: null, after: page.after });
  return await db<ListedDocument[]>`
    select p.id as "listedId", ${value} as "sortValue", ${documentColumns(db)}
    from ${usesDeadline(filter, page.sort) ? fromPredictions(db, null) : db`predictions p`}
    left join prediction_documents d on d.prediction_id = p.id and ${wholeDocument(db)} ${joinPeople(db)}
    where true ${afterPlace} ${everyFilter(db, filter)} order by ${orderBy} limit ${literal(db, page.limit)}`;
}

/** Whether a list needs the current criterion of each prediction. */
function usesDeadline(filter: PredictionFilter, sort: PredictionSort): boolean {
  const isSorted = sort === 'resolve_by' || sort === '-resolve_by';
  return isSorted || filter.resolveByGte !== undefined || filter.resolveByLt !== undefined;
}

/**
 * A limit as part of the statement. With a parameter, a plan for every limit would look worse to the server than one for each
 * execution, so that it would plan every time, which takes longer than reading a page.
 */
function literal(db: Sql, limit: number) {
  if (!Number.isSafeInteger(limit)) throw new RangeError(`a limit must be a whole number: ${limit}`);
  return db.unsafe(String(limit));
}

export async function countPredictions(db: Sql, filter: PredictionFilter): Promise<number> {
  const rows = await db<{ total: number }[]>`
    select count(*) as total from ${fromPredictions(db, filter.resolvedAsOf?.asOf ?? null)} where true ${everyFilter(db, filter)}`;
  return rows[0]?.total ?? 0;
}

function everyFilter(db: Sql, filter: PredictionFilter) {
  const { resolvedAtGte: gte, resolvedAtLt: lt } = filter;
  const resolvedAt = resolvedAtFilter(db, { gte, lt, asOf: filter.resolvedAsOf?.asOf ?? null });
  return db`${stateFilter(db, filter)} ${contentFilter(db, filter)} ${watchFilter(db, filter)} ${asOfFilter(db, filter)} ${resolvedAt}`;
}

/** Unsettled predictions with a deadline after a moment, by deadline. */
export async function listDeadlines(
  db: Sql,
  filter: Omit<PredictionFilter, 'states' | 'outcome' | 'resolvedAsOf'>,
  page: { since: Instant; limit: number },
): Promise<PredictionRow[]> {
  const rows = await db<PredictionRow[]>`
    select ${predictionColumns(db, null)} from ${fromPredictions(db, null)}
    where p.state in ('open', 'proposed') and c.resolve_by > ${timestamp(page.since)}
      ${contentFilter(db, filter)} ${watchFilter(db, filter)}
    order by c.resolve_by, p.seq limit ${page.limit}`;
  return readPredictions(rows);
}

function stateFilter(db: Sql, filter: PredictionFilter) {
  const state = filter.states === undefined ? db`` : db`and p.state = any(${filter.states})`;
  const outcome = filter.outcome === undefined ? db`` : db`and p.outcome = ${filter.outcome}`;
  return db`${state} ${outcome}`;
}

function contentFilter(db: Sql, filter: PredictionFilter) {
  const w = wordsAlias(db, filter.resolvedAsOf?.asOf ?? null);
  const like = filter.q === undefined ? '' : `%${filter.q.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
  return db`
    ${filter.predictorId === undefined ? db`` : db`and ${w}.predictor_id = ${filter.predictorId}`}
    ${filter.sourceId === undefined ? db`` : db`and ${w}.source_id = ${filter.sourceId}`}
    ${filter.tag === undefined ? db`` : db`and ${w}.tags @> ${[filter.tag]}`}
    ${filter.resolveByGte === undefined ? db`` : db`and c.resolve_by > ${timestamp(filter.resolveByGte)}`}
    ${filter.resolveByLt === undefined ? db`` : db`and c.resolve_by <= ${timestamp(filter.resolveByLt)}`}
    ${filter.madeAtGte === undefined ? db`` : db`and p.made_from >= ${timestamp(filter.madeAtGte)}`}
    ${filter.madeAtLt === undefined ? db`` : db`and p.made_from < ${timestamp(filter.madeAtLt)}`}
    ${filter.q === undefined ? db`` : db`and (${w}.statement ilike ${like} or ${w}.slug ilike ${like})`}`;
}

function watchFilter(db: Sql, filter: PredictionFilter) {
  if (filter.vendor === undefined && filter.family === undefined) return db``;
  const watches = db`exists (select from prediction_watches w where w.prediction_id = p.id
    ${filter.vendor === undefined ? db`` : db`and w.vendor = ${filter.vendor}`}
    ${filter.family === undefined ? db`` : db`and w.family = ${filter.family}`})`;
  return filter.resolvedAsOf === undefined ? db`and ${watches}` : db`and (p.criterion_version > 1 or ${watches})`;
}

function asOfFilter(db: Sql, filter: PredictionFilter) {
  const ask = filter.resolvedAsOf;
  if (ask === undefined) return db``;
  const standing = db`(select r.outcome from resolutions r where r.prediction_id = p.id and r.criterion_version = c.version
    and r.known_at <= ${timestamp(ask.asOf)} order by r.seq desc limit 1)`;
  const resolved =
    ask.resolved === null ? db`` : ask.resolved ? db`and ${standing} is not null` : db`and ${standing} is null`;
  return db`${resolved} ${ask.outcome === null ? db`` : db`and ${standing} = ${ask.outcome}`}`;
}
