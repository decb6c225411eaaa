import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** A correction beside the words of a prediction, which it does not change. */
export type ErratumRow = {
  readonly id: string;
  readonly predictionId: string;
  readonly text: string;
  readonly reason: string;
  readonly recordedAt: Instant;
};

export async function insertErratum(db: Sql, erratum: ErratumRow): Promise<void> {
  await db`
    insert into prediction_errata (id, prediction_id, text, reason, recorded_at)
    values (${erratum.id}, ${erratum.predictionId}, ${erratum.text}, ${erratum.reason}, ${timestamp(erratum.recordedAt)})`;
}

/** The errata of predictions recorded by a moment, or all if it is null, in the order of recording. */
export async function listErrata(
  db: Sql,
  predictionIds: readonly string[],
  asOf: Instant | null,
): Promise<ErratumRow[]> {
  return await db<ErratumRow[]>`
    select id, prediction_id as "predictionId", text, reason, recorded_at as "recordedAt" from prediction_errata
    where prediction_id = any(${predictionIds}) ${asOf === null ? db`` : db`and recorded_at <= ${timestamp(asOf)}`} order by seq`;
}
