import { type Evaluation, evaluate, evaluatorVersion, type Leaning, type Terms } from '../domain/evaluate.ts';
import { type EventType, eventBody } from '../domain/event.ts';
import { versionStyle } from '../domain/identity-table.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { firstKnown, type Known } from '../domain/known-at.ts';
import { readPolicy } from '../domain/policy.ts';
import { decisiveLeaf, type ResolverReasonCode, reasonText, resolverName } from '../domain/resolution.ts';
import type { Timeline } from '../domain/timeline.ts';
import { type Trust, trustRank } from '../domain/trust.ts';
import type { Sql } from '../store/db.ts';
import { insertDispute, listDisputes } from '../store/disputes.ts';
import { insertEvent } from '../store/events.ts';
import {
  listPredictionsById,
  type PredictionRow,
  type PredictionState,
  updatePredictionState,
} from '../store/predictions.ts';
import { insertResolution, listStandingResolutions, type Outcome, type ResolutionRow } from '../store/resolutions.ts';
import { findSetting } from '../store/settings.ts';
import type { Deps } from './deps.ts';
import { loadTimeline, timelineKey } from './timelines.ts';

export type SettleCounts = { evaluated: number; resolved: number; proposed: number; disputed: number; amended: number };

/** Predictions whose timelines are loaded together. */
const batchMax = 200;

/** Why predictions are looked at again: `evidenceFrom` is the earliest knowledge time of what is new, if evidence is. */
export type SettleCause = { readonly now: Instant; readonly evidenceFrom: Instant | null };

type World = {
  readonly tx: Sql;
  readonly deps: Deps;
  readonly cause: SettleCause;
  readonly evaluatedWith: string;
  readonly counts: SettleCounts;
};

/**
 * Evaluates predictions over everything observed and writes what follows, in the caller's transaction: resolutions, disputes,
 * amendments, the state of each prediction, and an event for each of them. Costs what is named, not what exists.
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

/** The stamp of everything besides evidence that an answer depends on. */
export async function evaluatedWith(db: Sql, deps: Deps): Promise<string> {
  return `${evaluatorVersion}/${deps.identity.version}/${(await findSetting(db, 'feeds_epoch')) ?? '0'}`;
}

/** What an evaluation of a prediction depends on besides the timeline. */
export function termsOf(deps: Deps, prediction: Pick<PredictionRow, 'madeFrom' | 'evidencePolicy'>): Terms {
  return {
    madeFrom: prediction.madeFrom,
    policy: readPolicy(prediction.evidencePolicy),
    styleOf: (vendor, family) => versionStyle(deps.identity, vendor, family),
  };
}

async function settleBatch(world: World, ids: readonly string[]): Promise<void> {
  const { tx, cause } = world;
  const predictions = await listPredictionsById(tx, ids);
  const standing = new Map((await listStandingResolutions(tx, ids, null)).map((row) => [row.predictionId, row]));
  const byTimeline = new Map<string, PredictionRow[]>();
  for (const prediction of predictions) {
    const key = timelineKey(prediction);
    byTimeline.set(key, [...(byTimeline.get(key) ?? []), prediction]);
  }
  for (const sharing of byTimeline.values()) {
    const timeline = await loadTimeline(tx, sharing, cause.now);
    for (const prediction of sharing) {
      world.counts.evaluated += 1;
      const resolution = standing.get(prediction.id) ?? null;
      if (resolution === null) await settleOpen(world, prediction, timeline);
      else await reviewResolved(world, prediction, timeline, resolution);
    }
  }
}

async function settleOpen(world: World, prediction: PredictionRow, timeline: Timeline): Promise<void> {
  const terms = termsOf(world.deps, prediction);
  const evaluation = evaluate(prediction.criterion, timeline, world.cause.now, terms);
  if (evaluation.verdict === 'undetermined') return await recordState(world, prediction, evaluation);
  const known = firstKnown(prediction.criterion, timeline, world.cause.now, terms, evaluation.verdict);
  if (known === null) return;
  const resolution = resolutionFrom(world, prediction, evaluation.verdict, known, {
    supersedes: null,
    reasonCode: null,
  });
  if (!(await insertResolution(world.tx, resolution))) return;
  world.counts.resolved += 1;
  await recordResolved(world, prediction.id, evaluation.verdict, 1);
  await announce(world, 'prediction.resolved', prediction, resolution, null);
}

function resolutionFrom(
  world: World,
  prediction: PredictionRow,
  outcome: 'yes' | 'no',
  known: Known,
  more: { supersedes: string | null; reasonCode: ResolverReasonCode | null },
): ResolutionRow {
  const { evaluation, knownAt } = known;
  const { deps, cause } = world;
  return {
    id: deps.newId('res'),
    predictionId: prediction.id,
    criterionVersion: prediction.criterionVersion,
    outcome,
    effectiveAt: evaluation.effectiveAt ?? formatInstant(knownAt),
    knownAt,
    decidedAt: cause.now,
    decidedBy: resolverName,
    reasonCode: more.reasonCode ?? decisiveLeaf(evaluation.explanation).reason,
    reason: reasonText(evaluation.explanation),
    evidence: [...evaluation.evidence],
    evidenceTrust: evaluation.trust,
    explanation: evaluation.explanation,
    evaluatorVersion,
    identityVersion: deps.identity.version,
    supersedes: more.supersedes,
  };
}

