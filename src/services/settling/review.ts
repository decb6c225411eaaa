import { type Evaluation, evaluateInSteps } from '../../domain/evaluation/evaluate.ts';
import { findOpenNode, type Verdict } from '../../domain/evaluation/explanation.ts';
import { firstKnownInSteps, type Known } from '../../domain/evaluation/known-at.ts';
import { disputeLeaning, refinesDate, resolverName } from '../../domain/evaluation/resolution.ts';
import { leaningData, predictionData, resolutionData } from '../../domain/events/event-data.ts';
import type { Timeline } from '../../domain/evidence/timeline.ts';
import { type Trust, trustRank } from '../../domain/feeds/trust.ts';
import type { Instant } from '../../domain/instant.ts';
import { insertDispute, listDisputes } from '../../store/disputes.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import { insertResolution, type ResolutionRow } from '../../store/resolutions.ts';
import { announce, recordResolved, resolutionFrom, termsOf, type World } from './settlement.ts';
import { runInTurns } from './turns.ts';

/** New evidence can dispute a resolution. Only strictly higher trust amends it without a person. */
export async function reviewResolved(
  world: World,
  prediction: PredictionRow,
  timeline: Timeline,
  standing: ResolutionRow,
): Promise<void> {
  const { outcome } = standing;
  if (outcome === 'ambiguous' || outcome === 'annulled') return await keepResolved(world, prediction, standing);
  const terms = termsOf(world.deps, prediction);
  const { now } = world.cause;
  const evaluation = await runInTurns(evaluateInSteps(prediction.criterion, timeline, now, terms));
  // Contradicting evidence that is not seasoned yet is evaluated again when it is.
  if (evaluation.verdict === 'undetermined') {
    const isBack = outcome === 'yes' && findOpenNode(evaluation.explanation, ['reinstated']) !== null;
    if (!isBack && !(await hasLostGrounds(world, prediction, timeline, standing)))
      return await keepResolved(world, prediction, standing, evaluation.recheckAt);
    return await dispute(world, prediction, standing, 'undetermined', { evaluation, knownAt: world.cause.now });
  }
  const wanted = { verdict: evaluation.verdict };
  const known = await runInTurns(firstKnownInSteps(prediction.criterion, timeline, now, terms, wanted));
  if (known === null) return;
  if (evaluation.verdict === outcome) {
    // A dispute is settled by a person, never by a resolution that only corrects times.
    if ((await listDisputes(world.tx, [standing.id], null)).length > 0) {
      return await keepResolved(world, prediction, standing);
    }
    const current = await moveKnownEarlier(world, prediction, standing, outcome, known);
    return await refineDate(world, prediction, timeline, current, evaluation);
  }
  const byPerson = standing.decidedBy !== resolverName;
  if (byPerson && known.knownAt <= standing.decidedAt) return await keepResolved(world, prediction, standing);
  if (!byPerson && outranks(known.evaluation.trust, standing.evidenceTrust)) {
    const more = { supersedes: standing.id, reasonCode: null };
    await amend(world, prediction, standing, resolutionFrom(world, prediction, evaluation.verdict, known, more));
    return;
  }
  await dispute(world, prediction, standing, evaluation.verdict, known);
}

/**
 * Whether names are read, or absence is measured, differently than when the resolver decided, and the evidence of that
 * time no longer settles the prediction: an addition was withdrawn, or a feed was found to have missed more. Later
 * evidence never does this.
 */
async function hasLostGrounds(
  world: World,
  prediction: PredictionRow,
  timeline: Timeline,
  { decidedBy, identityVersion, coverageVersion, knownAt, outcome }: ResolutionRow,
): Promise<boolean> {
  const { identity, coverage } = world.deps;
  const isSame = identityVersion === identity.version && coverageVersion === coverage.version;
  if (decidedBy !== resolverName || isSame) return false;
  const terms = termsOf(world.deps, prediction);
  const { verdict } = await runInTurns(evaluateInSteps(prediction.criterion, timeline, knownAt, terms));
  return verdict !== outcome;
}

function outranks(next: Trust | null, settled: Trust | null): boolean {
  return next !== null && settled !== null && trustRank(next) > trustRank(settled);
}

async function keepResolved(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  recheckAt: Instant | null = null,
): Promise<void> {
  const disputed = (await listDisputes(world.tx, [standing.id], null)).length > 0;
  const state = disputed ? 'disputed' : 'resolved';
  await recordResolved(world, prediction.id, standing.outcome, 0, { state, recheckAt });
}

/** An imported archive may show that the same was known earlier. Then a correcting resolution is appended. */
async function moveKnownEarlier(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  outcome: 'yes' | 'no',
  known: Known,
): Promise<ResolutionRow> {
  const { evidenceFrom } = world.cause;
  const earlier =
    standing.decidedBy === resolverName &&
    evidenceFrom !== null &&
    evidenceFrom < standing.knownAt &&
    known.knownAt < standing.knownAt;
  if (!earlier) {
    await keepResolved(world, prediction, standing);
    return standing;
  }
  const more = { supersedes: standing.id, reasonCode: 'known_earlier' } as const;
  return await amend(world, prediction, standing, resolutionFrom(world, prediction, outcome, known, more));
}

/**
 * If a resolution has a bracket as its date and the day becomes known later, a resolution with the day is appended,
 * known from when the day was. So the final result does not depend on the order in which feeds are read.
 */
export async function refineDate(
  world: World,
  prediction: PredictionRow,
  timeline: Timeline,
  standing: ResolutionRow,
  evaluation: Evaluation,
): Promise<void> {
  const { verdict, effectiveAt } = evaluation;
  if (verdict === 'undetermined' || standing.decidedBy !== resolverName) return;
  if (!refinesDate(standing.effectiveAt, effectiveAt)) return;
  const wanted = { verdict, effectiveAt };
  const terms = termsOf(world.deps, prediction);
  const known = await runInTurns(firstKnownInSteps(prediction.criterion, timeline, world.cause.now, terms, wanted));
  if (known === null) return;
  const more = { supersedes: standing.id, reasonCode: 'date_refined' } as const;
  await amend(world, prediction, standing, resolutionFrom(world, prediction, verdict, known, more));
}

async function amend(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  resolution: ResolutionRow,
): Promise<ResolutionRow> {
  if (!(await insertResolution(world.tx, resolution))) return standing;
  world.counts.amended += 1;
  await recordResolved(world, prediction.id, resolution.outcome, 1);
  await announce(world, prediction, resolution, {
    type: 'prediction.resolution.amended',
    data: {
      prediction: predictionData(prediction),
      resolution: resolutionData(resolution),
      superseded: resolutionData(standing),
    },
  });
  return resolution;
}

async function dispute(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  verdict: Verdict,
  known: Known,
): Promise<void> {
  const { deps, cause, tx } = world;
  const row = {
    id: deps.newId('dis'),
    predictionId: prediction.id,
    resolutionId: standing.id,
    verdict,
    knownAt: Math.max(known.knownAt, standing.knownAt),
    explanation: known.evaluation.explanation,
    createdAt: cause.now,
  };
  const fresh = await insertDispute(tx, row);
  const recheckAt = verdict === 'undetermined' ? known.evaluation.recheckAt : null;
  await recordResolved(world, prediction.id, standing.outcome, 0, { state: 'disputed', recheckAt });
  if (!fresh) return;
  world.counts.disputed += 1;
  await announce(world, prediction, standing, {
    type: 'prediction.disputed',
    data: {
      prediction: predictionData(prediction),
      leaning: leaningData(disputeLeaning(row)),
      resolution: resolutionData(standing),
    },
  });
}
