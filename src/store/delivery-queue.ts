import type { Instant } from '../domain/instant.ts';
import type { AttemptTrigger, DeliveryState, ErrorClass } from '../domain/webhooks/delivery.ts';
import type { WebhookFormat } from '../domain/webhooks/slack.ts';
import type { Sql } from './db.ts';
import { readEventBody } from './malformed-rows.ts';
import { json, type Timestamp, timestamp } from './postgres-types.ts';

export type DueQuery = {
  /** The id of the endpoint after which to continue. */
  readonly after: string;
  readonly now: Instant;
  readonly perEndpoint: number;
  readonly perFailing: number;
  readonly limit: number;
};

/**
 * Locks endpoints that have due deliveries and free capacity. The lock lets one node at a time lease deliveries of an
 * endpoint, so that its count of running attempts is complete. The list continues after an id and wraps around, so that
 * every endpoint gets its turn. The recursive query walks the index of pending deliveries from endpoint to endpoint: its
 * cost depends on the number of endpoints, not of deliveries. It is ordered like that index, because another index would
 * lead through every settled delivery.
 */
export async function lockDueEndpoints(db: Sql, ask: DueQuery): Promise<string[]> {
  const now = timestamp(ask.now);
  const rows = await db<{ id: string }[]>`
    with recursive waiting (endpoint_id) as (
      (select endpoint_id from webhook_deliveries where state = 'pending' order by endpoint_id, next_attempt_at, seq limit 1)
      union all
      select (select d.endpoint_id from webhook_deliveries d where d.state = 'pending' and d.endpoint_id > w.endpoint_id
        order by d.endpoint_id, d.next_attempt_at, d.seq limit 1)
      from waiting w where w.endpoint_id is not null)
    select w.id from waiting join webhook_endpoints w on w.id = waiting.endpoint_id
    where w.status = 'enabled' and w.deleted_at is null and (w.paused_until is null or w.paused_until <= ${now})
      and (select true from ${withLeases(db)} where d.endpoint_id = w.id and ${isDue(db, now)}
        order by d.next_attempt_at, d.seq limit 1)
      and ${slotsOf(db, ask)} > 0
    order by w.id > ${ask.after} desc, w.id limit ${ask.limit} for no key update of w skip locked`;
  return rows.map((row) => row.id);
}

/** How many more attempts endpoint `w` may have running: limited by concurrency, and by one second's worth of its rate. */
function slotsOf(db: Sql, bounds: Pick<DueQuery, 'now' | 'perEndpoint' | 'perFailing'>) {
  const { perEndpoint, perFailing } = bounds;
  const now = db`${timestamp(bounds.now)}::timestamptz`;
  return db`least(
      case when w.failing_since is null then ${perEndpoint}::int else ${perFailing}::int end
        - (select count(*)::int from webhook_leases b where b.endpoint_id = w.id and b.lease_until > clock_timestamp()),
      case when w.rate_per_second is null then ${perEndpoint}::int else floor(w.rate_per_second
        * extract(epoch from ${now} + interval '1 second' - greatest(w.paced_until, ${now})))::int end)`;
}

/** Deliveries `d` with their lease `l`, if any. */
function withLeases(db: Sql) {
  return db`webhook_deliveries d left join webhook_leases l on l.delivery_id = d.id`;
}

function isDue(db: Sql, now: Timestamp) {
  return db`d.state = 'pending' and d.next_attempt_at <= ${now} and (l.lease_until is null or l.lease_until < clock_timestamp())`;
}

export type DeliveryLease = {
  readonly endpointIds: readonly string[];
  readonly holder: string;
  readonly leaseMs: number;
  readonly now: Instant;
  /** Attempts that may run at once for one endpoint, and for one that has been failing. */
  readonly perEndpoint: number;
  readonly perFailing: number;
  readonly limit: number;
};

/** A delivery leased to this node, with everything that an attempt needs. */
export type LeasedDelivery = {
  readonly id: string;
  /** The number of this attempt. It also fences: no other attempt has it. */
  readonly number: number;
  readonly endpointId: string;
  readonly eventId: string;
  readonly body: string;
  readonly url: string;
  readonly format: WebhookFormat;
  readonly headers: Readonly<Record<string, string>>;
  readonly sealedHeaders: string | null;
  /** The sealed signing secrets, the current one first. */
  readonly secrets: readonly string[];
  readonly trigger: AttemptTrigger;
  readonly step: number;
  readonly automatic: boolean;
  /** Whether its endpoint has failed since the last success. */
  readonly failing: boolean;
};

/**
 * Leases due deliveries of endpoints that the transaction has locked, as far as their concurrency and rate allow. An
 * attempt whose lease has expired is recorded as lost: its sender died, and the receiver may have got the message. The
 * limited subqueries force one index look-up for each delivery, whatever number of rows the planner expects.
 */
