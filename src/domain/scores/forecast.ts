import { endOfEffective } from '../evaluation/resolution.ts';
import { type DatedText, type Instant, parseEffective } from '../instant.ts';

/** The range of a probability, both ends included. */
export const probabilityMin = 0;
export const probabilityMax = 1;

/** How a forecast counts; the first that applies. */
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
export type Answer = {
  readonly outcome: 'yes' | 'no' | 'ambiguous' | 'annulled';
  readonly criterionVersion: number;
  readonly effectiveAt: string;
  /** `known_at` of the prediction's first resolution. */
  readonly firstKnownAt: Instant;
};

/** Whether something was recorded after its answer was known here, or after the answer had happened in the world. */
export function isHindsight(answer: Pick<Answer, 'effectiveAt' | 'firstKnownAt'>, writtenAt: Instant): boolean {
  return answer.firstKnownAt < writtenAt || endOfEffective(answer.effectiveAt) <= writtenAt;
}

/** When a forecast was made: at or after `madeFrom` and before `madeUntil`. */
export type Said = { readonly madeFrom: Instant; readonly madeUntil: Instant };

/** A vague date ends no later than the moment at which the forecast was recorded. */
export function saidAt(made: DatedText, recordedAt: Instant): Said & { readonly madeAt: string } {
  const { text, interval } = made;
  return { madeAt: text, madeFrom: interval.from, madeUntil: Math.min(interval.to, recordedAt) };
}

/** Whether the forecast was made wholly before the earliest moment at which the prediction can have been settled. */
export function isBeforeAnswer(said: Said, answer: Pick<Answer, 'effectiveAt'>): boolean {
  const answerFrom = parseEffective(answer.effectiveAt)?.from ?? Number.NEGATIVE_INFINITY;
  return said.madeUntil <= answerFrom && said.madeFrom < answerFrom;
}

/** How a forecast counts, given the current resolution (null: none). */
export function standingOfForecast(
  forecast: Said & { readonly criterionVersion: number; readonly recordedAt: Instant },
  answer: Answer | null,
): ForecastStanding {
  if (answer === null) return 'waiting';
  if (answer.outcome === 'ambiguous' || answer.outcome === 'annulled') return 'unanswered';
  if (forecast.criterionVersion !== answer.criterionVersion) return 'other_criterion';
  if (!isBeforeAnswer(forecast, answer)) return 'too_late';
  return isHindsight(answer, forecast.recordedAt) ? 'hindsight' : 'scored';
}
