import type { Instant } from '../../domain/instant.ts';
import { type Outcome, outcomes } from '../../domain/outcome.ts';
import { type ForecastStanding, forecastStandings } from '../../domain/scores/forecast.ts';
import { calibrationBins, hitRateOf, logProbabilityMin, type Score, scoreOf } from '../../domain/scores/score.ts';
import type { PredictorRow } from '../../store/predictors.ts';
import { type ClaimCount, countClaims, sumForecasts } from '../../store/scorecards.ts';
import type { Deps } from '../deps.ts';
import { getPredictor } from '../predictions/predictors.ts';

/** Claims with the outcomes yes and no. `hitRate` is null if there are none. */
export type Hits = { readonly right: number; readonly wrong: number; readonly hitRate: number | null };

/** The results of a predictor, as recorded and known at a moment. */
export type Scorecard = {
  readonly predictor: PredictorRow;
  readonly claims: {
    readonly recorded: number;
    readonly unresolved: number;
    readonly disputed: number;
    readonly withdrawn: number;
    readonly outcomes: Readonly<Record<Outcome, number>>;
  };
  /** Claims without a stated probability: those recorded in time, and those recorded in hindsight. */
  readonly plain: Hits;
  readonly plainHindsight: Hits;
  readonly forecasts: Readonly<Record<ForecastStanding, number>>;
  readonly score: Score;
  readonly hindsightScore: Score;
};

/** The scorecard of a predictor at `asOf`, or now if it is null, from the resolutions current then. Refuses with `not_found`. */
export async function getPredictorScorecard(deps: Deps, predictorId: string, asOf: Instant | null): Promise<Scorecard> {
  const db = deps.db.sql;
  const at = asOf ?? deps.now();
  const predictor = await getPredictor(deps, predictorId, asOf);
  const counts = await countClaims(db, predictor.id, at);
  const sums = await sumForecasts(db, predictor.id, { at, bins: calibrationBins, logProbabilityMin });
  const of = (standing: ForecastStanding) => sums.filter((row) => row.standing === standing);
  return {
    predictor,
    claims: tallyClaims(counts),
    plain: hitsOf(counts.filter((row) => row.plain && !row.hindsight)),
    plainHindsight: hitsOf(counts.filter((row) => row.plain && row.hindsight)),
    forecasts: tally(forecastStandings, (standing) => of(standing).reduce((sum, row) => sum + row.forecasts, 0)),
    score: scoreOf(of('scored')),
    hindsightScore: scoreOf(of('hindsight')),
  };
}

function tallyClaims(counts: readonly ClaimCount[]): Scorecard['claims'] {
  return {
    recorded: count(counts),
    unresolved: count(counts.filter((row) => row.outcome === null && !row.withdrawn)),
    disputed: count(counts.filter((row) => row.disputed)),
    withdrawn: count(counts.filter((row) => row.withdrawn)),
    outcomes: tally(outcomes, (outcome) => count(counts.filter((row) => row.outcome === outcome))),
  };
}

function hitsOf(counts: readonly ClaimCount[]): Hits {
  const right = count(counts.filter((row) => row.outcome === 'yes'));
  const wrong = count(counts.filter((row) => row.outcome === 'no'));
  return { right, wrong, hitRate: hitRateOf(right, wrong) };
}

function count(counts: readonly ClaimCount[]): number {
  return counts.reduce((sum, row) => sum + row.predictions, 0);
}

function tally<K extends string>(names: readonly K[], of: (name: K) => number): Record<K, number> {
  // `names` contains every member of K, so every entry exists.
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<K, number>;
}
