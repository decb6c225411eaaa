import { evaluatorVersion } from '../../domain/evaluation/evaluate.ts';
import { endOfEffective, outcomeOf, type PersonReasonCode } from '../../domain/evaluation/resolution.ts';
import { type EventFacts, predictionData, resolutionData } from '../../domain/events/event-data.ts';
import { type Instant, parseDate } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Sql } from '../../store/db.ts';
import { listObservations } from '../../store/observations.ts';
import { type PredictionRow, updatePredictionState } from '../../store/predictions.ts';
import {
  countResolutions as countResolutionRows,
  findResolution,
  insertResolution,
  type ListedResolution,
  listLatestResolutions,
  listPredictionResolutions as listPredictionResolutionRows,
  listResolutions as listResolutionRows,
  type Outcome,
  type ResolutionFilter,
  type ResolutionRow,
} from '../../store/resolutions.ts';
import { lockPredictions } from '../../store/watches.ts';
import { overrulePanel, requireOverruled } from '../cases/overrule.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { evaluatedWith } from '../settling/settlement.ts';
import { keepCurrentAnswer } from './documents.ts';
import { requirePrediction } from './predictions.ts';
import { refuseWithdrawn } from './withdrawals.ts';

export type { ListedResolution, ResolutionRow } from '../../store/resolutions.ts';

export type DecisionInput = {
  readonly outcome: Outcome;
  readonly effectiveAt: string;
  readonly reasonCode: PersonReasonCode;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly decidedBy: string;
  /** The current resolution according to the caller; null for none, undefined for any. */
  readonly supersedes?: string | null | undefined;
  /** The running case whose panel the person overrules; undefined if there is none. */
  readonly supersedeCase?: string | undefined;
};

/**
 * Records the decision of a person as a resolution that supersedes the current one and ends every dispute about it. Its
 * `known_at` is now. Refuses with `conflict` if the current resolution is not the one that the caller names, or if a
 * case is running that the caller does not name, and with `withdrawn` if the prediction was withdrawn.
 */
export async function createPredictionResolution(
  deps: Deps,
  idOrSlug: string,
  input: DecisionInput,
): Promise<ResolutionRow> {
  requireEffectiveAt(input.effectiveAt, deps.now());
  return await deps.db.begin(async (tx) => {
    const prediction = await requirePrediction(tx, idOrSlug);
    requireNotWithdrawn(prediction);
    await requireObservations(tx, input.evidence);
    const current = (await listPredictionResolutionRows(tx, prediction.id, null)).at(-1) ?? null;
    requireSeen(input.supersedes, current);
    requireReason(input, current);
    requireAfterClaim(input, prediction);
    // Locked after the current resolution was read, so that a concurrent decision causes a conflict and is not superseded.
    await lockPredictions(tx, [prediction.id]);
    requireNotWithdrawn(await requirePrediction(tx, prediction.id));
    const overruled = await requireOverruled(tx, prediction.id, input.supersedeCase);
    const resolution = await appendDecision(tx, deps, prediction, current, { ...input, now: deps.now() });
    if (resolution === null)
      throw new Refusal('conflict', 'the prediction was resolved in the meantime; read it again');
    if (overruled !== null) await overrulePanel(tx, overruled, resolution);
    return resolution;
  });
}

/** A decision of people that has been checked. */
export type Decision = Omit<DecisionInput, 'supersedes' | 'supersedeCase'> & { readonly now: Instant };

/**
 * Appends the resolution that people decided to those of a prediction that the transaction has locked, and announces it. Null if
 * the current resolution is no longer `current`, or the criterion is another one; then nothing has changed.
 */
export async function appendDecision(
  tx: Sql,
  deps: Deps,
  prediction: PredictionRow,
  current: ResolutionRow | null,
  decision: Decision,
): Promise<ResolutionRow | null> {
  const { outcome, effectiveAt, decidedBy, reasonCode, reason, now } = decision;
  const resolution: ResolutionRow = {
    id: deps.newId('res'),
    predictionId: prediction.id,
    criterionVersion: prediction.criterionVersion,
    outcome,
    effectiveAt,
    knownAt: now,
    decidedAt: now,
    decidedBy,
    reasonCode,
    reason,
    evidence: [...decision.evidence],
    evidenceTrust: null,
    explanation: null,
    evaluatorVersion,
    identityVersion: deps.identity.version,
    coverageVersion: null,
    missChance: null,
    supersedes: current?.id ?? null,
    selfStated: false,
  };
  if (!(await insertResolution(tx, resolution))) return null;
  await updatePredictionState(tx, prediction.id, {
    state: 'resolved',
    detail: null,
    outcome,
    recheckAt: null,
    evaluatedWith: await evaluatedWith(tx, deps),
    newResolutions: 1,
  });
  await keepCurrentAnswer(tx, deps, prediction.id);
  await announceDecision(tx, deps, prediction, resolution, current);
  return resolution;
}

