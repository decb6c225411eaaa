import type { Fragment } from 'postgres';
import type { Leaning } from '../domain/evaluation/evaluate.ts';
import type { EventText } from '../domain/events/event.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

export type NewEvent = {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly predictionId: string | null;
  readonly resolutionId: string | null;
  readonly feedId: string | null;
  readonly endpointId: string | null;
  /** The models or the name that it is about. Subscriptions and readers of the log filter by them. */
  readonly models: readonly { readonly vendor: string; readonly family: string | null }[];
  /** The watches that it concerns; null for an event of a type that concerns none. */
  readonly watches: readonly string[] | null;
  /** Whether only endpoints that filter by watch, or by nothing, receive it. */
  readonly isForWatches: boolean;
  /** The only endpoint that may receive it; omitted for every matching one. */
  readonly recipient?: string | undefined;
  /** The exact body that subscribers receive, before and after the sequence number. */
  readonly text: EventText;
  /** When its deliveries become due. */
  readonly dueAt: Instant;
};

/** The channel that notifies senders of pending deliveries. */
export const deliveriesChannel = 'webhook_deliveries';

/**
 * Inserts an event, in the transaction that makes it true, together with a delivery for every endpoint that subscribes to
 * it; the deliveries of a disabled endpoint are held. Its cost depends on the number of matching endpoints. An event that
 * already exists is left unchanged.
 */
export async function insertEvent(db: Sql, event: NewEvent): Promise<void> {
  const { predictionId, models } = event;
  await db`
    with subject as (select id, tags, predictor_id from predictions where id = ${predictionId}),
    watched as (
      select vendor, family from prediction_watches where prediction_id = ${predictionId}
      union all select * from unnest(${models.map(({ vendor }) => vendor)}::text[], ${models.map(({ family }) => family)}::text[])),
    ${insertingEvent(db, event)}
    select 1 from notified`;
}

/**
 * The part of a statement that inserts an event and its deliveries. It needs `subject`, the prediction that the event is about, and
 * `watched`, the families of that prediction or of the event's model: subscriptions filter by them. `source` has one row if the
 * event is to be inserted. The statement must select from `notified`.
 */
export function insertingEvent(db: Sql, event: NewEvent, source = db`(select 1) as always`) {
  return db`
    ${newEvent(db, event, source)},
    sent as (
      insert into webhook_deliveries (id, event_id, endpoint_id, state, next_attempt_at, created_at)
      select ${deliveryId(db)}, e.id, w.id, case w.status when 'enabled' then 'pending' else 'held' end,
        case w.status when 'enabled' then ${timestamp(event.dueAt)}::timestamptz end, ${timestamp(event.occurredAt)}
      from event e join webhook_endpoints w on w.deleted_at is null and w.match_keys && ${lookUpKeys(db, event)}
      left join subject p on true
      where ${fitsFilter(db, event)}
      returning id),
    notified as (select pg_notify(${deliveriesChannel}, '') from sent limit 1)`;
}

/** Inserts an event with one delivery, to its own endpoint regardless of its subscription, and returns the delivery's id. */
export async function insertPing(db: Sql, event: NewEvent & { readonly endpointId: string }): Promise<string | null> {
  const rows = await db<{ id: string }[]>`
    with ${newEvent(db, event, db`(select 1) as always`)},
    made as (
      insert into webhook_deliveries (id, event_id, endpoint_id, state, automatic, trigger, next_attempt_at, created_at)
      select ${deliveryId(db)}, e.id, w.id, 'pending', false, 'test', ${timestamp(event.dueAt)}, ${timestamp(event.occurredAt)}
      from event e cross join webhook_endpoints w where w.id = ${event.endpointId}
      returning id)
    select id, pg_notify(${deliveriesChannel}, '') from made`;
  return rows[0]?.id ?? null;
}

function newEvent(db: Sql, event: NewEvent, source: Fragment) {
  const { id, type, occurredAt, predictionId, resolutionId, feedId, endpointId, watches, text, models } = event;
  return db`
    numbered as (select nextval(pg_get_serial_sequence('events', 'sequence')) as sequence from ${source}),
    event as (
      insert into events (id, sequence, type, occurred_at, prediction_id, resolution_id, feed_id, endpoint_id, watch_ids, body)
      overriding system value
      select ${id}, n.sequence, ${type}, ${timestamp(occurredAt)}, ${predictionId}, ${resolutionId}, ${feedId}, ${endpointId},
        ${watches === null || watches.length === 0 ? null : [...watches]},
        ${text.head}::text || n.sequence || ${text.tail}::text
      from numbered n on conflict (id) do nothing returning id)${models.length === 0 ? db`` : insertingModels(db, models)}`;
}

function insertingModels(db: Sql, models: NewEvent['models']) {
  return db`,
    about as (
      insert into event_models (event_id, vendor, family) select distinct e.id, m.vendor, coalesce(m.family, '')
      from event e cross join unnest(${models.map(({ vendor }) => vendor)}::text[],
        ${models.map(({ family }) => family)}::text[]) as m(vendor, family))`;
}

/** Derived from event and endpoint, so that repeating an insert gives the same id. */
function deliveryId(db: Sql) {
  return db`'dlv_' || md5(e.id || ' ' || w.id)`;
}

/** All keys that a subscription to this event may have; see `matchKeysOf`. */
function lookUpKeys(db: Sql, { type, predictionId, watches }: NewEvent) {
  return db`(
    select array_agg(t.type || ' ' || k.key) from unnest(array[${type}::text, '*']) as t(type) cross join (
      select '*' as key
      union all select 'ids ' || ${predictionId}::text
      union all select 'tags ' || unnest(tags) from subject
      union all select 'predictor ' || predictor_id from subject
      union all select 'vendor ' || vendor from watched
      union all select 'family ' || family from watched
      union all select 'watch ' || unnest(${[...(watches ?? [])]}::text[])
    ) k where k.key is not null)`;
}

/** Whether an event matches all parts of an endpoint's filter. An event about no prediction matches no filter on predictions. */
function fitsFilter(db: Sql, { watches, isForWatches, recipient }: NewEvent) {
  return db`
    (w.prediction_ids is null or p.id = any(w.prediction_ids))
    and (w.tags is null or p.tags && w.tags)
    and (w.predictor_ids is null or p.predictor_id = any(w.predictor_ids))
    and (w.watch_ids is null or w.watch_ids && ${[...(watches ?? [])]}::text[])
    ${recipient === undefined ? db`` : db`and w.id = ${recipient}`}
    ${isForWatches ? db`and (w.watch_ids is not null or (w.vendors is null and w.families is null))` : db``}
    and ((w.vendors is null and w.families is null) or exists (
      select from watched x
      where (w.vendors is null or x.vendor = any(w.vendors)) and (w.families is null or x.family = any(w.families))))`;
}

/** The events of a prediction, oldest first. */
export async function listPredictionEvents(
  db: Sql,
  predictionId: string,
): Promise<{ readonly type: string; readonly occurredAt: Instant }[]> {
  return await db<{ type: string; occurredAt: Instant }[]>`
    select type, occurred_at as "occurredAt" from events where prediction_id = ${predictionId} order by sequence`;
}

/** The leanings that the given proposal and dispute events announced. */
export async function listLeanings(
  db: Sql,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly type: string; readonly leaning: Leaning }[]> {
  return await db<{ id: string; type: string; leaning: Leaning }[]>`
    select id, type, body::json->'data'->'leaning' as leaning from events where id = any(${ids}) order by sequence`;
}
