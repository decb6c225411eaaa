import { describeCriterion } from '../../domain/criterion/text.ts';
import { claimedEndToJson } from '../../domain/ends/end-claim.ts';
import type { Leaning } from '../../domain/evaluation/evaluate.ts';
import { dayMs, formatDay, formatInstant, type Instant } from '../../domain/instant.ts';
import type { LastCase } from '../../store/cases.ts';
import type { ErratumRow } from '../../store/errata.ts';
import type { PredictionRow, PredictionState } from '../../store/predictions.ts';
import type { ResolutionRow } from '../../store/resolutions.ts';
import type { Review } from '../settling/review-sides.ts';
import type { CriterionWarning } from './criteria.ts';

/**
 * The JSON document of a prediction, in three parts, so that two of them can be kept as text: the words, which change by
 * edits; the answer, which changes by settling; and the rest, which is read with them. Every document, kept or
 * evaluated as of a moment, has the same members in the same order.
 */

/** What the words of a document are made of. */
export type Words = {
  readonly prediction: PredictionRow;
  readonly probability: number | null;
  readonly errata: readonly ErratumRow[];
};

/** What the answer of a document is made of. */
export type Answer = {
  readonly status: PredictionState;
  readonly resolution: ResolutionRow | null;
  readonly leaning: Leaning | null;
  readonly review: Review | null;
  readonly warnings: readonly CriterionWarning[];
  readonly hindsight: boolean;
  readonly selfStated: boolean;
};

/** What is read together with the words and the answer. */
export type Surroundings = {
  readonly source: Source | null;
  readonly predictor: { readonly id: string; readonly name: string } | null;
  /** The last case about it; null if there was none. */
  readonly lastCase: LastCase | null;
  readonly standing: string | null;
  readonly evaluatedThrough: Instant | null;
  readonly version: number;
  readonly updatedAt: Instant;
};

type Source = {
  readonly id: string;
  readonly title: string;
  readonly url: string | null;
  readonly language: string | null;
  readonly publishedAt: string | null;
};

/** The moment and the versions that an answer as of a past moment was evaluated with. */
export type Stamp = {
  readonly at: string;
  readonly evaluator: string;
  readonly identity: string;
  readonly coverage: string;
};

export function documentToJson(view: Words & Answer & Surroundings, stamp: Stamp | null) {
  return { ...wordsToJson(view), ...answerToJson(view), ...surroundingsToJson(view, stamp) };
}

/** The document from its kept parts, as text. The parts are JSON objects and not empty. */
export function joinDocument(words: string, answer: string, surroundings: Surroundings): string {
  const rest = JSON.stringify(surroundingsToJson(surroundings, null));
  return `${words.slice(0, -1)},${answer.slice(1, -1)},${rest.slice(1)}`;
}

export function wordsToJson({ prediction, probability, errata }: Words) {
  return {
    id: prediction.id,
    slug: prediction.slug,
    statement: prediction.statement,
    fine_print: prediction.finePrint,
    locator: prediction.locator,
    probability,
    made_at: prediction.madeAt,
    recorded_at: formatInstant(prediction.recordedAt),
    criterion: prediction.criterion,
    criterion_text: describeCriterion(prediction.criterion),
    criterion_version: prediction.criterionVersion,
    criterion_hash: prediction.criterionHash,
    polarity: prediction.polarity,
    evidence_policy: prediction.evidencePolicy,
    from_end: prediction.fromEnd === null ? null : claimedEndToJson(prediction.fromEnd),
    resolve_by: prediction.resolveBy === null ? null : deadlineText(prediction.resolveBy),
    errata: errata.map(erratumToJson),
    tags: prediction.tags,
    created_at: formatInstant(prediction.recordedAt),
    withdrawn_at: prediction.withdrawnAt === null ? null : formatInstant(prediction.withdrawnAt),
  };
}

export function answerToJson({ status, resolution, leaning, review, warnings, hindsight, selfStated }: Answer) {
  return {
    status,
    outcome: resolution?.outcome ?? null,
    hindsight,
    self_stated: selfStated,
    leaning,
    review: reviewToJson(review),
    warnings: [...warnings],
    resolution: resolution === null ? null : resolutionToJson(resolution),
  };
}

function surroundingsToJson(view: Surroundings, stamp: Stamp | null) {
  const { source, predictor, lastCase, standing, evaluatedThrough, version, updatedAt } = view;
  return {
    standing,
    source: source === null ? null : sourceToJson(source),
    predictor: predictor === null ? null : predictorToJson(predictor),
    case: lastCase === null ? null : lastCaseToJson(lastCase),
    version,
    updated_at: formatInstant(updatedAt),
    evaluated_through: evaluatedThrough === null ? null : formatInstant(evaluatedThrough),
    as_of: stamp,
  };
}

export function predictorToJson({ id, name }: { readonly id: string; readonly name: string }) {
  return { id, name };
}

export function lastCaseToJson<S extends string>({ id, state }: { readonly id: string; readonly state: S }) {
  return { id, state };
}

export function sourceToJson({ id, title, url, language, publishedAt }: Source) {
  return { id, title, url, language, published_at: publishedAt };
}

export function erratumToJson({ id, text, reason, recordedAt }: Omit<ErratumRow, 'predictionId'>) {
  return { id, text, reason, recorded_at: formatInstant(recordedAt) };
}

export function resolutionToJson(resolution: ResolutionRow) {
  return {
    id: resolution.id,
    outcome: resolution.outcome,
    effective_at: resolution.effectiveAt,
    known_at: formatInstant(resolution.knownAt),
    decided_at: formatInstant(resolution.decidedAt),
    decided_by: resolution.decidedBy,
    reason_code: resolution.reasonCode,
    reason: resolution.reason,
    evidence: resolution.evidence,
    miss_chance: resolution.missChance,
    supersedes: resolution.supersedes,
  };
}

export function reviewToJson(review: Review | null) {
  if (review === null) return null;
  const evidenceToJson = ({ witnesses, coverage, more }: Review['supporting']) => ({
    witnesses: [...witnesses],
    coverage: [...coverage],
    more,
  });
  return {
    leaning: review.leaning,
    supporting: evidenceToJson(review.supporting),
    contradicting: evidenceToJson(review.contradicting),
  };
}

/** The inclusive deadline of an exclusive end: the day before a midnight, otherwise the last instant. */
function deadlineText(end: Instant): string {
  return end % dayMs === 0 ? formatDay(end - 1) : formatInstant(end - 1);
}
