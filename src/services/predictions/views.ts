import { type Evaluation, evaluateInSteps, type Leaning } from '../../domain/evaluation/evaluate.ts';
import { warnOfUnreadNamesInSteps } from '../../domain/evaluation/unread-warnings.ts';
import type { Timeline } from '../../domain/evidence/timeline.ts';
import type { Instant } from '../../domain/instant.ts';
import { isHindsight } from '../../domain/scores/forecast.ts';
import { type LastCase, listLastCases } from '../../store/cases.ts';
import type { Sql } from '../../store/db.ts';
import { listDisputes } from '../../store/disputes.ts';
import { type ErratumRow, listErrata } from '../../store/errata.ts';
import { listOwnProbabilities } from '../../store/forecasts.ts';
import type { PredictionRow, PredictionState } from '../../store/predictions.ts';
import { listPredictorsById, type PredictorRow } from '../../store/predictors.ts';
import { listStandingResolutions, type ResolutionRow, type StandingResolution } from '../../store/resolutions.ts';
import { listSourcesById, type SourceRow } from '../../store/sources.ts';
import { listPanelLeanings, withPanelLeaning } from '../cases/provisional.ts';
import type { Deps } from '../deps.ts';
import { listNamedEvidence, type Review, reviewDisputed, reviewOpen } from '../settling/review-sides.ts';
import { stateOf, termsOf } from '../settling/settlement.ts';
import { emptyTimeline, loadTimeline, loadTimelines, timelineKey } from '../settling/timelines.ts';
import { runInTurns } from '../settling/turns.ts';
import { inWideTurn } from '../settling/wide-turns.ts';
import { type CriterionWarning, toWarning } from './criteria.ts';
import { describeStanding, type StandingBasis, standingBasisOf } from './standing.ts';

/** A prediction as it was known at one moment. */
export type PredictionView = AnswerView & {
  readonly prediction: PredictionRow;
  readonly source: SourceRow | null;
  readonly predictor: PredictorRow | null;
  /** The latest probability that its own predictor gave it, as recorded by then. */
  readonly probability: number | null;
  /** The last case about it that had been opened by then. */
  readonly lastCase: LastCase | null;
  /** Recorded by then, oldest first. */
  readonly errata: readonly ErratumRow[];
  /** The row version: the number of edits (a withdrawal is one), criterion versions and resolutions by then. */
  readonly version: number;
  readonly updatedAt: Instant;
};

/** The part of a view that settling changes. */
export type AnswerView = {
  readonly status: PredictionState;
  readonly resolution: ResolutionRow | null;
  /** The number of resolutions by then. */
  readonly resolutions: number;
  readonly leaning: Leaning | null;
  /** The evidence that a person has to weigh; null unless it is proposed or disputed. */
  readonly review: Review | null;
  /** Null if it is resolved or withdrawn. */
  readonly evaluation: Evaluation | null;
  /** What the standing depends on besides the reads of feeds; null if it is resolved or withdrawn. */
  readonly standingBasis: StandingBasis | null;
  readonly standing: string | null;
  /** Warnings about names that cannot be read in full and currently hold back its NO. */
  readonly warnings: readonly CriterionWarning[];
  readonly hindsight: boolean;
  /** Whether the claim was made from a statement, and nothing else shows its outcome so far. */
  readonly selfStated: boolean;
  /** The moment of the evaluation; null if it is withdrawn. */
  readonly evaluatedThrough: Instant | null;
};

/** The evaluation of an open prediction, with the timeline that it used. */
export type Evaluated = { readonly evaluation: Evaluation; readonly timeline: Timeline };

/** The row version of a prediction with `resolutionRows` resolutions. */
export function versionOf(
  prediction: Pick<PredictionRow, 'edits' | 'criterionVersion'>,
  resolutionRows: number,
): number {
  return prediction.edits + prediction.criterionVersion - 1 + resolutionRows;
}

