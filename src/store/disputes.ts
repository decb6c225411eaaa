import type { ExplanationNode, Verdict } from '../domain/evaluation/explanation.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

export type DisputeRow = {
  readonly id: string;
  readonly predictionId: string;
  readonly resolutionId: string;
  /** The verdict that the evidence now supports; undetermined if the resolution has lost its evidence. */
  readonly verdict: Verdict;
  readonly knownAt: Instant;
  readonly explanation: ExplanationNode;
  readonly createdAt: Instant;
};

/** Records that later evidence contradicts a resolution, or that its evidence is gone; false if that is already recorded. */
export async function insertDispute(db: Sql, dispute: DisputeRow): Promise<boolean> {
  const rows = await db`
    insert into disputes (id, prediction_id, resolution_id, verdict, known_at, explanation, created_at)
    values (${dispute.id}, ${dispute.predictionId}, ${dispute.resolutionId}, ${dispute.verdict}, ${timestamp(dispute.knownAt)},
      ${json(db, dispute.explanation)}, ${timestamp(dispute.createdAt)})
    on conflict (resolution_id, verdict) do nothing returning id`;
  return rows.length === 1;
}

/** The disputes of the given resolutions that were known at `asOf`, or now. */
export async function listDisputes(
  db: Sql,
  resolutionIds: readonly string[],
  asOf: Instant | null,
): Promise<DisputeRow[]> {
  return await db<DisputeRow[]>`
    select id, prediction_id as "predictionId", resolution_id as "resolutionId", verdict, known_at as "knownAt", explanation,
      created_at as "createdAt"
    from disputes where resolution_id = any(${resolutionIds}) ${asOf === null ? db`` : db`and known_at <= ${timestamp(asOf)}`}
    order by known_at, id`;
}
