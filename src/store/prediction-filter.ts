import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { resolvedAtFilter } from './prediction-sort.ts';
import { type PredictionState, wordsAlias } from './predictions.ts';
import type { Outcome } from './resolutions.ts';

/** The filters of lists of predictions, as conditions for the predictions `p`. */

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

/** The condition of a whole filter. At a past moment, it needs the tables of `fromPredictions`. */
export function everyFilter(db: Sql, filter: PredictionFilter) {
  const { resolvedAtGte: gte, resolvedAtLt: lt } = filter;
  const resolvedAt = resolvedAtFilter(db, { gte, lt, asOf: filter.resolvedAsOf?.asOf ?? null });
  return db`${stateFilter(db, filter)} ${contentFilter(db, filter)} ${watchFilter(db, filter)} ${asOfFilter(db, filter)} ${resolvedAt}`;
}

function stateFilter(db: Sql, filter: PredictionFilter) {
  const state = filter.states === undefined ? db`` : db`and p.state = any(${filter.states})`;
  const outcome = filter.outcome === undefined ? db`` : db`and p.outcome = ${filter.outcome}`;
  return db`${state} ${outcome}`;
}

function contentFilter(db: Sql, filter: PredictionFilter) {
  const resolveBy = filter.resolvedAsOf === undefined ? db`p.resolve_by` : db`c.resolve_by`;
  const w = wordsAlias(db, filter.resolvedAsOf?.asOf ?? null);
  const like = filter.q === undefined ? '' : likePattern(filter.q);
  return db`
    ${filter.predictorId === undefined ? db`` : db`and ${w}.predictor_id = ${filter.predictorId}`}
    ${filter.sourceId === undefined ? db`` : db`and ${w}.source_id = ${filter.sourceId}`}
    ${filter.tag === undefined ? db`` : db`and ${w}.tags @> ${[filter.tag]}`}
    ${filter.resolveByGte === undefined ? db`` : db`and ${resolveBy} > ${timestamp(filter.resolveByGte)}`}
    ${filter.resolveByLt === undefined ? db`` : db`and ${resolveBy} <= ${timestamp(filter.resolveByLt)}`}
    ${filter.madeAtGte === undefined ? db`` : db`and p.made_from >= ${timestamp(filter.madeAtGte)}`}
    ${filter.madeAtLt === undefined ? db`` : db`and p.made_from < ${timestamp(filter.madeAtLt)}`}
    ${filter.q === undefined ? db`` : db`and (${w}.statement ilike ${like} or ${w}.slug ilike ${like})`}`;
}

function watchFilter(db: Sql, filter: PredictionFilter) {
  if (filter.vendor === undefined && filter.family === undefined) return db``;
  const watches = db`exists (select from prediction_watches w where w.prediction_id = p.id ${watchCondition(db, filter)})`;
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

/** The condition of `prediction_watches w` for the filters by vendor and family. */
export function watchCondition(db: Sql, { vendor, family }: PredictionFilter) {
  return db`${vendor === undefined ? db`` : db`and w.vendor = ${vendor}`}
    ${family === undefined ? db`` : db`and w.family = ${family}`}`;
}

/** The pattern that finds a text anywhere, taken literally. */
export function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (found) => `\\${found}`)}%`;
}