async function recordState(world: World, prediction: PredictionRow, evaluation: Evaluation): Promise<void> {
  const state = stateOf(evaluation);
  await updatePredictionState(world.tx, prediction.id, {
    state,
    detail: evaluation.leaning,
    outcome: null,
    recheckAt: evaluation.recheckAt,
    evaluatedWith: world.evaluatedWith,
    newResolutions: 0,
  });
  if (
    state === 'open' ||
    (state === prediction.state && prediction.stateDetail?.outcome === evaluation.leaning?.outcome)
  )
    return;
  world.counts[state] += 1;
  await announce(
    world,
    state === 'proposed' ? 'prediction.proposed' : 'prediction.disputed',
    prediction,
    null,
    evaluation.leaning,
  );
}

/** What an undetermined evaluation means for the prediction. */
export function stateOf(evaluation: Evaluation): 'open' | 'proposed' | 'disputed' {
  if (evaluation.leaning === null) return 'open';
  return evaluation.contradicted ? 'disputed' : 'proposed';
}

async function recordResolved(
  world: World,
  id: string,
  outcome: Outcome,
  newResolutions: number,
  state: PredictionState = 'resolved',
): Promise<void> {
  await updatePredictionState(world.tx, id, {
    state,
    detail: null,
    outcome,
    recheckAt: null,
    evaluatedWith: world.evaluatedWith,
    newResolutions,
  });
}

/** A settled resolution stands; new evidence can dispute it, and only strictly higher trust amends it without a person. */
async function reviewResolved(
  world: World,
  prediction: PredictionRow,
  timeline: Timeline,
  standing: ResolutionRow,
): Promise<void> {
  const { outcome } = standing;
  if (outcome === 'ambiguous' || outcome === 'annulled') return await keepResolved(world, prediction, standing);
  const terms = termsOf(world.deps, prediction);
  const evaluation = evaluate(prediction.criterion, timeline, world.cause.now, terms);
  if (evaluation.verdict === 'undetermined') return await keepResolved(world, prediction, standing);
  const known = firstKnown(prediction.criterion, timeline, world.cause.now, terms, evaluation.verdict);
  if (known === null) return;
  if (evaluation.verdict === outcome) return await moveKnownEarlier(world, prediction, standing, outcome, known);
  const byPerson = standing.decidedBy !== resolverName;
  if (byPerson && known.knownAt <= standing.decidedAt) return await keepResolved(world, prediction, standing);
  if (!byPerson && outranks(known.evaluation.trust, standing.evidenceTrust)) {
    return await amend(
      world,
      prediction,
      resolutionFrom(world, prediction, evaluation.verdict, known, { supersedes: standing.id, reasonCode: null }),
    );
  }
  await dispute(world, prediction, standing, evaluation.verdict, known);
}

function outranks(next: Trust | null, settled: Trust | null): boolean {
  return next !== null && settled !== null && trustRank(next) > trustRank(settled);
}

async function keepResolved(world: World, prediction: PredictionRow, standing: ResolutionRow): Promise<void> {
  const disputed = (await listDisputes(world.tx, [standing.id], null)).length > 0;
  await recordResolved(world, prediction.id, standing.outcome, 0, disputed ? 'disputed' : 'resolved');
}

/** An imported archive may show that the same was known earlier; then a correcting row is appended. */
async function moveKnownEarlier(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  outcome: 'yes' | 'no',
  known: Known,
): Promise<void> {
  const { evidenceFrom } = world.cause;
  const earlier =
    standing.decidedBy === resolverName &&
    evidenceFrom !== null &&
    evidenceFrom < standing.knownAt &&
    known.knownAt < standing.knownAt;
  if (!earlier) return await keepResolved(world, prediction, standing);
  await amend(
    world,
    prediction,
    resolutionFrom(world, prediction, outcome, known, { supersedes: standing.id, reasonCode: 'known_earlier' }),
  );
}

async function amend(world: World, prediction: PredictionRow, resolution: ResolutionRow): Promise<void> {
  if (!(await insertResolution(world.tx, resolution))) return;
  world.counts.amended += 1;
  await recordResolved(world, prediction.id, resolution.outcome, 1);
  await announce(world, 'prediction.resolution.amended', prediction, resolution, null);
}

async function dispute(
  world: World,
  prediction: PredictionRow,
  standing: ResolutionRow,
  verdict: 'yes' | 'no',
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
  await recordResolved(world, prediction.id, standing.outcome, 0, 'disputed');
  if (!fresh) return;
  world.counts.disputed += 1;
  await announce(world, 'prediction.disputed', prediction, standing, {
    outcome: verdict,
    reason: known.evaluation.explanation.reason,
    text: reasonText(known.evaluation.explanation),
  });
}

async function announce(
  world: World,
  type: EventType,
  prediction: PredictionRow,
  resolution: ResolutionRow | null,
  leaning: Leaning | null,
): Promise<void> {
  const { deps, cause, tx } = world;
  const data = {
    prediction: { id: prediction.id, slug: prediction.slug, statement: prediction.statement },
    ...(resolution === null ? {} : { resolution: resolutionSummary(resolution) }),
    ...(leaning === null ? {} : { leaning }),
  };
  await insertEvent(tx, {
    id: deps.newId('evt'),
    type,
    occurredAt: cause.now,
    predictionId: prediction.id,
    resolutionId: resolution?.id ?? null,
    feedId: null,
    body: eventBody(type, cause.now, data),
  });
}

/** What a subscriber is told of a resolution. */
export function resolutionSummary(resolution: ResolutionRow): Record<string, unknown> {
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
    supersedes: resolution.supersedes,
  };
}
