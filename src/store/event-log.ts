import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { readEventBody } from './malformed-rows.ts';
import { holderOf } from './prediction-words.ts';

/** The channel that announces new events. */
export const eventsChannel = 'outturn_events';

/** An event with its position in the order in which events are published. */
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

/** The last assigned position, locked until the transaction ends, so that one transaction at a time assigns positions. */
export async function lockEventClock(tx: Sql): Promise<number> {
  const rows = await tx<{ last: number }[]>`
    insert into event_clock as c (name, last_position) values ('events', 0)
    on conflict (name) do update set last_position = c.last_position returning last_position as last`;
  return rows[0]?.last ?? 0;
}

/**
 * Assigns positions after `last` to committed events, the oldest first, and returns how many. It needs a transaction of
 * its own that has locked the event clock: only then are all positions before a visible one visible too.
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

/** The newest position, and the epoch that it belongs to. */
export type EventHead = { readonly epoch: string; readonly position: number };

/** The epoch is `0` in a database in which no program has started. */
export async function findEventHead(db: Sql): Promise<EventHead> {
  const rows = await db<EventHead[]>`
    select coalesce((select value from settings where name = 'event_epoch'), '0') as epoch,
      coalesce((select last_position from event_clock where name = 'events'), 0) as position`;
  return rows[0] ?? { epoch: '0', position: 0 };
}

/** The position of an event; null if there is no such event or it has no position yet. */
export async function findPositionOf(db: Sql, eventId: string): Promise<number | null> {
  const rows = await db<{ position: number }[]>`
    select l.position from event_log l join events e on e.sequence = l.sequence where e.id = ${eventId}`;
  return rows[0]?.position ?? null;
}

export type EventFilter = {
  readonly types: readonly string[] | null;
  /** Id or slug. */
  readonly prediction: string | null;
  /** Id or name. */
  readonly watch: string | null;
  /** Of a model that the event is about or, for an event about a prediction, that its criterion watches. */
  readonly vendor?: string | undefined;
  readonly family?: string | undefined;
};

/** The types of events about ends, as the index `events_about_ends` lists them. */
function isAboutEnds(db: Sql) {
  return db`e.endpoint_id is null and e.type in ('model.ending', 'model.end_moved', 'model.ended', 'model.suspended',
    'model.reinstated', 'model.successor_released')`;
}

/** The newest events about ends of models. */
export async function listEndEvents(
  db: Sql,
  filter: Pick<EventFilter, 'watch' | 'vendor' | 'family'>,
  limit: number,
): Promise<Pick<LoggedEvent, 'id' | 'type' | 'occurredAt' | 'body'>[]> {
  const rows = await db<Pick<LoggedEvent, 'id' | 'type' | 'occurredAt' | 'body'>[]>`
    select e.id, e.type, e.occurred_at as "occurredAt", e.body from events e
    where ${isAboutEnds(db)} ${watchFilter(db, filter)} ${modelFilter(db, filter)}
    order by e.sequence desc limit ${limit}`;
  return rows.map((row) => ({ ...row, body: readEventBody(row) }));
}

function watchFilter(db: Sql, { watch }: Pick<EventFilter, 'watch'>) {
  if (watch === null) return db``;
  return db`and e.watch_ids && array(select id from model_watches where id = ${watch} or name = ${watch})`;
}

function modelFilter(db: Sql, { vendor, family }: Pick<EventFilter, 'vendor' | 'family'>) {
  if (vendor === undefined && family === undefined) return db``;
  return db`and exists (
    select from (
      select vendor, family from event_models where event_id = e.id
      union all select vendor, family from prediction_watches where prediction_id = e.prediction_id) m
    where true ${vendor === undefined ? db`` : db`and m.vendor = ${vendor}`}
      ${family === undefined ? db`` : db`and m.family = ${family}`})`;
}

/** Events by position, starting after one. Events addressed to a single endpoint (pings) are left out. */
export async function listLoggedEvents(
  db: Sql,
  filter: EventFilter,
  page: { after: number; limit: number },
): Promise<LoggedEvent[]> {
  const { types, prediction } = filter;
  const rows = await db<LoggedEvent[]>`
    select l.position, e.id, e.type, e.occurred_at as "occurredAt", e.prediction_id as "predictionId",
      e.resolution_id as "resolutionId", e.feed_id as "feedId", e.body
    from event_log l join events e on e.sequence = l.sequence
    where l.position > ${page.after} and e.endpoint_id is null
      ${types === null ? db`` : db`and e.type = any(${types})`}
      ${
        prediction === null
          ? db``
          : db`and (e.prediction_id = ${prediction} or e.prediction_id = ${holderOf(db, prediction)})`
      }
      ${watchFilter(db, filter)} ${modelFilter(db, filter)}
    order by l.position limit ${page.limit}`;
  return rows.map((row) => ({ ...row, body: readEventBody(row) }));
}
