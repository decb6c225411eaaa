import { type Evaluation, evaluateInSteps, type Leaning } from '../../domain/evaluation/evaluate.ts';
import { warnOfUnreadNamesInSteps } from '../../domain/evaluation/unread-warnings.ts';
import type { Timeline } from '../../domain/evidence/timeline.ts';
import type { Instant } from '../../domain/instant.ts';
import { isHindsight } from '../../domain/scores/forecast.ts';
import type { Sql } from '../../store/db.ts';
import { listDisputes } from '../../store/disputes.ts';
import { type ErratumRow, listErrata } from '../../store/errata.ts';
import { listOwnProbabilities } from '../../store/forecasts.ts';
import type { PredictionRow, PredictionState } from '../../store/predictions.ts';
import { findPredictor, type PredictorRow } from '../../store/predictors.ts';
import { listStandingResolutions, type ResolutionRow, type StandingResolution } from '../../store/resolutions.ts';
import { findSource, type SourceRow } from '../../store/sources.ts';
import type { Deps } from '../deps.ts';
import { listNamedEvidence, type Review, reviewDisputed, reviewOpen } from '../settling/review-sides.ts';
import { stateOf } from '../settling/settle.ts';
import { termsOf } from '../settling/settlement.ts';
import { emptyTimeline, loadTimeline, loadTimelines, timelineKey } from '../settling/timelines.ts';
import { runInTurns } from '../settling/turns.ts';
import { inWideTurn } from '../settling/wide-turns.ts';
import { type CriterionWarning, toWarning } from './criteria.ts';
import { standingOf } from './standing.ts';

/** A prediction as it was known at one moment. */
export type PredictionView = {
  readonly prediction: PredictionRow;
  readonly source: SourceRow | null;
  readonly predictor: PredictorRow | null;
  /** The latest probability that its own predictor gave it, as recorded by then. */
  readonly probability: number | null;
  /** Recorded by then, oldest first. */
  readonly errata: readonly ErratumRow[];
  readonly status: PredictionState;
  readonly resolution: ResolutionRow | null;
  readonly leaning: Leaning | null;
  /** The evidence that a person has to weigh; null unless it is proposed or disputed. */
  readonly review: Review | null;
  /** Null if it is resolved or withdrawn. */
  readonly evaluation: Evaluation | null;
  readonly standing: string | null;
  /** Warnings about names that cannot be read in full and currently hold back its NO. */
  readonly warnings: readonly CriterionWarning[];
  readonly hindsight: boolean;
  /** The row version: the number of edits (a withdrawal is one), criterion versions and resolutions by then. */
  readonly version: number;
  readonly updatedAt: Instant;
};

/** The row version of a prediction with `resolutionRows` resolutions. */
export function versionOf(
  prediction: Pick<PredictionRow, 'edits' | 'criterionVersion'>,
  resolutionRows: number,
): number {
  return prediction.edits + prediction.criterionVersion - 1 + resolutionRows;
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
  const versions = new Map(predictions.map((prediction) => [prediction.id, prediction.criterionVersion]));
  const standing = (await listStandingResolutions(db, [...versions.keys()], at)).filter(
    (row) => row.criterionVersion === versions.get(row.predictionId),
  );
  const resolved = new Map(standing.map((row) => [row.predictionId, row]));
  const disputes = await listDisputes(
    db,
    standing.map((row) => row.id),
    at,
  );
  const people = await loadPeople(db, predictions, asOf);
  const probabilities = await listOwnProbabilities(db, predictions, at);
  const errata = await listErrata(db, [...versions.keys()], at);
  const open = predictions.filter(({ id, withdrawnAt }) => !resolved.has(id) && withdrawnAt === null);
  const standings = await inWideTurn('reads', open, () => viewAllOpen(db, deps, open, at));
  const named = await listNamedEvidence(
    db,
    standing.filter((row) => disputes.some((dispute) => dispute.resolutionId === row.id)),
  );
  const views: PredictionView[] = [];
  for (const prediction of predictions) {
    const resolution = resolved.get(prediction.id) ?? null;
    const shared = {
      prediction,
      source: people.sources.get(prediction.sourceId ?? '') ?? null,
      predictor: people.predictors.get(prediction.predictorId ?? '') ?? null,
      probability: probabilities.get(prediction.id) ?? null,
      errata: errata.filter((erratum) => erratum.predictionId === prediction.id),
    };
    if (prediction.withdrawnAt !== null) {
      views.push(withErrata(shared, viewWithdrawn(prediction)));
      continue;
    }
    if (resolution === null) {
      const standing = standings.get(prediction.id);
      if (standing !== undefined) views.push(withErrata(shared, standing));
      continue;
    }
    const dispute = disputes.filter((candidate) => candidate.resolutionId === resolution.id).at(-1) ?? null;
    const review = dispute === null ? null : reviewDisputed(prediction, resolution, dispute, named);
    views.push(withErrata(shared, viewResolved(prediction, resolution, review)));
  }
  return views;
}

