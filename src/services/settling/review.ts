import {
  type Contradiction,
  type Course,
  continueInSteps,
  contradicts,
  courseInSteps,
  outranks,
  type Question,
  type Settled,
  type Turn,
  turnOf,
} from '../../domain/evaluation/course.ts';
import { evaluateInSteps } from '../../domain/evaluation/evaluate.ts';
import { firstKnownInSteps } from '../../domain/evaluation/known-at.ts';
import { disputeLeaning, refinesDate, resolverName } from '../../domain/evaluation/resolution.ts';
import { leaningData, predictionData, resolutionData } from '../../domain/events/event-data.ts';
import type { Instant } from '../../domain/instant.ts';
import { insertDispute, listDisputes } from '../../store/disputes.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import { insertResolution, type ResolutionRow } from '../../store/resolutions.ts';
import { announce, recordResolved, resolutionFrom, type World } from './settlement.ts';
import { runInTurns } from './turns.ts';

/** A resolution that says yes or no. */
type Decided = ResolutionRow & Settled;

/**
 * New evidence can dispute a resolution. Only strictly higher trust amends it without a person. Evidence from before the
 * resolution was known corrects its dates: they become what they would have been if it had been imported first.
 */
export async function reviewResolved(
  world: World,
  prediction: PredictionRow,
  question: Question,
  row: ResolutionRow,
): Promise<void> {
  const { outcome } = row;
  if (outcome === 'ambiguous' || outcome === 'annulled') return await keepResolved(world, prediction, row);
  const standing: Decided = { ...row, outcome, trust: row.evidenceTrust };
  const { evidenceFrom } = world.cause;
  if (row.decidedBy !== resolverName || evidenceFrom === null)
    return await reviewNow(world, prediction, question, standing);
  if (evidenceFrom <= row.knownAt) return await reviewAgain(world, prediction, question, standing);
  const course = await runInTurns(continueInSteps(question, standing, evidenceFrom));
  await followCourse(world, prediction, standing, course);
}

/** Without new evidence, and after a decision of a person, only what is known now counts. */
async function reviewNow(
  world: World,
  prediction: PredictionRow,
  question: Question,
  standing: Decided,
): Promise<void> {
  const { criterion, timeline, at, terms } = question;
  const evaluation = await runInTurns(evaluateInSteps(criterion, timeline, at, terms));
  const { verdict, effectiveAt } = evaluation;
  const byPerson = standing.decidedBy !== resolverName;
  if (verdict === 'undetermined') {
    if (contradicts(standing, evaluation) || (await hasLostGrounds(world, question, standing)))
      return await contradict(world, prediction, standing, { evaluation, verdict, knownAt: at });
    return await keepResolved(world, prediction, standing, evaluation.recheckAt);
  }
  const isSame = verdict === standing.outcome;
  if (isSame && (byPerson || !refinesDate(standing.effectiveAt, effectiveAt)))
    return await keepResolved(world, prediction, standing);
  const wanted = isSame ? { verdict, effectiveAt } : { verdict };
  const known = await runInTurns(firstKnownInSteps(criterion, timeline, at, terms, wanted));
  if (known === null || (byPerson && known.knownAt <= standing.decidedAt))
    return await keepResolved(world, prediction, standing);
  const turn = isSame || (!byPerson && outranks(known.evaluation.trust, standing.trust)) ? turnOf(known, null) : null;
  if (turn === null) return await contradict(world, prediction, standing, { ...known, verdict });
  const turns = [isSame ? { ...turn, reasonCode: 'date_refined' as const } : turn];
  await followCourse(world, prediction, standing, { turns, dispute: null, recheckAt: null });
}

/**
 * Whether the resolver's evidence no longer settles the prediction, because names are now read differently (an addition
 * was revoked) or absence is measured differently (a feed was found to have missed more). Later evidence is never a
 * reason.
 */
async function hasLostGrounds({ deps }: World, question: Question, standing: Decided): Promise<boolean> {
  const { identity, coverage } = deps;
  const isSame = standing.identityVersion === identity.version && standing.coverageVersion === coverage.version;
  if (standing.decidedBy !== resolverName || isSame) return false;
  return !(await isSettledThen(question, standing));
}