function requireNotWithdrawn({ withdrawnAt }: PredictionRow): void {
  if (withdrawnAt !== null) throw refuseWithdrawn('it cannot be resolved');
}

/** Refuses an invalid `effective_at`, or one in the future, because an event must have happened to settle a prediction. */
function requireEffectiveAt(text: string, now: Instant): void {
  const [start = '', end = start, ...rest] = text.split('/');
  const isOpen = start === '..' && end !== start;
  const from = isOpen ? Number.NEGATIVE_INFINITY : parseDate(start)?.interval.from;
  const last = parseDate(end)?.interval.from;
  const isDated = rest.length === 0 && from !== undefined && last !== undefined && from <= last;
  const detail = isDated
    ? 'effective_at must not be in the future'
    : 'effective_at must be a date, an RFC 3339 date-time, or start/end';
  if (!isDated || last > now) throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/effective_at' }]);
}

function requireSeen(supersedes: string | null | undefined, current: ResolutionRow | null): void {
  if (supersedes === undefined || supersedes === (current?.id ?? null)) return;
  const currentId = current === null ? 'null, because there is none' : current.id;
  const detail = `supersedes must be the current resolution (${currentId}); read the prediction again`;
  throw new Refusal('conflict', detail, [{ detail, pointer: '#/supersedes' }]);
}

function requireReason({ outcome, reasonCode }: DecisionInput, current: ResolutionRow | null): void {
  const only = reasonCode === 'confirmed' ? (current?.outcome ?? outcome) : (outcomeOf(reasonCode) ?? outcome);
  if (only === outcome) return;
  const detail = `outcome must be ${only} for the reason ${reasonCode}`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/reason_code' }]);
}

/**
 * Refuses an event that was over before the claim was made, because it cannot settle the claim. If a date is less
 * precise than an instant, the order must be certain: an event on the day of the claim may have followed it.
 */
function requireAfterClaim({ effectiveAt, reasonCode }: DecisionInput, { madeAt, madeFrom }: PredictionRow): void {
  if (reasonCode === 'already_before_window' || endOfEffective(effectiveAt) > madeFrom) return;
  const detail = `effective_at must not be before made_at (${madeAt}); if the event happened before the claim was made, use the reason_code already_before_window`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/effective_at' }]);
}

async function requireObservations(tx: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = new Set(
    (await listObservations(tx, { ids }, { before: null, asOf: null, limit: ids.length })).map((row) => row.id),
  );
  const errors = ids.flatMap((id, index) =>
    found.has(id) ? [] : [{ detail: `there is no observation ${id}`, pointer: `#/evidence/${index}` }],
  );
  if (errors.length > 0)
    throw new Refusal(
      'validation_failed',
      'evidence must contain ids of existing observations; GET /v1/observations lists them',
      errors,
    );
}

async function announceDecision(
  tx: Sql,
  deps: Deps,
  prediction: PredictionRow,
  resolution: ResolutionRow,
  current: ResolutionRow | null,
): Promise<void> {
  const data = { prediction: predictionData(prediction), resolution: resolutionData(resolution) };
  const event: EventFacts =
    current === null
      ? { type: resolution.outcome === 'annulled' ? 'prediction.annulled' : 'prediction.resolved', data }
      : { type: 'prediction.resolution.amended', data: { ...data, superseded: resolutionData(current) } };
  await recordEvent(tx, deps, {
    ...event,
    occurredAt: resolution.decidedAt,
    predictionId: prediction.id,
    resolutionId: resolution.id,
  });
}

/** Every resolution of a prediction, oldest first. */
export async function listPredictionResolutions(deps: Deps, idOrSlug: string): Promise<ResolutionRow[]> {
  const prediction = await requirePrediction(deps.db.sql, idOrSlug);
  return await listPredictionResolutionRows(deps.db.sql, prediction.id, null);
}

/** One resolution with its prediction. Refuses with `not_found`. */
export async function getResolution(deps: Deps, id: string): Promise<ListedResolution> {
  const resolution = await findResolution(deps.db.sql, id);
  if (resolution === null) throw new Refusal('not_found', `there is no resolution ${id}`);
  return resolution;
}

/** Resolutions after a sequence number, in the order of decision. */
export async function listResolutions(
  deps: Deps,
  filter: ResolutionFilter,
  page: { after: number; limit: number },
): Promise<ListedResolution[]> {
  return await listResolutionRows(deps.db.sql, filter, page);
}

export async function countResolutions(deps: Deps, filter: ResolutionFilter): Promise<number> {
  return await countResolutionRows(deps.db.sql, filter);
}

/** The latest resolutions, newest first. */
export async function listNewestResolutions(deps: Deps, limit: number): Promise<ListedResolution[]> {
  return await listLatestResolutions(deps.db.sql, limit);
}
