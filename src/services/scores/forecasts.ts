import { formatInstant, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import {
  type ForecastStanding,
  type ForecastTime,
  forecastTime,
  isBeforeOutcome,
  isHindsight,
  type ScoredResolution,
  standingOfForecast,
} from '../../domain/scores/forecast.ts';
import type { Sql } from '../../store/db.ts';
import { listDisputes } from '../../store/disputes.ts';
import { insertForecast, type ListedForecast, listForecasts } from '../../store/forecasts.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import { findPredictor } from '../../store/predictors.ts';
import { listStandingResolutions, type StandingResolution } from '../../store/resolutions.ts';
import type { Deps } from '../deps.ts';
import { keepCurrentWords } from '../predictions/documents.ts';
import { readMadeAt, requirePrediction, requireReferences } from '../predictions/predictions.ts';
import { refuseWithdrawn } from '../predictions/withdrawals.ts';

export type ForecastInput = {
  readonly probability: number;
  /** When the forecast was made. Default: now. */
  readonly madeAt?: string | undefined;
  /** Who made it. Default: the predictor of the claim. */
  readonly predictorId?: string | undefined;
  readonly sourceId?: string | null | undefined;
  readonly locator?: string | null | undefined;
};

/** A forecast, with how it counts by the current resolution. */
export type ForecastView = {
  readonly forecast: Omit<ListedForecast, 'seq'>;
  readonly hindsight: boolean;
  readonly standing: ForecastStanding;
};

/**
 * Records a forecast. Refuses with `withdrawn` if the prediction was withdrawn. Refuses with `conflict` if the forecast
 * was not made before the deciding event, unless the resolution is disputed. A forecast made before that event but
 * recorded after it counts as hindsight.
 */
export async function createPredictionForecast(
  deps: Deps,
  idOrSlug: string,
  input: ForecastInput,
): Promise<ForecastView> {
  return await deps.db.begin(async (tx) => {
    const prediction = await requirePrediction(tx, idOrSlug);
    if (prediction.withdrawnAt !== null) throw refuseWithdrawn('forecasts of it are not accepted');
    await requireReferences(tx, input);
    const predictor = await requireForecaster(tx, prediction, input.predictorId);
    const recordedAt = deps.now();
    const made = forecastTime(readMadeAt(input.madeAt ?? formatInstant(recordedAt), recordedAt), recordedAt);
    const resolution = await findStanding(tx, prediction, recordedAt);
    if (resolution !== null) await requireBeforeOutcome(tx, made, resolution, recordedAt);
    const forecast = {
      id: deps.newId('fc'),
      predictionId: prediction.id,
      predictorId: predictor.id,
      sourceId: input.sourceId ?? null,
      locator: input.locator ?? null,
      probability: input.probability,
      criterionVersion: prediction.criterionVersion,
      ...made,
      recordedAt,
    };
    await insertForecast(tx, forecast);
    await keepCurrentWords(tx, deps, prediction.id);
    return viewForecast({ ...forecast, predictorName: predictor.name }, resolution, false);
  });
}

async function requireForecaster(
  tx: Sql,
  prediction: PredictionRow,
  given: string | undefined,
): Promise<{ id: string; name: string }> {
  const id = given ?? prediction.predictorId;
  const predictor = id === null ? null : await findPredictor(tx, id);
  if (predictor !== null) return predictor;
  const detail = 'predictor_id is required, because the prediction has no predictor';
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/predictor_id' }]);
}

async function requireBeforeOutcome(
  tx: Sql,
  made: ForecastTime,
  resolution: StandingResolution,
  now: Instant,
): Promise<void> {
  if (isBeforeOutcome(made, resolution) || (await listDisputes(tx, [resolution.id], now)).length > 0) return;
  throw new Refusal(
    'conflict',
    `the prediction is resolved (${resolution.outcome}, effective ${resolution.effectiveAt}); made_at must be before that`,
  );
}

/** The resolution that was current at a moment, if it is of the prediction's criterion version; otherwise null. */
async function findStanding(db: Sql, prediction: PredictionRow, at: Instant): Promise<StandingResolution | null> {
  const [resolution] = await listStandingResolutions(db, [prediction.id], at);
  return resolution?.criterionVersion === prediction.criterionVersion ? resolution : null;
}

function viewForecast(
  forecast: ForecastView['forecast'],
  resolution: ScoredResolution | null,
  isWithdrawn: boolean,
): ForecastView {
  return {
    forecast,
    hindsight: resolution !== null && isHindsight(resolution, forecast.recordedAt),
    standing: standingOfForecast(forecast, resolution, isWithdrawn),
  };
}

/** The forecasts of a prediction recorded by `asOf`, or now if it is null, in the order in which they were made. */
export async function listPredictionForecasts(
  deps: Deps,
  idOrSlug: string,
  page: { predictorId: string | null; asOf: Instant | null; after: number | null; limit: number },
): Promise<(ForecastView & { readonly seq: number })[]> {
  const db = deps.db.sql;
  const at = page.asOf ?? deps.now();
  const prediction = await requirePrediction(db, idOrSlug, page.asOf);
  const isWithdrawn = prediction.withdrawnAt !== null;
  const rows = await listForecasts(db, prediction.id, { ...page, at });
  if (rows.length === 0) return [];
  const resolution = await findStanding(db, prediction, at);
  return rows.map((row) => ({ ...viewForecast(row, resolution, isWithdrawn), seq: row.seq }));
}
