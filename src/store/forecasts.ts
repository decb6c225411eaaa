import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** The probability that a predictor gave a prediction, and when. */
export type ForecastRow = {
  readonly id: string;
  readonly predictionId: string;
  readonly predictorId: string;
  readonly sourceId: string | null;
  readonly locator: string | null;
  readonly probability: number;
  /** The version of the criterion that was current when it was recorded. */
  readonly criterionVersion: number;
  readonly madeAt: string;
  /** It was made at or after `madeFrom` and before `madeUntil`, which is not after `recordedAt`. */
  readonly madeFrom: Instant;
  readonly madeUntil: Instant;
  readonly recordedAt: Instant;
};

export type ListedForecast = ForecastRow & { readonly seq: number; readonly predictorName: string };

export async function insertForecast(db: Sql, forecast: ForecastRow): Promise<void> {
  await db`
    insert into forecasts (id, prediction_id, predictor_id, source_id, locator, probability, criterion_version, made_at,
      made_from, made_until, recorded_at)
    values (${forecast.id}, ${forecast.predictionId}, ${forecast.predictorId}, ${forecast.sourceId}, ${forecast.locator},
      ${forecast.probability}, ${forecast.criterionVersion}, ${forecast.madeAt}, ${timestamp(forecast.madeFrom)},
      ${timestamp(forecast.madeUntil)}, ${timestamp(forecast.recordedAt)})`;
}

export type ForecastPage = {
  readonly predictorId: string | null;
  /** Only forecasts recorded by this moment. */
  readonly at: Instant;
  /** The moment whose names of predictors are shown; null for now. */
  readonly asOf: Instant | null;
  /** The sequence number of the forecast after which to continue. */
  readonly after: number | null;
  readonly limit: number;
};

/** The columns of a ListedForecast, for statements over `forecasts f` and `predictors w`. */
function listedColumns(db: Sql) {
  return db`f.id, f.prediction_id as "predictionId", f.predictor_id as "predictorId", f.source_id as "sourceId", f.locator, f.probability,
    f.criterion_version as "criterionVersion", f.made_at as "madeAt", f.made_from as "madeFrom", f.made_until as "madeUntil",
    f.recorded_at as "recordedAt", f.seq, w.name as "predictorName"`;
}

/** The given forecasts, in the order of recording. */
export async function listForecastsById(db: Sql, ids: readonly string[]): Promise<ListedForecast[]> {
  return await db<ListedForecast[]>`
    select ${listedColumns(db)} from forecasts f join predictors w on w.id = f.predictor_id
    where f.id = any(${ids}) order by f.seq`;
}

/** The predictors with their names at a moment; the first name for any earlier moment. */
function namesAt(db: Sql, asOf: Instant | null) {
  if (asOf === null) return db`predictors`;
  return db`(select v.predictor_id as id, v.name from predictor_versions v where v.edit = coalesce((select max(x.edit)
    from predictor_versions x where x.predictor_id = v.predictor_id and x.edited_at <= ${timestamp(asOf)}), 1))`;
}

/** Forecasts of a prediction by the time they were made, then in the order of recording. */
export async function listForecasts(db: Sql, predictionId: string, page: ForecastPage): Promise<ListedForecast[]> {
  return await db<ListedForecast[]>`
    select ${listedColumns(db)}
    from forecasts f join ${namesAt(db, page.asOf)} w on w.id = f.predictor_id
    where f.prediction_id = ${predictionId} and f.recorded_at <= ${timestamp(page.at)}
      ${page.predictorId === null ? db`` : db`and f.predictor_id = ${page.predictorId}`}
      ${
        page.after === null
          ? db``
          : db`and (f.made_from, f.seq) > (select a.made_from, a.seq from forecasts a
        where a.seq = ${page.after})`
      }
    order by f.made_from, f.seq limit ${page.limit}`;
}

/** The latest probability that the given predictor of each prediction gave it, as recorded by a moment. */
export async function listOwnProbabilities(
  db: Sql,
  predictions: readonly { readonly id: string; readonly predictorId: string | null }[],
  at: Instant,
): Promise<ReadonlyMap<string, number>> {
  const own = predictions.filter(({ predictorId }) => predictorId !== null);
  const rows = await db<{ predictionId: string; probability: number }[]>`
    select distinct on (f.prediction_id) f.prediction_id as "predictionId", f.probability
    from unnest(${own.map(({ id }) => id)}::text[], ${own.map(({ predictorId }) => predictorId)}::text[]) as p (id, predictor_id)
    join forecasts f on f.prediction_id = p.id and f.predictor_id = p.predictor_id
    where f.recorded_at <= ${timestamp(at)}
    order by f.prediction_id, f.made_from desc, f.seq desc`;
  return new Map(rows.map((row) => [row.predictionId, row.probability]));
}
