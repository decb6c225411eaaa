import { evaluatorVersion } from '../domain/evaluate.ts';
import { type EventType, eventBody } from '../domain/event.ts';
import { parseDate } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import type { PersonReasonCode } from '../domain/resolution.ts';
import type { Sql } from '../store/db.ts';
import { insertEvent } from '../store/events.ts';
import { listObservations } from '../store/observations.ts';
import { type PredictionRow, updatePredictionState } from '../store/predictions.ts';
import {
  insertResolution,
  type ListedResolution,
  listPredictionResolutions,
  listResolutions,
  type Outcome,
  type ResolutionRow,
} from '../store/resolutions.ts';
import { lockPredictions } from '../store/watches.ts';
import type { Deps } from './deps.ts';
import { requirePrediction } from './predictions.ts';
import { evaluatedWith, resolutionSummary } from './settle-world.ts';

export type DecisionInput = {
  readonly outcome: Outcome;
  readonly effectiveAt: string;
  readonly reasonCode: PersonReasonCode;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly decidedBy: string;
};

/** A person's decision: appended, superseding what stood. It is known when it is decided. */
export async function decideByPerson(deps: Deps, idOrSlug: string, input: DecisionInput): Promise<ResolutionRow> {
  requireEffectiveAt(input.effectiveAt);
  return await deps.db.begin(async (tx) => {
    const prediction = await requirePrediction(tx, idOrSlug);
    await requireObservations(tx, input.evidence);
    const standing = (await listPredictionResolutions(tx, prediction.id, null)).at(-1) ?? null;
    // After reading what stands: whoever decided in between is then met as a conflict, not superseded unseen.
    await lockPredictions(tx, [prediction.id]);
    const now = deps.now();
    const resolution: ResolutionRow = {
      id: deps.newId('res'),
      predictionId: prediction.id,
      criterionVersion: prediction.criterionVersion,
      outcome: input.outcome,
      effectiveAt: input.effectiveAt,
      knownAt: now,
      decidedAt: now,
      decidedBy: input.decidedBy,
      reasonCode: input.reasonCode,
      reason: input.reason,
      evidence: [...input.evidence],
      evidenceTrust: null,
      explanation: null,
      evaluatorVersion,
      identityVersion: deps.identity.version,
      supersedes: standing?.id ?? null,
    };
    if (!(await insertResolution(tx, resolution)))
      throw new Refusal('conflict', 'the prediction was resolved while you decided; read it again');
    const state = {
      state: 'resolved',
      detail: null,
      outcome: input.outcome,
      recheckAt: null,
      evaluatedWith: await evaluatedWith(tx, deps),
      newResolutions: 1,
    } as const;
    await updatePredictionState(tx, prediction.id, state);
    await announceDecision(tx, deps, prediction, resolution, standing);
    return resolution;
  });
}

function requireEffectiveAt(text: string): void {
  const parts = text.split('/');
  const valid = parts.length <= 2 && parts.every((part) => parseDate(part) !== null);
  const detail = 'effective_at must be a date, an RFC 3339 instant, or start/end of the two';
  if (!valid) throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/effective_at' }]);
}

async function requireObservations(tx: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const found = new Set(
    (await listObservations(tx, { ids }, { before: null, asOf: null, limit: ids.length })).map((row) => row.id),
  );
  const errors = ids.flatMap((id, index) =>
    found.has(id) ? [] : [{ detail: `there is no observation ${id}`, pointer: `#/evidence/${index}` }],
  );
  if (errors.length > 0) throw new Refusal('validation_failed', 'evidence must name observations that exist', errors);
}

async function announceDecision(
  tx: Sql,
  deps: Deps,
  prediction: PredictionRow,
  resolution: ResolutionRow,
  standing: ResolutionRow | null,
): Promise<void> {
  const type: EventType =
    standing !== null
      ? 'prediction.resolution.amended'
      : resolution.outcome === 'annulled'
        ? 'prediction.annulled'
        : 'prediction.resolved';
  const data = {
    prediction: { id: prediction.id, slug: prediction.slug, statement: prediction.statement },
    resolution: resolutionSummary(resolution),
    ...(standing === null ? {} : { superseded: resolutionSummary(standing) }),
  };
  const body = eventBody(type, resolution.decidedAt, data);
  await insertEvent(tx, {
    id: deps.newId('evt'),
    type,
    occurredAt: resolution.decidedAt,
    predictionId: prediction.id,
    resolutionId: resolution.id,
    feedId: null,
    body,
  });
}

/** Every resolution of a prediction, oldest first. */
export async function listResolutionsOf(deps: Deps, idOrSlug: string): Promise<ResolutionRow[]> {
  const prediction = await requirePrediction(deps.db.sql, idOrSlug);
  return await listPredictionResolutions(deps.db.sql, prediction.id, null);
}

/** What resolved since a sequence number, oldest decision first. */
export async function listResolutionPage(
  deps: Deps,
  page: { after: number; outcome: Outcome | null; limit: number },
): Promise<ListedResolution[]> {
  return await listResolutions(deps.db.sql, page);
}
