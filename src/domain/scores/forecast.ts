import { endOfEffective } from '../evaluation/resolution.ts';
import { type DatedText, type Instant, parseEffective } from '../instant.ts';

/** Probabilities may be stated from impossible to certain. */
export const probabilityMin = 0;
export const probabilityMax = 1;

/** What a forecast counts for, the first that applies. */
export const forecastStandings = [
  'waiting',
  'unanswered',
  'other_criterion',
  'too_late',
  'hindsight',
  'scored',
] as const;

export type ForecastStanding = (typeof forecastStandings)[number];

/** A resolution that stands, as far as hindsight and scores go. */
export type Answer = {
  readonly outcome: 'yes' | 'no' | 'ambiguous' | 'annulled';
  readonly criterionVersion: number;
  readonly effectiveAt: string;
  /** When the first resolution of the prediction was known. */
  readonly firstKnownAt: Instant;
};

/** Whether something was written after what settles it was known, or had happened though nobody knew it here. */
export function isHindsight(answer: Pick<Answer, 'effectiveAt' | 'firstKnownAt'>, writtenAt: Instant): boolean {
  return answer.firstKnownAt < writtenAt || endOfEffective(answer.effectiveAt) <= writtenAt;
}

/** When a forecast was said: at or after `from`, before `until`. */
export type Said = { readonly madeFrom: Instant; readonly madeUntil: Instant };

/** What was written down was said by then, however vague its date is. */
export function saidAt(made: DatedText, recordedAt: Instant): Said & { readonly madeAt: string } {
  const { text, interval } = made;
  return { madeAt: text, madeFrom: interval.from, madeUntil: Math.min(interval.to, recordedAt) };
}

/** Whether it was said wholly before what settled the prediction can have begun. */
export function isBeforeAnswer(said: Said, answer: Pick<Answer, 'effectiveAt'>): boolean {
  const answerFrom = parseEffective(answer.effectiveAt)?.from ?? Number.NEGATIVE_INFINITY;
  return said.madeUntil <= answerFrom && said.madeFrom < answerFrom;
}

/** What a forecast counts for, given the resolution that stands (null: none). */
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
