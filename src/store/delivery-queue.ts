import type { Instant } from '../domain/instant.ts';
import type { AttemptTrigger, DeliveryState, ErrorClass } from '../domain/webhooks/delivery.ts';
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
      and (select true from webhook_deliveries d where d.endpoint_id = w.id and ${isDue(db, now)}
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
        - (select count(*)::int from webhook_deliveries b where b.endpoint_id = w.id and b.lease_until > clock_timestamp()),
      case when w.rate_per_second is null then ${perEndpoint}::int else floor(w.rate_per_second
        * extract(epoch from ${now} + interval '1 second' - greatest(w.paced_until, ${now})))::int end)`;
}

function isDue(db: Sql, now: Timestamp) {
  return db`d.state = 'pending' and d.next_attempt_at <= ${now} and (d.lease_until is null or d.lease_until < clock_timestamp())`;
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
 * attempt whose lease has expired is recorded as lost: its sender died, and the receiver may have got the message.
 */
export async function leaseDeliveries(db: Sql, lease: DeliveryLease): Promise<LeasedDelivery[]> {
  const now = timestamp(lease.now);
  const rows = await db<(LeasedDelivery & { readonly type: string })[]>`
    with room as (
      select w.id, ${slotsOf(db, lease)} as slots
      from unnest(${lease.endpointIds}::text[]) with ordinality as turn(id, place) join webhook_endpoints w on w.id = turn.id
      order by turn.place),
    due as (
      select d.* from room cross join lateral (
        select d.id, d.attempts, d.trigger, d.lease_holder is not null as lost
        from webhook_deliveries d where d.endpoint_id = room.id and ${isDue(db, now)}
        order by d.next_attempt_at, d.seq limit greatest(room.slots, 0) for update skip locked) d
      limit ${lease.limit}),
    lost as (
      insert into webhook_attempts (delivery_id, number, trigger, url, finished_at, error_class, error_detail, next_attempt_at)
      select due.id, due.attempts, due.trigger, w.url, ${now}, 'lost', 'the sender stopped before it recorded the outcome', ${now}
      from due join webhook_deliveries d on d.id = due.id join webhook_endpoints w on w.id = d.endpoint_id where due.lost
      on conflict do nothing),
    claimed as (
      update webhook_deliveries d set attempts = d.attempts + 1, lease_holder = ${lease.holder},
        lease_until = clock_timestamp() + ${lease.leaseMs} * interval '1 millisecond',
        trigger = case when d.manual_due > 0 then 'manual' else d.trigger end, manual_due = greatest(d.manual_due - 1, 0)
      from due where d.id = due.id
      returning d.id, d.attempts, d.endpoint_id, d.event_id, d.trigger, d.step, d.automatic, d.seq),
    paced as (
      update webhook_endpoints w set paced_until = greatest(w.paced_until, ${now}) + c.count * interval '1 second' / w.rate_per_second
      from (select endpoint_id, count(*) from claimed group by endpoint_id) c
      where w.id = c.endpoint_id and w.rate_per_second is not null)
    select c.id, c.attempts as number, c.endpoint_id as "endpointId", c.event_id as "eventId", e.type, e.body, w.url, w.headers,
      w.sealed_headers as "sealedHeaders", c.trigger, c.step, c.automatic, w.failing_since is not null as failing,
      array(select s.sealed from webhook_secrets s where s.endpoint_id = w.id and (s.expires_at is null or s.expires_at > ${now})
        order by s.expires_at desc nulls first, s.created_at desc, s.id desc) as secrets
    from claimed c join events e on e.id = c.event_id join webhook_endpoints w on w.id = c.endpoint_id order by c.seq`;
  return rows.map(({ type, ...row }) => ({ ...row, body: readEventBody({ id: row.eventId, type, body: row.body }) }));
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
 * Records attempts and releases their leases, in one statement. Only the attempt whose number the delivery has may settle
 * it, and only once. The endpoint may have been disabled or deleted meanwhile, or a manual attempt requested.
 */
export async function recordAttempts(db: Sql, results: readonly AttemptResult[]): Promise<SettledDelivery[]> {
  // The locking subquery forces one index look-up for each result, whatever number of rows the planner expects.
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
    decided as (
      select r.*, d."newState",
        case when d."newState" <> 'pending' then null when d.asked then r."finishedAt" else r."nextAttemptAt" end as "nextAt"
      from (select * from result order by id) r cross join lateral (
        select ${stateAfter(db)} as "newState", d.manual_due > 0 as asked
        from webhook_deliveries d join webhook_endpoints w on w.id = d.endpoint_id
        where d.id = r.id and d.attempts = r.number and d.lease_holder is not null for update of d) d),
    settled as (
      update webhook_deliveries d set state = x."newState", step = x.step, trigger = 'schedule', lease_holder = null, lease_until = null,
        next_attempt_at = x."nextAt", last_status = x.status, last_error_class = x."errorClass",
        settled_at = case when x."newState" <> 'pending' then x."finishedAt" end,
        succeeded_at = case when x."errorClass" is null then coalesce(d.succeeded_at, x."finishedAt") else d.succeeded_at end
      from decided x where d.id = x.id returning d.id, d.endpoint_id, d.state),
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
  const delivered = db`(r."errorClass" is null or d.succeeded_at is not null)`;
  return db`case
    when w.deleted_at is not null then case when ${delivered} then 'succeeded' else 'cancelled' end
    when w.status = 'disabled' then case when ${delivered} then 'succeeded' else 'held' end
    when d.manual_due > 0 then 'pending'
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

/** Expires every lease at the start of the single process of an embedded database, which need not wait for them. */
export async function clearDeliveryLeases(db: Sql): Promise<void> {
  await db`
    update webhook_deliveries set lease_until = clock_timestamp() - interval '1 second' where lease_until > clock_timestamp()`;
}