export async function leaseDeliveries(db: Sql, lease: DeliveryLease): Promise<LeasedDelivery[]> {
  const now = timestamp(lease.now);
  const rows = await db<(LeasedDelivery & { readonly type: string })[]>`
    with room as materialized (
      select w.id, w.url, w.format, w.headers, w.sealed_headers, w.failing_since is not null as failing, ${slotsOf(db, lease)} as slots,
        array(select s.sealed from webhook_secrets s where s.endpoint_id = w.id and (s.expires_at is null or s.expires_at > ${now})
          order by s.expires_at desc nulls first, s.created_at desc, s.id desc) as secrets
      from unnest(${lease.endpointIds}::text[]) with ordinality as turn(id, place) join webhook_endpoints w on w.id = turn.id
      order by turn.place),
    due as (
      select d.* from room cross join lateral (
        select d.id, d.seq, d.endpoint_id, d.event_id, d.step, d.automatic, d.manual_due,
          greatest(d.attempts, coalesce(l.number, 0)) as attempts, coalesce(l.trigger, d.trigger) as trigger,
          l.delivery_id is not null as lost
        from ${withLeases(db)} where d.endpoint_id = room.id and ${isDue(db, now)}
        order by d.next_attempt_at, d.seq limit greatest(room.slots, 0) for update of d skip locked) d
      limit ${lease.limit}),
    lost as (
      insert into webhook_attempts (delivery_id, number, trigger, url, finished_at, error_class, error_detail, next_attempt_at)
      select due.id, due.attempts, due.trigger, room.url, ${now}, 'lost', 'the sender stopped before it recorded the outcome', ${now}
      from due join room on room.id = due.endpoint_id where due.lost
      on conflict do nothing),
    asked as (
      update webhook_deliveries d set manual_due = d.manual_due - 1 from due where d.id = due.id and due.manual_due > 0),
    claimed as (
      insert into webhook_leases (delivery_id, endpoint_id, number, trigger, holder, lease_until)
      select id, endpoint_id, attempts + 1, ${triggerNow(db)}, ${lease.holder},
        clock_timestamp() + ${lease.leaseMs} * interval '1 millisecond'
      from due
      on conflict (delivery_id) do update set number = excluded.number, trigger = excluded.trigger, holder = excluded.holder,
        lease_until = excluded.lease_until),
    paced as (
      update webhook_endpoints w set paced_until = greatest(w.paced_until, ${now}) + c.count * interval '1 second' / w.rate_per_second
      from (select endpoint_id, count(*) from due group by endpoint_id) c
      where w.id = c.endpoint_id and w.rate_per_second is not null)
    select due.id, due.attempts + 1 as number, due.endpoint_id as "endpointId", due.event_id as "eventId", e.type, e.body, room.url,
      room.format, room.headers, room.sealed_headers as "sealedHeaders", ${triggerNow(db)} as trigger, due.step, due.automatic,
      room.failing, room.secrets
    from due cross join lateral (select type, body from events where id = due.event_id limit 1) e
      join room on room.id = due.endpoint_id
    order by due.seq`;
  return rows.map(({ type, ...row }) => ({ ...row, body: readEventBody({ id: row.eventId, type, body: row.body }) }));
}

/** What starts the next attempt of a due delivery. */
function triggerNow(db: Sql) {
  return db`case when due.manual_due > 0 then 'manual' else due.trigger end`;
}

/** The outcome of one attempt and the state that the delivery moves to. */
export type AttemptResult = {
  readonly id: string;
  readonly number: number;
  readonly trigger: AttemptTrigger;
  readonly url: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly durationMs: number;
  readonly status: number | null;
  readonly errorClass: ErrorClass | null;
  readonly errorDetail: string | null;
  readonly body: string | null;
  readonly truncated: boolean;
  readonly state: DeliveryState;
  readonly nextAttemptAt: Instant | null;
  readonly step: number;
};

export type SettledDelivery = { readonly id: string; readonly endpointId: string; readonly state: DeliveryState };

/**
 * Records attempts and ends their leases, in one statement. Only the attempt whose number the lease has may settle its
 * delivery, and only once. The endpoint may have been disabled or deleted meanwhile, or a manual attempt requested.
 */
