import { endOfEffective } from '../evaluation/resolution.ts';
import { type DatedText, type Instant, parseEffective } from '../instant.ts';

/** The range of a probability, both ends included. */
export const probabilityMin = 0;
export const probabilityMax = 1;

/** How a forecast counts. The first standing that applies is used. */
export const forecastStandings = [
  'waiting',
  'unanswered',
  'other_criterion',
  'too_late',
  'hindsight',
  'scored',
] as const;

export type ForecastStanding = (typeof forecastStandings)[number];

/** The facts of a prediction's current resolution that hindsight and scores depend on. */
export type ScoredResolution = {
  readonly outcome: 'yes' | 'no' | 'ambiguous' | 'annulled';
  readonly criterionVersion: number;
  readonly effectiveAt: string;
  /** `known_at` of the prediction's first resolution. */
  readonly firstKnownAt: Instant;
};

/** Whether something was recorded after the first resolution was known, or after the outcome was settled in the world. */
export function isHindsight(
  resolution: Pick<ScoredResolution, 'effectiveAt' | 'firstKnownAt'>,
  writtenAt: Instant,
): boolean {
  return resolution.firstKnownAt < writtenAt || endOfEffective(resolution.effectiveAt) <= writtenAt;
}

/** When a forecast was made: at or after `madeFrom` and before `madeUntil`. */
export type ForecastTime = { readonly madeFrom: Instant; readonly madeUntil: Instant };

/** When a forecast was made. A vague date ends no later than the moment at which the forecast was recorded. */
export function forecastTime(made: DatedText, recordedAt: Instant): ForecastTime & { readonly madeAt: string } {
  const { text, interval } = made;
  return { madeAt: text, madeFrom: interval.from, madeUntil: Math.min(interval.to, recordedAt) };
}

/** Whether the forecast was certainly made before the earliest moment at which the prediction can have been settled. */
export function isBeforeOutcome(time: ForecastTime, resolution: Pick<ScoredResolution, 'effectiveAt'>): boolean {
  const outcomeFrom = parseEffective(resolution.effectiveAt)?.from ?? Number.NEGATIVE_INFINITY;
  return time.madeUntil <= outcomeFrom && time.madeFrom < outcomeFrom;
}

/** How a forecast counts, given the current resolution (null: none). The forecasts of a withdrawn prediction are never scored. */
export function standingOfForecast(
  forecast: ForecastTime & { readonly criterionVersion: number; readonly recordedAt: Instant },
  resolution: ScoredResolution | null,
  isWithdrawn = false,
): ForecastStanding {
  if (isWithdrawn) return 'unanswered';
  if (resolution === null) return 'waiting';
  if (resolution.outcome === 'ambiguous' || resolution.outcome === 'annulled') return 'unanswered';
  if (forecast.criterionVersion !== resolution.criterionVersion) return 'other_criterion';
  if (!isBeforeOutcome(forecast, resolution)) return 'too_late';
  return isHindsight(resolution, forecast.recordedAt) ? 'hindsight' : 'scored';
}
