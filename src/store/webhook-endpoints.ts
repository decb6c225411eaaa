import type { EventType } from '../domain/events/event.ts';
import type { Instant } from '../domain/instant.ts';
import type { Signing } from '../domain/webhooks/secret.ts';
import type { WebhookFormat } from '../domain/webhooks/slack.ts';
import type { SubscriptionFilter } from '../domain/webhooks/subscription.ts';
import type { Sql } from './db.ts';
import { timestamp, timestampTexts } from './postgres-types.ts';

export type DisabledReason = 'manual' | 'gone' | 'failing';

/** An endpoint with its current signing method. */
export type EndpointRow = {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  readonly format: WebhookFormat;
  /** Null: every type. */
  readonly eventTypes: readonly EventType[] | null;
  /** Null: no filter. */
  readonly filter: SubscriptionFilter | null;
  /** Custom headers that are not secret, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Secret custom headers as sealed JSON, and their names. */
  readonly sealedHeaders: string | null;
  readonly sealedHeaderNames: readonly string[];
  /** Null: limited only by concurrency. */
  readonly ratePerSecond: number | null;
  readonly status: 'enabled' | 'disabled';
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Instant | null;
  /** The first failure since the last success. */
  readonly failingSince: Instant | null;
  readonly lastFailedAt: Instant | null;
  readonly pausedUntil: Instant | null;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly signing: Signing;
  readonly publicKey: string | null;
};

type Columns = Omit<EndpointRow, 'filter'> & Record<FilterColumn, string[] | null>;
type FilterColumn = 'ids' | 'tags' | 'predictor' | 'vendor' | 'family' | 'watch';

function selectEndpoints(db: Sql) {
  return db`
    select w.id, w.url, w.description, w.format, w.event_types as "eventTypes", w.prediction_ids as ids, w.tags,
      w.predictor_ids as predictor, w.vendors as vendor, w.families as family, w.watch_ids as watch, w.headers,
      w.sealed_headers as "sealedHeaders", w.sealed_header_names as "sealedHeaderNames", w.rate_per_second as "ratePerSecond", w.status,
      w.disabled_reason as "disabledReason", w.disabled_at as "disabledAt", w.failing_since as "failingSince",
      w.last_failed_at as "lastFailedAt", w.paused_until as "pausedUntil", w.version, w.created_at as "createdAt",
      w.updated_at as "updatedAt", s.signing, s.public_key as "publicKey"
    from webhook_endpoints w join webhook_secrets s on s.endpoint_id = w.id and s.expires_at is null
    where w.deleted_at is null`;
}

function readRow({ ids, tags, predictor, vendor, family, watch, ...row }: Columns): EndpointRow {
  const parts = Object.entries({ ids, tags, predictor, vendor, family, watch }).filter(([, values]) => values !== null);
  return { ...row, filter: parts.length === 0 ? null : Object.fromEntries(parts) };
}

/** The settings of an endpoint that users control. */
export type EndpointSettings = Pick<
  EndpointRow,
  | 'url'
  | 'description'
  | 'format'
  | 'eventTypes'
  | 'filter'
  | 'headers'
  | 'sealedHeaders'
  | 'sealedHeaderNames'
  | 'ratePerSecond'
  | 'status'
> & { readonly matchKeys: readonly string[] };

function settingColumns(db: Sql, settings: EndpointSettings, now: Instant) {
  const { filter, eventTypes } = settings;
  return {
    url: settings.url,
    description: settings.description,
    format: settings.format,
    event_types: eventTypes === null ? null : [...eventTypes],
    prediction_ids: valuesOf(filter?.ids),
    tags: valuesOf(filter?.tags),
    predictor_ids: valuesOf(filter?.predictor),
    vendors: valuesOf(filter?.vendor),
    families: valuesOf(filter?.family),
    watch_ids: valuesOf(filter?.watch),
    match_keys: [...settings.matchKeys],
    headers: db.json(settings.headers),
    sealed_headers: settings.sealedHeaders,
    sealed_header_names: [...settings.sealedHeaderNames],
    rate_per_second: settings.ratePerSecond,
    status: settings.status,
    updated_at: timestamp(now),
  };
}