/** When the words or the criterion of a prediction last changed, or an erratum was appended to it. */
export function wordsChangedAt(
  { editedAt, criterionAt }: Pick<PredictionRow, 'editedAt' | 'criterionAt'>,
  errata: readonly ErratumRow[],
): Instant {
  return Math.max(editedAt, criterionAt, errata.at(-1)?.recordedAt ?? editedAt);
}

/**
 * Views of predictions at `asOf`, or now if it is null. `predictions` must have the words and criterion of that time. A prediction with a
 * resolution of that criterion known by then is resolved; any other is evaluated over what was observed by then. Nothing
 * observed or resolved later is used.
 */
export async function viewPredictions(
  db: Sql,
  deps: Deps,
  predictions: readonly PredictionRow[],
  asOf: Instant | null,
): Promise<PredictionView[]> {
  const at = asOf ?? deps.now();
  const ids = predictions.map(({ id }) => id);
  const judged = predictions.filter(({ hasCase }) => hasCase).map(({ id }) => id);
  const [answerOf, people, probabilities, errata, cases] = await Promise.all([
    loadAnswers(db, deps, predictions, { at }),
    loadPeople(db, predictions, asOf),
    listOwnProbabilities(db, predictions, at),
    listErrata(db, ids, at),
    judged.length === 0 ? new Map<string, LastCase>() : listLastCases(db, judged, asOf),
  ]);
  const views: PredictionView[] = [];
  for (const prediction of predictions) {
    const answer = await answerOf(prediction);
    const own = errata.filter((erratum) => erratum.predictionId === prediction.id);
    views.push({
      ...answer,
      prediction,
      source: people.sources.get(prediction.sourceId ?? '') ?? null,
      predictor: people.predictors.get(prediction.predictorId ?? '') ?? null,
      probability: probabilities.get(prediction.id) ?? null,
      lastCase: cases.get(prediction.id) ?? null,
      errata: own,
      version: versionOf(prediction, answer.resolutions),
      updatedAt: Math.max(wordsChangedAt(prediction, own), answer.resolution?.decidedAt ?? 0),
    });
  }
  return views;
}

/**
 * Loads what the answers for predictions at a moment are made of. Open ones are evaluated unless `evaluated` has their
 * evaluation. Returns the function that makes the answer for one of them.
 */
export async function loadAnswers(
  db: Sql,
  deps: Deps,
  predictions: readonly PredictionRow[],
  { at, evaluated = new Map() }: { readonly at: Instant; readonly evaluated?: ReadonlyMap<string, Evaluated> },
): Promise<(prediction: PredictionRow) => Promise<AnswerView>> {
  const versions = new Map(predictions.map((prediction) => [prediction.id, prediction.criterionVersion]));
  const current = (await listStandingResolutions(db, [...versions.keys()], at)).filter(
    (row) => row.criterionVersion === versions.get(row.predictionId),
  );
  const resolved = new Map(current.map((row) => [row.predictionId, row]));
  const ids = current.map((row) => row.id);
  const disputes = ids.length === 0 ? [] : await listDisputes(db, ids, at);
  const disputed = current.filter((row) => disputes.some((dispute) => dispute.resolutionId === row.id));
  const named = await listNamedEvidence(db, disputed);
  const open = predictions.filter(({ id, withdrawnAt }) => !resolved.has(id) && withdrawnAt === null);
  const missing = open.filter(({ id }) => !evaluated.has(id));
  const found = await inWideTurn('reads', missing, () => evaluateAll(db, deps, missing, at));
  return async (prediction) => {
    const { id } = prediction;
    if (prediction.withdrawnAt !== null) return withdrawnOf(prediction);
    const resolution = resolved.get(id);
    if (resolution !== undefined) {
      const dispute = disputes.filter((candidate) => candidate.resolutionId === resolution.id).at(-1);
      const review = dispute === undefined ? null : reviewDisputed(prediction, resolution, dispute, named);
      return answerResolved(prediction, resolution, { review, at });
    }
    const evaluation = evaluated.get(id) ?? found.get(id);
    if (evaluation === undefined) throw new Error(`prediction ${id} was not evaluated`);
    return await answerOpen(deps, prediction, evaluation, at);
  };
}

