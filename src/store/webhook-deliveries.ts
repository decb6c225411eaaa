import type { Instant } from '../domain/instant.ts';
import type { AttemptTrigger, DeliveryState, ErrorClass } from '../domain/webhooks/delivery.ts';
import type { Sql } from './db.ts';
import { deliveriesChannel } from './events.ts';
import { timestamp } from './postgres-types.ts';

/** One event for one endpoint. */
export type DeliveryRow = {
  readonly id: string;
  readonly seq: number;
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly sequence: number;
  readonly occurredAt: Instant;
  readonly state: DeliveryState;
  /** The number of attempts started. */
  readonly attempts: number;
  readonly nextAttemptAt: Instant | null;
  readonly lastStatus: number | null;
  readonly lastErrorClass: ErrorClass | null;
  readonly createdAt: Instant;
  /** When it left the pending state; null while it is pending. */
  readonly settledAt: Instant | null;
  readonly succeededAt: Instant | null;
};

export type DeliveryFilter = {
  readonly endpointId?: string;
  readonly eventId?: string;
  readonly eventType?: string;
  readonly state?: DeliveryState;
  readonly createdGte?: Instant;
  readonly createdLt?: Instant;
};

export type DeliveryPage = {
  /** The last sequence number of the previous page. */
  readonly after: number | null;
  readonly newestFirst: boolean;
  readonly limit: number;
};

/** The columns of a DeliveryRow, for statements over `fromDeliveries`. */
function deliveryColumns(db: Sql) {
  return db`d.id, d.seq, d.endpoint_id as "endpointId", d.event_id as "eventId", e.type as "eventType", e.sequence,
    e.occurred_at as "occurredAt", d.state, coalesce(l.number, d.attempts) as attempts, d.next_attempt_at as "nextAttemptAt",
    d.last_status as "lastStatus", d.last_error_class as "lastErrorClass", d.created_at as "createdAt",
    d.settled_at as "settledAt", d.succeeded_at as "succeededAt"`;
}

/** Deliveries with their events, and the attempts that are running. */
function fromDeliveries(db: Sql) {
  return db`webhook_deliveries d join events e on e.id = d.event_id left join webhook_leases l on l.delivery_id = d.id`;
}

export async function listDeliveries(db: Sql, filter: DeliveryFilter, page: DeliveryPage): Promise<DeliveryRow[]> {
  const { after, newestFirst } = page;
  const cursor = after === null ? db`` : newestFirst ? db`and d.seq < ${after}` : db`and d.seq > ${after}`;
  return await db<DeliveryRow[]>`
    select ${deliveryColumns(db)} from ${fromDeliveries(db)}
    where true ${cursor}
      ${filter.endpointId === undefined ? db`` : db`and d.endpoint_id = ${filter.endpointId}`}
      ${filter.eventId === undefined ? db`` : db`and d.event_id = ${filter.eventId}`}
      ${filter.eventType === undefined ? db`` : db`and e.type = ${filter.eventType}`}
      ${filter.state === undefined ? db`` : db`and d.state = ${filter.state}`}
      ${filter.createdGte === undefined ? db`` : db`and d.created_at >= ${timestamp(filter.createdGte)}`}
      ${filter.createdLt === undefined ? db`` : db`and d.created_at < ${timestamp(filter.createdLt)}`}
    order by ${newestFirst ? db`d.seq desc` : db`d.seq`} limit ${page.limit}`;
}

/** Includes the exact body that is sent. */
export async function findDelivery(
  db: Sql,
  id: string,
): Promise<(DeliveryRow & { readonly body: string; readonly automatic: boolean }) | null> {
  const rows = await db<(DeliveryRow & { body: string; automatic: boolean })[]>`
    select ${deliveryColumns(db)}, e.body, d.automatic from ${fromDeliveries(db)} where d.id = ${id}`;
  return rows[0] ?? null;
}

/** Holds the pending deliveries of an endpoint; a running attempt still counts if it succeeds. */
export async function holdPending(db: Sql, endpointId: string, now: Instant): Promise<number> {
  const rows = await db`
    update webhook_deliveries set state = 'held', next_attempt_at = null, manual_due = 0, settled_at = ${timestamp(now)}
    where endpoint_id = ${endpointId} and state = 'pending' returning id`;
  return rows.length;
}

