import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';

export type NewEvent = {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly predictionId: string | null;
  readonly resolutionId: string | null;
  readonly feedId: string | null;
  /** The exact body a subscriber would be sent. */
  readonly body: string;
};

/** Written in the transaction that makes it true. */
export async function insertEvent(db: Sql, event: NewEvent): Promise<void> {
  await db`
    insert into events (id, type, occurred_at, prediction_id, resolution_id, feed_id, body)
    values (${event.id}, ${event.type}, ${new Date(event.occurredAt)}, ${event.predictionId}, ${event.resolutionId}, ${event.feedId}, ${event.body})`;
}

/** What was told of a prediction, oldest first. */
export async function listPredictionEvents(
  db: Sql,
  predictionId: string,
): Promise<{ readonly type: string; readonly occurredAt: Instant }[]> {
  return await db<{ type: string; occurredAt: Instant }[]>`
    select type, occurred_at as "occurredAt" from events where prediction_id = ${predictionId} order by sequence`;
}