function valuesOf(values: readonly string[] | undefined): string[] | null {
  return values === undefined ? null : [...values];
}

export async function insertEndpoint(db: Sql, id: string, settings: EndpointSettings, now: Instant): Promise<void> {
  const disabled = settings.status === 'disabled';
  const row = {
    id,
    ...settingColumns(db, settings, now),
    disabled_reason: disabled ? 'manual' : null,
    disabled_at: disabled ? timestamp(now) : null,
    created_at: timestamp(now),
  };
  await db`insert into webhook_endpoints ${db(row)}`;
}

export async function findEndpoint(db: Sql, id: string): Promise<EndpointRow | null> {
  const rows = await db<Columns[]>`${selectEndpoints(db)} and w.id = ${id}`;
  return rows[0] === undefined ? null : readRow(rows[0]);
}

/** In the order of creation, starting after an id. */
export async function listEndpoints(
  db: Sql,
  page: { readonly after: string | null; readonly status: EndpointRow['status'] | null; readonly limit: number },
): Promise<EndpointRow[]> {
  const rows = await db<Columns[]>`
    ${selectEndpoints(db)} and w.id > ${page.after ?? ''}
      ${page.status === null ? db`` : db`and w.status = ${page.status}`}
    order by w.id limit ${page.limit}`;
  return rows.map(readRow);
}

/** Locks endpoints. A transaction that also locks deliveries must lock their endpoints first. */
export async function lockEndpoints(db: Sql, ids: readonly string[]): Promise<void> {
  await db`select id from webhook_endpoints where id = any(${ids}) order by id for no key update`;
}

/**
 * Applies a user's edit; false if the version has changed. `afresh` clears the record of earlier failures.
 */
export async function updateEndpoint(
  db: Sql,
  endpoint: EndpointRow,
  settings: EndpointSettings,
  { now, afresh }: { readonly now: Instant; readonly afresh: boolean },
): Promise<boolean> {
  const disabling = settings.status === 'disabled' && endpoint.status === 'enabled';
  const enabling = settings.status === 'enabled' && endpoint.status === 'disabled';
  const change = {
    ...settingColumns(db, settings, now),
    ...(disabling ? { disabled_reason: 'manual', disabled_at: timestamp(now) } : {}),
    ...(enabling ? { disabled_reason: null, disabled_at: null } : {}),
    ...(afresh ? { failing_since: null, last_failed_at: null, paused_until: null } : {}),
  };
  const rows = await db`
    update webhook_endpoints set version = version + 1, ${db(change)}
    where id = ${endpoint.id} and version = ${endpoint.version} and deleted_at is null returning id`;
  return rows.length === 1;
}

/** Raises the version, like an edit. */
export async function raiseEndpointVersion(db: Sql, id: string, now: Instant): Promise<void> {
  await db`update webhook_endpoints set version = version + 1, updated_at = ${timestamp(now)} where id = ${id}`;
}

/** Disables an enabled endpoint; false if it is already disabled or deleted. */
export async function disableEndpoint(
  db: Sql,
  id: string,
  { reason, now }: { readonly reason: Exclude<DisabledReason, 'manual'>; readonly now: Instant },
): Promise<boolean> {
  const rows = await db`
    update webhook_endpoints set status = 'disabled', disabled_reason = ${reason}, disabled_at = ${timestamp(now)},
      version = version + 1, updated_at = ${timestamp(now)}
    where id = ${id} and status = 'enabled' and deleted_at is null returning id`;
  return rows.length === 1;
}

/** The failure times of the given endpoints that are enabled. */
export async function listEndpointHealth(
  db: Sql,
  ids: readonly string[],
): Promise<Pick<EndpointRow, 'id' | 'failingSince' | 'lastFailedAt'>[]> {
  if (ids.length === 0) return [];
  return await db<Pick<EndpointRow, 'id' | 'failingSince' | 'lastFailedAt'>[]>`
    select id, failing_since as "failingSince", last_failed_at as "lastFailedAt" from webhook_endpoints
    where id = any(${ids}) and status = 'enabled' and deleted_at is null order by id`;
}

