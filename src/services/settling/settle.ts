import { type Edge, edgesOf } from '../../domain/criterion/watch.ts';
import { courseInSteps, type Question } from '../../domain/evaluation/course.ts';
import { type Evaluation, evaluateInSteps, type Leaning } from '../../domain/evaluation/evaluate.ts';
import { movingEdgesInSteps } from '../../domain/evaluation/moving-edges.ts';
import { leaningData, predictionData, resolutionData } from '../../domain/events/event-data.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import {
  hasReadableCriterion,
  listPredictionsById,
  type PredictionRow,
  setAside,
  updatePredictionState,
} from '../../store/predictions.ts';
import { insertResolution, listStandingResolutions } from '../../store/resolutions.ts';
import { insertEdges, lockPredictions } from '../../store/watches.ts';
import { listPanelLeanings, withPanelLeaning } from '../cases/provisional.ts';
import type { Deps } from '../deps.ts';
import { keepAnswersOf } from '../predictions/documents.ts';
import type { Evaluated } from '../predictions/views.ts';
import { followCourse, reviewResolved } from './review.ts';
import {
  announce,
  evaluatedWith,
  recordResolved,
  resolutionFrom,
  type SettleCause,
  type SettleCounts,
  stateOf,
  termsOf,
  type World,
} from './settlement.ts';
import { emptyTimeline, loadTimelines, timelineKey } from './timelines.ts';
import { runInTurns } from './turns.ts';

/** The number of predictions whose timelines are loaded together. */
const batchMax = 200;

/**
 * Evaluates predictions over everything observed and stores the results in the caller's transaction: resolutions,
 * disputes, amendments, the state of each prediction, and an event for each change. The cost depends on the given
 * predictions only. Withdrawn predictions are left as they are.
 */
export async function settlePredictions(
  tx: Sql,
  deps: Deps,
  ids: readonly string[],
  cause: SettleCause,
): Promise<SettleCounts> {
  const counts: SettleCounts = { evaluated: 0, resolved: 0, proposed: 0, disputed: 0, amended: 0 };
  if (ids.length === 0) return counts;
  const world: World = { tx, deps, cause, evaluatedWith: await evaluatedWith(tx, deps), counts };
  for (let start = 0; start < ids.length; start += batchMax)
    await settleBatch(world, ids.slice(start, start + batchMax));
  return counts;
}

async function settleBatch(world: World, ids: readonly string[]): Promise<void> {
  const { tx, cause } = world;
  await lockPredictions(tx, ids);
  const found = (await listPredictionsById(tx, ids)).filter(({ withdrawnAt }) => withdrawnAt === null);
  const predictions = found.filter(hasReadableCriterion);
  const unreadable = found.filter((prediction) => !hasReadableCriterion(prediction)).map(({ id }) => id);
  if (unreadable.length > 0) await setAside(tx, unreadable, world.evaluatedWith);
  const standing = new Map((await listStandingResolutions(tx, ids, null)).map((row) => [row.predictionId, row]));
  const timelines = await loadTimelines(tx, world.deps, predictions, cause.now);
  const leanings = await listPanelLeanings(tx, predictions, cause.now);
  const evaluated = new Map<string, Evaluated>();
  for (const prediction of predictions) {
    const question: Question = {
      criterion: prediction.criterion,
      timeline: timelines.get(timelineKey(prediction)) ?? emptyTimeline,
      at: cause.now,
      terms: termsOf(world.deps, prediction),
    };
    world.counts.evaluated += 1;
    const resolution = standing.get(prediction.id) ?? null;
    if (resolution !== null) await reviewResolved(world, prediction, question, resolution);
    else {
      const evaluation = await settleOpen(world, prediction, question, { panel: leanings.get(prediction.id) });
      if (evaluation !== null) evaluated.set(prediction.id, { evaluation, timeline: question.timeline });
    }
  }
  await keepAnswersOf(tx, world.deps, predictions, { at: cause.now, evaluated });
}