/** Cancels the pending and held deliveries of an endpoint. */
export async function cancelPending(db: Sql, endpointId: string, now: Instant): Promise<void> {
  await db`
    update webhook_deliveries set state = 'cancelled', next_attempt_at = null, manual_due = 0, settled_at = ${timestamp(now)}
    where endpoint_id = ${endpointId} and state in ('pending', 'held')`;
}

/**
 * Requests one more attempt, now. It replaces the next scheduled attempt; if the schedule has ended, no attempt follows
 * it. False if `askedMax` attempts are already requested.
 */
export async function requestAttempt(
  db: Sql,
  id: string,
  ask: { readonly now: Instant; readonly askedMax: number },
): Promise<boolean> {
  const rows = await db`
    with asked as (
      update webhook_deliveries set manual_due = manual_due + 1, state = 'pending', next_attempt_at = ${timestamp(ask.now)},
        settled_at = null, automatic = automatic and state in ('pending', 'held')
      where id = ${id} and manual_due < ${ask.askedMax} returning id)
    select pg_notify(${deliveriesChannel}, '') from asked`;
  return rows.length === 1;
}

/** Restarts, with a full schedule, every delivery that an endpoint has missed since a moment; returns their number. */
export async function recoverDeliveries(
  db: Sql,
  endpointId: string,
  { since, now }: { readonly since: Instant; readonly now: Instant },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    with recovered as (
      update webhook_deliveries set state = 'pending', next_attempt_at = ${timestamp(now)}, step = 0, automatic = true,
        trigger = 'recover', settled_at = null
      where endpoint_id = ${endpointId} and state in ('held', 'failed') and created_at >= ${timestamp(since)}
        and succeeded_at is null
      returning id),
    notified as (select pg_notify(${deliveriesChannel}, '') from recovered limit 1)
    select (select count(*)::int from recovered) as count, (select count(*) from notified) as notified`;
  return rows[0]?.count ?? 0;
}

/** Counts the deliveries of an endpoint created since a moment, by state. */
export async function countDeliveries(
  db: Sql,
  endpointId: string,
  since: Instant,
): Promise<{ readonly state: DeliveryState; readonly count: number }[]> {
  return await db<{ state: DeliveryState; count: number }[]>`
    select state, count(*)::int as count from webhook_deliveries
    where endpoint_id = ${endpointId} and created_at >= ${timestamp(since)} group by state order by state`;
}

/** A recorded attempt; `body` is null if the response had none or is no longer kept. */
export type AttemptRow = {
  readonly number: number;
  readonly trigger: AttemptTrigger;
  readonly url: string;
  /** Null for an attempt whose sender died. */
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant;
  readonly durationMs: number | null;
  readonly status: number | null;
  readonly errorClass: ErrorClass | null;
  readonly errorDetail: string | null;
  readonly nextAttemptAt: Instant | null;
  readonly body: string | null;
  readonly truncated: boolean | null;
};

/** By number, starting after one. */
export async function listAttempts(
  db: Sql,
  deliveryId: string,
  page: { readonly after: number; readonly limit: number },
): Promise<AttemptRow[]> {
  return await db<AttemptRow[]>`
    select a.number, a.trigger, a.url, a.started_at as "startedAt", a.finished_at as "finishedAt", a.duration_ms as "durationMs",
      a.status, a.error_class as "errorClass", a.error_detail as "errorDetail", a.next_attempt_at as "nextAttemptAt", r.body, r.truncated
    from webhook_attempts a left join webhook_responses r on r.delivery_id = a.delivery_id and r.number = a.number
    where a.delivery_id = ${deliveryId} and a.number > ${page.after} order by a.number limit ${page.limit}`;
}

/** Deletes response bodies received before a moment, at most `limit`; the attempts stay. */
export async function deleteResponsesBefore(db: Sql, before: Instant, limit: number): Promise<number> {
  const rows = await db`
    delete from webhook_responses where (delivery_id, number) in (
      select delivery_id, number from webhook_responses where received_at < ${timestamp(before)}
      order by received_at, delivery_id, number limit ${limit})
    returning delivery_id`;
  return rows.length;
}