export async function recordAttempts(db: Sql, results: readonly AttemptResult[]): Promise<SettledDelivery[]> {
  // As above. The rows are locked, so they are where `ctid` says until they are updated.
  const rows = results.map((result) => ({
    ...result,
    startedAt: timestamp(result.startedAt),
    finishedAt: timestamp(result.finishedAt),
    nextAttemptAt: timestamp(result.nextAttemptAt),
  }));
  return await db<SettledDelivery[]>`
    with result as (
      select * from json_to_recordset(${json(db, rows)}) as r(id text, number int, trigger text, url text,
        "startedAt" timestamptz, "finishedAt" timestamptz, "durationMs" int, status int, "errorClass" text, "errorDetail" text,
        body text, truncated boolean, state text, "nextAttemptAt" timestamptz, step int)),
    locked as (
      select r.*, d.* from (select * from result order by id) r cross join lateral (
        select d.ctid as place, d.endpoint_id, d.manual_due, d.succeeded_at
        from webhook_deliveries d join webhook_leases l on l.delivery_id = d.id
        where d.id = r.id and l.number = r.number for update of d, l) d),
    decided as (
      select x.*, case when x."newState" <> 'pending' then null when x.manual_due > 0 then x."finishedAt" else x."nextAttemptAt" end
        as "nextAt"
      from (
        select r.*, ${stateAfter(db)} as "newState" from locked r join webhook_endpoints w on w.id = r.endpoint_id) x),
    ended as (delete from webhook_leases l using decided x where l.delivery_id = x.id and l.number = x.number),
    settled as (
      update webhook_deliveries d set state = x."newState", attempts = x.number, step = x.step, trigger = 'schedule',
        next_attempt_at = x."nextAt", last_status = x.status, last_error_class = x."errorClass",
        settled_at = case when x."newState" <> 'pending' then x."finishedAt" end,
        succeeded_at = case when x."errorClass" is null then coalesce(d.succeeded_at, x."finishedAt") else d.succeeded_at end
      from decided x where d.ctid = x.place returning d.id, d.endpoint_id, d.state),
    logged as (
      insert into webhook_attempts (delivery_id, number, trigger, url, started_at, finished_at, duration_ms, status, error_class,
        error_detail, next_attempt_at)
      select x.id, x.number, x.trigger, x.url, x."startedAt", x."finishedAt", x."durationMs", x.status, x."errorClass",
        x."errorDetail", x."nextAt"
      from decided x),
    kept as (
      insert into webhook_responses (delivery_id, number, body, truncated, received_at)
      select x.id, x.number, x.body, x.truncated, x."finishedAt" from decided x where x.body is not null)
    select id, endpoint_id as "endpointId", state from settled order by id`;
}

/** A delivery that has succeeded once stays succeeded, whatever the outcome of a later manual attempt. */
function stateAfter(db: Sql) {
  const delivered = db`(r."errorClass" is null or r.succeeded_at is not null)`;
  return db`case
    when w.deleted_at is not null then case when ${delivered} then 'succeeded' else 'cancelled' end
    when w.status = 'disabled' then case when ${delivered} then 'succeeded' else 'held' end
    when r.manual_due > 0 then 'pending'
    when r.state = 'failed' and ${delivered} then 'succeeded'
    else r.state end`;
}

/** Holds or cancels deliveries that were created while their endpoint was being disabled or deleted. */
export async function settleStrayDeliveries(db: Sql, now: Instant): Promise<number> {
  const rows = await db`
    update webhook_deliveries d set state = case when w.deleted_at is null then 'held' else 'cancelled' end, next_attempt_at = null,
      manual_due = 0, settled_at = ${timestamp(now)}
    from webhook_endpoints w
    where w.id = d.endpoint_id and (w.status = 'disabled' or w.deleted_at is not null) and d.state = 'pending' returning d.id`;
  return rows.length;
}

/** Makes deliveries due now that were scheduled further ahead than any schedule allows, by a clock that ran fast. */
export async function advanceStranded(
  db: Sql,
  { now, firstMs, laterMs }: { readonly now: Instant; readonly firstMs: number; readonly laterMs: number },
): Promise<number> {
  const rows = await db`
    update webhook_deliveries set next_attempt_at = ${timestamp(now)}
    where state = 'pending' and (next_attempt_at > ${timestamp(now + laterMs)}
      or (attempts = 0 and step = 0 and next_attempt_at > ${timestamp(now + firstMs)})) returning id`;
  return rows.length;
}

/** The pending and due deliveries of all nodes, and when the oldest due one became due. */
export async function countQueue(
  db: Sql,
  now: Instant,
): Promise<{ readonly pending: number; readonly due: number; readonly oldestDueAt: Instant | null }> {
  const [row] = await db<{ pending: number; due: number; oldestDueAt: Instant | null }[]>`
    select count(*)::int as pending, count(*) filter (where next_attempt_at <= ${timestamp(now)})::int as due,
      min(next_attempt_at) filter (where next_attempt_at <= ${timestamp(now)}) as "oldestDueAt"
    from webhook_deliveries where state = 'pending'`;
  return row ?? { pending: 0, due: 0, oldestDueAt: null };
}

/**
 * Releases the leases of a node on deliveries that it is not attempting. It has such leases after a claim whose commit succeeded
 * but was not confirmed to it. The attempts have not begun, so their numbers are used again.
 */
export async function releaseUnstarted(
  db: Sql,
  { holder, started }: { readonly holder: string; readonly started: readonly string[] },
): Promise<number> {
  const rows = await db`
    with released as (
      delete from webhook_leases where holder = ${holder} and delivery_id <> all(${started}::text[]) returning delivery_id, trigger),
    asked as (
      update webhook_deliveries d set manual_due = d.manual_due + 1 from released r
      where d.id = r.delivery_id and r.trigger = 'manual' and d.state = 'pending')
    select delivery_id from released`;
  return rows.length;
}

/** Expires every lease at the start of the single process of an embedded database, which need not wait for them. */
export async function clearDeliveryLeases(db: Sql): Promise<void> {
  await db`update webhook_leases set lease_until = clock_timestamp() - interval '1 second' where lease_until > clock_timestamp()`;
}