/** What is known of a prediction that is being created: its row, and its evaluation over everything observed. */
export type NewPrediction = Evaluated & { readonly prediction: PredictionRow; readonly evaluatedWith: string };

/** The edges of a new prediction that remains open: those of its criterion, and those that follow from its evidence. */
export async function edgesOfNew(deps: Deps, { prediction, timeline }: NewPrediction): Promise<Edge[]> {
  const { criterion } = prediction;
  const moving = await runInTurns(movingEdgesInSteps(criterion, timeline, termsOf(deps, prediction)));
  return [...edgesOf(criterion), ...moving];
}

/** Settles a prediction that this transaction has inserted as open, and that nothing else knows yet. */
export async function settleNew(
  tx: Sql,
  deps: Deps,
  { prediction, evaluation, timeline, evaluatedWith: versions }: NewPrediction,
  now: Instant,
): Promise<void> {
  const counts: SettleCounts = { evaluated: 1, resolved: 0, proposed: 0, disputed: 0, amended: 0 };
  const world: World = { tx, deps, cause: { now, evidenceFrom: null }, evaluatedWith: versions, counts };
  const { criterion } = prediction;
  if (evaluation.verdict === 'undetermined') await recordState(world, prediction, evaluation);
  else
    await settleOpen(
      world,
      prediction,
      { criterion, timeline, at: now, terms: termsOf(deps, prediction) },
      { evaluation },
    );
}

/**
 * Returns the evaluation if the prediction remains open. `given`: its evaluation, if it is known, and what a panel has decided
 * about it, as long as that can be appealed.
 */
async function settleOpen(
  world: World,
  prediction: PredictionRow,
  question: Question,
  given: { readonly evaluation?: Evaluation; readonly panel?: Leaning | undefined },
): Promise<Evaluation | null> {
  const { criterion, timeline, at, terms } = question;
  const { evidenceFrom } = world.cause;
  const evaluation = withPanelLeaning(
    given.evaluation ?? (await runInTurns(evaluateInSteps(criterion, timeline, at, terms))),
    given.panel,
  );
  const isOpen = evaluation.verdict === 'undetermined';
  // Imported evidence may have settled it at an earlier moment, even if later evidence leaves it open.
  const course =
    isOpen && evidenceFrom === null ? null : await runInTurns(courseInSteps(question, isOpen ? evidenceFrom : null));
  if (course === null) {
    const edges = await runInTurns(movingEdgesInSteps(criterion, timeline, terms));
    await insertEdges(world.tx, prediction.id, edges);
    await recordState(world, prediction, evaluation);
    return evaluation;
  }
  const { first, turns } = course;
  const more = { supersedes: null, reasonCode: null };
  const resolution = resolutionFrom(world, prediction, first.outcome, first.known, more);
  if (!(await insertResolution(world.tx, resolution))) return null;
  world.counts.resolved += 1;
  await recordResolved(world, prediction.id, first.outcome, 1);
  await announce(world, prediction, resolution, {
    type: 'prediction.resolved',
    data: { prediction: predictionData(prediction), resolution: resolutionData(resolution) },
  });
  await followCourse(world, prediction, resolution, { ...course, turns: turns.slice(1) });
  return null;
}

async function recordState(world: World, prediction: PredictionRow, evaluation: Evaluation): Promise<void> {
  const state = stateOf(evaluation);
  const { leaning } = evaluation;
  await updatePredictionState(world.tx, prediction.id, {
    state,
    detail: leaning,
    outcome: null,
    recheckAt: evaluation.recheckAt,
    evaluatedWith: world.evaluatedWith,
    newResolutions: 0,
  });
  if (state === 'open' || leaning === null) return;
  if (state === prediction.state && prediction.stateDetail?.outcome === leaning.outcome) return;
  world.counts[state] += 1;
  await announce(world, prediction, null, {
    type: state === 'proposed' ? 'prediction.proposed' : 'prediction.disputed',
    data: { prediction: predictionData(prediction), leaning: leaningData(leaning) },
  });
}