/** An erratum creates no new version, but changes `updatedAt`. */
function withErrata(shared: Omit<PredictionView, keyof Standing>, standing: Standing): PredictionView {
  const last = shared.errata.at(-1)?.recordedAt ?? standing.updatedAt;
  return { ...shared, ...standing, updatedAt: Math.max(standing.updatedAt, last) };
}

function viewResolved(prediction: PredictionRow, resolution: StandingResolution, review: Review | null): Standing {
  return {
    status: review === null ? 'resolved' : 'disputed',
    resolution,
    leaning: review?.leaning ?? null,
    review,
    evaluation: null,
    standing: null,
    warnings: [],
    hindsight: isHindsight(resolution, prediction.criterionAt),
    version: versionOf(prediction, resolution.rows),
    updatedAt: Math.max(prediction.editedAt, prediction.criterionAt, resolution.decidedAt),
  };
}

/** A withdrawn prediction is no longer evaluated, so its view never changes. */
function viewWithdrawn(prediction: PredictionRow): Standing {
  return {
    status: 'withdrawn',
    resolution: null,
    leaning: null,
    review: null,
    evaluation: null,
    standing: null,
    warnings: [],
    hindsight: false,
    version: versionOf(prediction, 0),
    updatedAt: prediction.editedAt,
  };
}

/** The part of a view that depends on the evidence. */
type Standing = Omit<PredictionView, 'prediction' | 'source' | 'predictor' | 'probability' | 'errata'>;

/** The parts of the views of open predictions that depend on the evidence, by prediction id. */
async function viewAllOpen(
  db: Sql,
  deps: Deps,
  predictions: readonly PredictionRow[],
  at: Instant,
): Promise<Map<string, Standing>> {
  const timelines = await loadTimelines(db, deps, predictions, at);
  const standings = new Map<string, Standing>();
  for (const prediction of predictions)
    standings.set(prediction.id, await viewOpen(deps, prediction, timelines.get(timelineKey(prediction)), at));
  return standings;
}

async function viewOpen(
  deps: Deps,
  prediction: PredictionRow,
  timeline: Timeline | undefined,
  at: Instant,
): Promise<Standing> {
  const terms = termsOf(deps, prediction);
  const known = { timeline: timeline ?? emptyTimeline, at, terms };
  const evaluation = await runInTurns(evaluateInSteps(prediction.criterion, known.timeline, at, terms));
  const unread = await runInTurns(warnOfUnreadNamesInSteps(prediction.criterion, evaluation, known));
  return {
    status: evaluation.verdict === 'undetermined' ? stateOf(evaluation) : 'open',
    resolution: null,
    leaning: evaluation.leaning,
    review: reviewOpen(prediction, evaluation),
    evaluation,
    standing: standingOf(prediction, known.timeline, at),
    warnings: unread.map(toWarning),
    hindsight: false,
    version: versionOf(prediction, 0),
    updatedAt: Math.max(prediction.editedAt, prediction.criterionAt),
  };
}

async function loadPeople(
  db: Sql,
  predictions: readonly PredictionRow[],
  asOf: Instant | null,
): Promise<{ sources: Map<string, SourceRow>; predictors: Map<string, PredictorRow> }> {
  const sources = new Map<string, SourceRow>();
  const predictors = new Map<string, PredictorRow>();
  for (const id of new Set(predictions.map((prediction) => prediction.sourceId))) {
    const source = id === null ? null : await findSource(db, id, asOf);
    if (source !== null) sources.set(source.id, source);
  }
  for (const id of new Set(predictions.map((prediction) => prediction.predictorId))) {
    const predictor = id === null ? null : await findPredictor(db, id, asOf);
    if (predictor !== null) predictors.set(predictor.id, predictor);
  }
  return { sources, predictors };
}

/** Evaluates one prediction at a moment. */
export async function evaluateAt(db: Sql, deps: Deps, prediction: PredictionRow, at: Instant): Promise<Evaluation> {
  return await inWideTurn('reads', [prediction], async () => {
    const timeline = await loadTimeline(db, deps, [prediction], at);
    return await runInTurns(evaluateInSteps(prediction.criterion, timeline, at, termsOf(deps, prediction)));
  });
}