/** Clears the failure times of endpoints after a success. */
export async function recordSuccesses(db: Sql, ids: readonly string[]): Promise<void> {
  await db`
    update webhook_endpoints set failing_since = null, last_failed_at = null
    where id = any(${ids}) and failing_since is not null`;
}

export type Failures = {
  readonly failures: readonly { readonly id: string; readonly since: Instant }[];
  readonly pauses: readonly { readonly id: string; readonly until: Instant }[];
  readonly now: Instant;
};

/** Records since when endpoints have been failing, and until when they asked for a pause (Retry-After). */
export async function recordFailures(db: Sql, { failures, pauses, now }: Failures): Promise<void> {
  if (failures.length > 0)
    await db`
      update webhook_endpoints w set failing_since = f.since, last_failed_at = ${timestamp(now)}
      from unnest(${failures.map(({ id }) => id)}::text[],
        ${timestampTexts(failures.map(({ since }) => since))}::timestamptz[]) as f(id, since)
      where w.id = f.id`;
  if (pauses.length > 0)
    await db`
      update webhook_endpoints w set paused_until = greatest(w.paused_until, p.until)
      from (
        select id, max(until) as until
        from unnest(${pauses.map(({ id }) => id)}::text[],
          ${timestampTexts(pauses.map(({ until }) => until))}::timestamptz[]) as u(id, until)
        group by id) p
      where w.id = p.id`;
}

/** Ends the pause that the endpoint asked for, because a user requested an attempt now. */
export async function clearEndpointPause(db: Sql, id: string): Promise<void> {
  await db`update webhook_endpoints set paused_until = null where id = ${id} and paused_until is not null`;
}

/** Marks an endpoint as deleted: it matches no more events, and only its log can still be read. */
export async function deleteEndpoint(db: Sql, id: string, now: Instant): Promise<boolean> {
  const rows = await db`
    update webhook_endpoints set deleted_at = ${timestamp(now)}, match_keys = '{}', headers = '{}', sealed_headers = null,
      sealed_header_names = '{}'
    where id = ${id} and deleted_at is null returning id`;
  return rows.length === 1;
}

export async function countDisabled(db: Sql): Promise<Readonly<Record<DisabledReason, number>>> {
  const rows = await db<{ reason: DisabledReason; count: number }[]>`
    select disabled_reason as reason, count(*)::int as count from webhook_endpoints
    where status = 'disabled' and deleted_at is null group by disabled_reason order by disabled_reason`;
  return { gone: 0, failing: 0, manual: 0, ...Object.fromEntries(rows.map(({ reason, count }) => [reason, count])) };
}

/** Automatically disabled endpoints, latest first. */
export async function listDisabledIds(db: Sql, limit: number): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from webhook_endpoints
    where status = 'disabled' and disabled_reason <> 'manual' and deleted_at is null
    order by disabled_at desc, id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/** All sealed headers, for re-encryption. */
export async function listSealedHeaders(db: Sql): Promise<{ readonly id: string; readonly sealed: string }[]> {
  return await db<{ id: string; sealed: string }[]>`
    select id, sealed_headers as sealed from webhook_endpoints where sealed_headers is not null order by id`;
}

export async function updateSealedHeaders(
  db: Sql,
  id: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await db`update webhook_endpoints set sealed_headers = ${to} where id = ${id} and sealed_headers = ${from}`;
}

/** Notes that an endpoint no longer filters by watches. */
export async function noteLeftWatches(db: Sql, id: string, watches: readonly string[], now: Instant): Promise<void> {
  if (watches.length === 0) return;
  await db`
    update webhook_endpoints set left_watches = left_watches
      || (select jsonb_object_agg(watch, ${now}::bigint) from unnest(${[...watches]}::text[]) as t(watch))
    where id = ${id}`;
}

/** When an endpoint last ceased to filter by each watch. */
export async function findLeftWatches(db: Sql, id: string): Promise<ReadonlyMap<string, Instant>> {
  const rows = await db<{ watch: string; leftAt: Instant }[]>`
    select t.key as watch, t.value::bigint as "leftAt" from webhook_endpoints w, jsonb_each_text(w.left_watches) t where w.id = ${id}`;
  return new Map(rows.map(({ watch, leftAt }) => [watch, Number(leftAt)]));
}