function answerResolved(
  prediction: PredictionRow,
  resolution: StandingResolution,
  { review, at }: { readonly review: Review | null; readonly at: Instant },
): AnswerView {
  return {
    ...withdrawn,
    status: review === null ? 'resolved' : 'disputed',
    resolution,
    resolutions: resolution.rows,
    leaning: review?.leaning ?? null,
    review,
    hindsight: isHindsight(resolution, prediction.criterionAt),
    selfStated: resolution.selfStated,
    evaluatedThrough: at,
  };
}

/** A withdrawn prediction is no longer evaluated, so its answer never changes. */
const withdrawn: AnswerView = {
  status: 'withdrawn',
  resolution: null,
  resolutions: 0,
  leaning: null,
  review: null,
  evaluation: null,
  standingBasis: null,
  standing: null,
  warnings: [],
  hindsight: false,
  selfStated: false,
  evaluatedThrough: null,
};

/** Nothing else has shown the outcome of a claim that was withdrawn or is open. */
function withdrawnOf({ fromEnd }: PredictionRow): AnswerView {
  return { ...withdrawn, selfStated: fromEnd !== null };
}

async function evaluateAll(
  db: Sql,
  deps: Deps,
  predictions: readonly PredictionRow[],
  at: Instant,
): Promise<Map<string, Evaluated>> {
  const timelines = await loadTimelines(db, deps, predictions, at);
  const leanings = await listPanelLeanings(db, predictions, at);
  const evaluated = new Map<string, Evaluated>();
  for (const prediction of predictions) {
    const timeline = timelines.get(timelineKey(prediction)) ?? emptyTimeline;
    const evaluation = await runInTurns(evaluateInSteps(prediction.criterion, timeline, at, termsOf(deps, prediction)));
    evaluated.set(prediction.id, { evaluation: withPanelLeaning(evaluation, leanings.get(prediction.id)), timeline });
  }
  return evaluated;
}

/** The answer for an open prediction. */
export async function answerOpen(
  deps: Deps,
  prediction: PredictionRow,
  { evaluation, timeline }: Evaluated,
  at: Instant,
): Promise<AnswerView> {
  const known = { timeline, at, terms: termsOf(deps, prediction) };
  const unread = await runInTurns(warnOfUnreadNamesInSteps(prediction.criterion, evaluation, known));
  const standingBasis = standingBasisOf(prediction, timeline, at);
  return {
    ...withdrawnOf(prediction),
    status: evaluation.verdict === 'undetermined' ? stateOf(evaluation) : 'open',
    leaning: evaluation.leaning,
    review: reviewOpen(prediction, evaluation),
    evaluation,
    standingBasis,
    standing: describeStanding(standingBasis, timeline, at),
    warnings: unread.map(toWarning),
    evaluatedThrough: at,
  };
}

async function loadPeople(
  db: Sql,
  predictions: readonly PredictionRow[],
  asOf: Instant | null,
): Promise<{ sources: Map<string, SourceRow>; predictors: Map<string, PredictorRow> }> {
  const named = (ids: readonly (string | null)[]) => [...new Set(ids.filter((id) => id !== null))];
  const [sources, predictors] = await Promise.all([
    listSourcesById(db, named(predictions.map(({ sourceId }) => sourceId)), asOf),
    listPredictorsById(db, named(predictions.map(({ predictorId }) => predictorId)), asOf),
  ]);
  return {
    sources: new Map(sources.map((source) => [source.id, source])),
    predictors: new Map(predictors.map((predictor) => [predictor.id, predictor])),
  };
}

/** Evaluates one prediction at a moment. */
export async function evaluateAt(db: Sql, deps: Deps, prediction: PredictionRow, at: Instant): Promise<Evaluation> {
  return await inWideTurn('reads', [prediction], async () => {
    const timeline = await loadTimeline(db, deps, [prediction], at);
    return await runInTurns(evaluateInSteps(prediction.criterion, timeline, at, termsOf(deps, prediction)));
  });
}
