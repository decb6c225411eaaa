import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';

/** The channel on which the database hints that there are new events. */
export const eventsChannel = 'outturn_events';

/** An event with its place in the order in which events are told. */
export type LoggedEvent = {
  readonly position: number;
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly predictionId: string | null;
  readonly resolutionId: string | null;
  readonly feedId: string | null;
  readonly body: string;
};

export async function hasUnplacedEvents(db: Sql): Promise<boolean> {
  const rows = await db<{ found: boolean }[]>`select exists (select from events_unplaced) as found`;
  return rows[0]?.found ?? false;
}

/** The last place given, locked until the transaction ends: one giver at a time. */
export async function lockEventClock(tx: Sql): Promise<number> {
  const rows = await tx<{ last: number }[]>`
    insert into event_clock as c (name, last_position) values ('events', 0)
    on conflict (name) do update set last_position = c.last_position returning last_position as last`;
  return rows[0]?.last ?? 0;
}

/**
 * Gives places after `last` to events that are committed, the oldest first; answers how many. To be called in a transaction of
 * its own in which the clock is locked: only then are all places before a visible one visible.
 */
export async function placeEventsAfter(tx: Sql, last: number, rowsMax: number): Promise<number> {
  const rows = await tx<{ placed: number }[]>`
    with taken as (
      delete from events_unplaced where sequence in (select sequence from events_unplaced order by sequence limit ${rowsMax})
      returning sequence),
    placed as (
      insert into event_log (position, sequence)
      select ${last}::bigint + row_number() over (order by sequence), sequence from taken returning position)
    update event_clock set last_position = last_position + (select count(*) from placed) where name = 'events'
    returning last_position - ${last}::bigint as placed`;
  return rows[0]?.placed ?? 0;
}

export async function findLastPosition(db: Sql): Promise<number> {
  const rows = await db<{ last: number }[]>`select last_position as last from event_clock where name = 'events'`;
  return rows[0]?.last ?? 0;
}

/** The place of an event; null where there is no such event, or it has no place yet. */
export async function findPositionOf(db: Sql, eventId: string): Promise<number | null> {
  const rows = await db<{ position: number }[]>`
    select l.position from event_log l join events e on e.sequence = l.sequence where e.id = ${eventId}`;
  return rows[0]?.position ?? null;
}

export type EventFilter = {
  readonly types: readonly string[] | null;
  /** Id or slug. */
  readonly prediction: string | null;
};

/** Events in the order of their places, after a place; those that are one subscriber's own business are not among them. */
export async function listLoggedEvents(
  db: Sql,
  filter: EventFilter,
  page: { after: number; limit: number },
): Promise<LoggedEvent[]> {
  const { types, prediction } = filter;
  return await db<LoggedEvent[]>`
    select l.position, e.id, e.type, e.occurred_at as "occurredAt", e.prediction_id as "predictionId",
      e.resolution_id as "resolutionId", e.feed_id as "feedId", e.body
    from event_log l join events e on e.sequence = l.sequence
    where l.position > ${page.after} and e.endpoint_id is null
      ${types === null ? db`` : db`and e.type = any(${types})`}
      ${
        prediction === null
          ? db``
          : db`and e.prediction_id in (select id from predictions
        where id = ${prediction} or slug = ${prediction})`
      }
    order by l.position limit ${page.limit}`;
}