/** Whether the evidence of the time at which a resolution was known still gives its outcome. */
async function isSettledThen(
  { criterion, timeline, terms }: Question,
  { knownAt, outcome }: Decided,
): Promise<boolean> {
  const { verdict } = await runInTurns(evaluateInSteps(criterion, timeline, knownAt, terms));
  return verdict === outcome;
}

/**
 * Compares a resolution with the course that all evidence gives, after evidence from before its `knownAt` has arrived.
 * If no moment settles the prediction any more, or another outcome came first, a person must decide, because the
 * resolution has already been announced.
 */
async function reviewAgain(
  world: World,
  prediction: PredictionRow,
  question: Question,
  standing: Decided,
): Promise<void> {
  const course = await runInTurns(courseInSteps(question));
  const last = course?.turns.at(-1);
  if (course === null || last === undefined) {
    const { criterion, timeline, at, terms } = question;
    const evaluation = await runInTurns(evaluateInSteps(criterion, timeline, at, terms));
    if (await isSettledThen(question, standing))
      return await keepResolved(world, prediction, standing, evaluation.recheckAt);
    return await contradict(world, prediction, standing, {
      evaluation,
      verdict: 'undetermined',
      knownAt: standing.knownAt,
    });
  }
  if (last.outcome !== standing.outcome && !outranks(last.trust, standing.trust)) {
    const other = course.turns.find(({ outcome }) => outcome !== standing.outcome) ?? last;
    return await contradict(world, prediction, standing, { ...other.known, verdict: other.outcome });
  }
  // If the course has no dispute, the recorded one arose only because other evidence was imported first.
  const isLifted = course.dispute === null && (await isDisputed(world, standing));
  const isSame = (turn: Turn): boolean =>
    !isLifted &&
    turn.outcome === standing.outcome &&
    turn.effectiveAt === standing.effectiveAt &&
    turn.knownAt === standing.knownAt;
  const turns = isSame(last) ? [] : course.turns.filter((turn) => !isSame(turn));
  const coded = turns.map((turn, index) => (index === 0 ? { ...turn, reasonCode: codeOf(turn, standing) } : turn));
  await followCourse(world, prediction, standing, { ...course, turns: coded, lifts: isLifted });
}

/** Why a resolution is replaced by one with the same outcome; null if the outcome differs. */
function codeOf({ outcome, knownAt, reasonCode }: Turn, standing: Decided): Turn['reasonCode'] {
  if (outcome !== standing.outcome || reasonCode !== null) return reasonCode;
  return knownAt < standing.knownAt ? 'known_earlier' : 'evidence_added';
}

/** Records the answers that follow a resolution. */
export async function followCourse(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  { turns, dispute, recheckAt, lifts = false }: Course & { readonly lifts?: boolean },
): Promise<void> {
  let current = standing;
  for (const turn of turns) {
    // A dispute is settled by a person, never by a resolution that only corrects times.
    const corrects = turn.outcome === current.outcome && !lifts;
    if (!corrects || !(await isDisputed(world, current))) current = await amend(world, prediction, current, turn);
  }
  if (dispute !== null) await contradict(world, prediction, current, dispute);
  else await keepResolved(world, prediction, current, recheckAt);
}

async function keepResolved(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  recheckAt: Instant | null = null,
): Promise<void> {
  const state = (await isDisputed(world, standing)) ? 'disputed' : 'resolved';
  await recordResolved(world, prediction.id, standing.outcome, 0, { state, recheckAt });
}

async function isDisputed({ tx }: World, { id }: ResolutionRow): Promise<boolean> {
  return (await listDisputes(tx, [id], null)).length > 0;
}

async function amend(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  { outcome, known, reasonCode }: Turn,
): Promise<ResolutionRow> {
  const resolution = resolutionFrom(world, prediction, outcome, known, { supersedes: standing.id, reasonCode });
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

async function contradict(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  { verdict, knownAt, evaluation }: Contradiction,
): Promise<void> {
  const { deps, cause, tx } = world;
  const row = {
    id: deps.newId('dis'),
    predictionId: prediction.id,
    resolutionId: standing.id,
    verdict,
    knownAt: Math.max(knownAt, standing.knownAt),
    explanation: evaluation.explanation,
    createdAt: cause.now,
  };
  const fresh = await insertDispute(tx, row);
  const recheckAt = verdict === 'undetermined' ? evaluation.recheckAt : null;
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
