import { readPolicy } from '../../domain/criterion/policy.ts';
import { isSelfStated } from '../../domain/ends/end-claim.ts';
import { type Evaluation, evaluatorVersion, type Terms } from '../../domain/evaluation/evaluate.ts';
import type { Known } from '../../domain/evaluation/known-at.ts';
import { limitStoredExplanation } from '../../domain/evaluation/limit-explanation.ts';
import { decisiveLeaf, type ResolverReasonCode, reasonText, resolverName } from '../../domain/evaluation/resolution.ts';
import type { EventFacts } from '../../domain/events/event-data.ts';
import { versionStyle } from '../../domain/identity/table.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import { documentFormat } from '../../store/prediction-documents.ts';
import { type PredictionRow, type PredictionState, updatePredictionState } from '../../store/predictions.ts';
import type { Outcome, ResolutionRow } from '../../store/resolutions.ts';
import { findSetting } from '../../store/settings.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';

export type SettleCounts = { evaluated: number; resolved: number; proposed: number; disputed: number; amended: number };

/**
 * Why predictions are evaluated: `evidenceFrom` is the earliest knowledge time of the new evidence, if there is any.
 */
export type SettleCause = { readonly now: Instant; readonly evidenceFrom: Instant | null };

/** The inputs of one settlement, in the caller's transaction. */
export type World = {
  readonly tx: Sql;
  readonly deps: Deps;
  readonly cause: SettleCause;
  readonly evaluatedWith: string;
  readonly counts: SettleCounts;
};

/** Identifies everything besides evidence that an answer and its kept document depend on. */
export async function evaluatedWith(db: Sql, deps: Deps): Promise<string> {
  return versionsWith(deps, (await findSetting(db, 'feeds_epoch')) ?? '0');
}

/** The same with a known epoch of the feeds. */
export function versionsWith(deps: Deps, feeds: string): string {
  return `${evaluatorVersion}/${deps.identity.version}/${deps.coverage.version}/${feeds}/${documentFormat}`;
}

/** What an evaluation of a prediction depends on besides the timeline. */
export function termsOf(
  deps: Deps,
  prediction: Pick<PredictionRow, 'criterion' | 'madeFrom' | 'evidencePolicy'>,
): Terms {
  return {
    coverage: deps.coverageFor?.(prediction),
    madeFrom: prediction.madeFrom,
    policy: readPolicy(prediction.evidencePolicy),
    styleOf: (vendor, family) => versionStyle(deps.identity, vendor, family),
  };
}

/** The resolution as of the earliest knowledge time, without anything learned later. */
export function resolutionFrom(
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
    explanation: limitStoredExplanation(evaluation.explanation),
    evaluatorVersion,
    identityVersion: deps.identity.version,
    coverageVersion: deps.coverage.version,
    missChance: evaluation.missChance,
    supersedes: more.supersedes,
    selfStated: prediction.fromEnd !== null && isSelfStated(prediction.fromEnd, evaluation),
  };
}

/** The resolver's resolution of a resolved prediction. */
export async function recordResolved(
  world: World,
  id: string,
  outcome: Outcome,
  newResolutions: number,
  { state, recheckAt }: { state: PredictionState; recheckAt: Instant | null } = { state: 'resolved', recheckAt: null },
): Promise<void> {
  await updatePredictionState(world.tx, id, {
    state,
    detail: null,
    outcome,
    recheckAt,
    evaluatedWith: world.evaluatedWith,
    newResolutions,
  });
}

/** Records the event of the new resolution, in the same transaction. */
export async function announce(
  world: World,
  { id: predictionId }: PredictionRow,
  resolution: ResolutionRow | null,
  event: EventFacts,
): Promise<void> {
  const { deps, cause, tx } = world;
  await recordEvent(tx, deps, { ...event, occurredAt: cause.now, predictionId, resolutionId: resolution?.id });
}

/** The state of a prediction whose evaluation is undetermined. */
export function stateOf(evaluation: Evaluation): 'open' | 'proposed' | 'disputed' {
  if (evaluation.leaning === null) return 'open';
  return evaluation.contradicted ? 'disputed' : 'proposed';
}
