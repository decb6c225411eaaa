import type { EventType } from '../../domain/events/event.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import type { WebhookFormat } from '../../domain/webhooks/slack.ts';
import {
  type FilterPart,
  filterParts,
  isFilterable,
  matchKeysOf,
  noticedWatches,
  type Subscription,
  type SubscriptionFilter,
} from '../../domain/webhooks/subscription.ts';
import type { UrlVerdict } from '../../net/client.ts';
import type { Sql } from '../../store/db.ts';
import { listWatchNames } from '../../store/model-watches.ts';
import { listPredictionNames } from '../../store/predictions.ts';
import { findPredictor } from '../../store/predictors.ts';
import { cancelPending, holdPending } from '../../store/webhook-deliveries.ts';
import {
  deleteEndpoint as deleteRow,
  type EndpointRow,
  type EndpointSettings,
  findEndpoint as findRow,
  insertEndpoint,
  listEndpoints,
  lockEndpoints,
  noteLeftWatches,
  updateEndpoint,
} from '../../store/webhook-endpoints.ts';
import { deleteSecrets, listPreviousSecrets, type PreviousSecret } from '../../store/webhook-secrets.ts';
import type { Deps } from '../deps.ts';
import { announceToEndpoint } from '../model-watches/first-sight.ts';
import { applyHeaders, type HeaderPatch } from './headers.ts';
import { makeSecret, type SecretInput, storeSecret } from './secrets.ts';

/** An endpoint with its previous secrets that still sign. */
export type EndpointView = EndpointRow & { readonly previousSecrets: readonly PreviousSecret[] };

export type FilterPatch = { readonly [Part in keyof SubscriptionFilter]?: readonly string[] | null | undefined };

/** The editable fields. In `filter` and `headers`, null removes a part; null for the whole field removes everything. */
export type EndpointEdit = {
  readonly url?: string | undefined;
  readonly description?: string | null | undefined;
  readonly format?: WebhookFormat | undefined;
  /** Null means every type. */
  readonly eventTypes?: readonly EventType[] | null | undefined;
  readonly filter?: FilterPatch | null | undefined;
  readonly headers?: HeaderPatch | null | undefined;
  readonly ratePerSecond?: number | null | undefined;
  readonly status?: EndpointRow['status'] | undefined;
};

export type EndpointInput = EndpointEdit & SecretInput & { readonly url: string };

/** A new endpoint with its secret, which can only be shown now; null for a key pair. */
export type CreatedEndpoint = { readonly endpoint: EndpointView; readonly secret: string | null };

/** Creates an endpoint. Refuses with `validation_failed` if its URL is not allowed or its filter names something unknown. */
export async function createWebhookEndpoint(deps: Deps, input: EndpointInput): Promise<CreatedEndpoint> {
  const made = makeSecret(input);
  const url = requireUrl(deps, input.url);
  const endpoint = await deps.db.begin(async (tx) => {
    const id = deps.newId('whe');
    const settings = await settingsFrom(tx, deps, id, { ...input, url }, null);
    await insertEndpoint(tx, id, settings, deps.now());
    await storeSecret(tx, deps, id, made);
    await announceNewWatches(tx, deps, id, { before: null, after: settings });
    return await viewEndpoint(tx, deps, await requireEndpoint(tx, id));
  });
  return { endpoint, secret: made.shown };
}

/**
 * Checks a URL and the addresses that its host name resolves to. Must be called with no transaction open. Refuses with
 * `validation_failed` if webhooks must not be sent there.
 */
export async function checkUrl(deps: Deps, text: string): Promise<void> {
  readVerdict(await deps.webhooks.checkUrl(text));
}

/** The normalised URL. Refuses with `validation_failed` if it is not allowed. */
function requireUrl(deps: Deps, text: string): string {
  return readVerdict(deps.webhooks.checkUrlText(text));
}

function readVerdict(verdict: UrlVerdict): string {
  if (verdict.ok) return verdict.url.href;
  throw new Refusal('validation_failed', verdict.detail, [{ detail: verdict.detail, pointer: '#/url' }]);
}

/** The settings of an endpoint after an edit. `before` is null if it is being created. */
async function settingsFrom(
  tx: Sql,
  deps: Deps,
  id: string,
  edit: EndpointEdit & { readonly url: string },
  before: EndpointRow | null,
): Promise<EndpointSettings> {
  const eventTypes = edit.eventTypes === undefined ? (before?.eventTypes ?? null) : distinct(edit.eventTypes);
  const filter = await patchFilter(tx, before?.filter ?? null, edit.filter);
  if (filter !== null && eventTypes !== null && !eventTypes.some(isFilterable)) {
    const detail =
      'filter must be null, because it applies to predictions and models only and no type in event_types concerns them';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/filter' }]);
  }
  return {
    url: edit.url,
    description: edit.description === undefined ? (before?.description ?? null) : edit.description,
    format: edit.format ?? before?.format ?? 'standard',
    eventTypes,
    filter,
    ...applyHeaders(deps, id, before, edit.headers),
    ratePerSecond: edit.ratePerSecond === undefined ? (before?.ratePerSecond ?? null) : edit.ratePerSecond,
    status: edit.status ?? before?.status ?? 'enabled',
    matchKeys: matchKeysOf({ eventTypes, filter }),
  };
}

function distinct<T>(values: readonly T[] | null): T[] | null {
  return values === null ? null : [...new Set(values)];
}

async function patchFilter(
  tx: Sql,
  before: SubscriptionFilter | null,
  patch: FilterPatch | null | undefined,
): Promise<SubscriptionFilter | null> {
  if (patch === undefined) return before;
  if (patch === null) return null;
  const merged = filterParts.flatMap((part) => {
    const values = patch[part] === undefined ? before?.[part] : patch[part];
    return values === null || values === undefined ? [] : [[part, [...new Set(values)]] as const];
  });
  if (merged.length === 0) {
    const detail = 'filter must not be empty; use null to receive every event';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/filter' }]);
  }
  return await resolveFilter(tx, Object.fromEntries(merged));
}

/** Replaces slugs of predictions and names of watches by ids. Refuses with `validation_failed` if something does not exist. */
async function resolveFilter(tx: Sql, filter: SubscriptionFilter): Promise<SubscriptionFilter> {
  const ids = filter.ids === undefined ? [] : await listPredictionNames(tx, filter.ids);
  const watches = filter.watch === undefined ? [] : await listWatchNames(tx, filter.watch);
  const predictionIds = new Map(ids.flatMap(({ id, slug }) => [[id, id] as const, [slug, id] as const]));
  const watchIds = new Map(watches.flatMap(({ id, name }) => [[id, id] as const, [name, id] as const]));
  const errors = [
    ...missing(filter.ids, 'ids', 'prediction', predictionIds),
    ...missing(filter.watch, 'watch', 'watch', watchIds),
  ];
  for (const [index, id] of (filter.predictor ?? []).entries())
    if ((await findPredictor(tx, id)) === null)
      errors.push({ detail: `there is no predictor ${id}`, pointer: `#/filter/predictor/${index}` });
  if (errors.length > 0)
    throw new Refusal('validation_failed', 'the filter refers to something that does not exist; see errors', errors);
  return {
    ...filter,
    ...(filter.ids === undefined ? {} : { ids: resolved(filter.ids, predictionIds) }),
    ...(filter.watch === undefined ? {} : { watch: resolved(filter.watch, watchIds) }),
  };
}

function missing(
  names: readonly string[] | undefined,
  part: FilterPart,
  noun: string,
  ids: ReadonlyMap<string, string>,
): RefusalDetail[] {
  return (names ?? []).flatMap((name, index) =>
    ids.has(name) ? [] : [{ detail: `there is no ${noun} ${name}`, pointer: `#/filter/${part}/${index}` }],
  );
}

function resolved(names: readonly string[], ids: ReadonlyMap<string, string>): string[] {
  return [...new Set(names.map((name) => ids.get(name) ?? name))];
}

export async function requireEndpoint(db: Sql, id: string): Promise<EndpointRow> {
  const endpoint = await findRow(db, id);
  if (endpoint === null) throw new Refusal('not_found', `there is no webhook endpoint ${id}`);
  return endpoint;
}

export async function getWebhookEndpoint(deps: Deps, id: string): Promise<EndpointView> {
  return await viewEndpoint(deps.db.sql, deps, await requireEndpoint(deps.db.sql, id));
}

async function viewEndpoint(db: Sql, deps: Deps, endpoint: EndpointRow): Promise<EndpointView> {
  return { ...endpoint, previousSecrets: await listPreviousSecrets(db, [endpoint.id], deps.now()) };
}

/** Endpoints, oldest first. */
export async function listWebhookEndpoints(
  deps: Deps,
  page: { readonly after: string | null; readonly status: EndpointRow['status'] | null; readonly limit: number },
): Promise<EndpointView[]> {
  const rows = await listEndpoints(deps.db.sql, page);
  const previous = await listPreviousSecrets(
    deps.db.sql,
    rows.map((row) => row.id),
    deps.now(),
  );
  return rows.map((row) => ({ ...row, previousSecrets: previous.filter(({ endpointId }) => endpointId === row.id) }));
}

/**
 * Edits an endpoint. Disabling it holds its pending deliveries. Enabling it sends new events only; `recoverWebhookEndpoint` sends
 * the held ones. Enabling it or changing its URL clears its failures. Refuses with `precondition_failed` if it was changed.
 */
export async function updateWebhookEndpoint(
  deps: Deps,
  id: string,
  edit: EndpointEdit,
  expected: number | null,
): Promise<EndpointView> {
  const url = edit.url === undefined ? null : requireUrl(deps, edit.url);
  return await deps.db.begin(async (tx) => {
    await lockEndpoints(tx, [id]);
    const endpoint = await requireEndpoint(tx, id);
    if (expected !== null && expected !== endpoint.version) throw stale(endpoint);
    const settings = await settingsFrom(tx, deps, id, { ...edit, url: url ?? endpoint.url }, endpoint);
    const now = deps.now();
    const enabling = settings.status === 'enabled' && endpoint.status === 'disabled';
    const moving = settings.url !== endpoint.url;
    if (!(await updateEndpoint(tx, endpoint, settings, { now, afresh: enabling || moving }))) throw stale(endpoint);
    if (settings.status === 'disabled' && endpoint.status === 'enabled') await holdPending(tx, id, now);
    await announceNewWatches(tx, deps, id, { before: endpoint, after: settings });
    return await viewEndpoint(tx, deps, await requireEndpoint(tx, id));
  });
}

/** Announces what is due in the watches whose notices an endpoint did not receive before. */
async function announceNewWatches(
  tx: Sql,
  deps: Deps,
  id: string,
  { before, after }: { readonly before: Subscription | null; readonly after: Subscription },
): Promise<void> {
  const known = before === null ? [] : noticedWatches(before);
  const now = noticedWatches(after);
  const added = now.filter((watch) => !known.includes(watch));
  await announceToEndpoint(tx, deps, { id, filter: after.filter }, added);
  const left = known.filter((watch) => !now.includes(watch));
  await noteLeftWatches(tx, id, left, deps.now());
}

function stale(endpoint: EndpointRow): Refusal {
  return new Refusal(
    'precondition_failed',
    `the endpoint has changed since you read it and is now at version ${endpoint.version}; read it again and repeat the edit`,
  );
}

/** Deletes an endpoint with its secrets and headers and cancels its pending deliveries. Its past deliveries remain. */
export async function deleteWebhookEndpoint(deps: Deps, id: string): Promise<void> {
  await deps.db.begin(async (tx) => {
    await lockEndpoints(tx, [id]);
    await requireEndpoint(tx, id);
    await deleteRow(tx, id, deps.now());
    await deleteSecrets(tx, id);
    await cancelPending(tx, id, deps.now());
  });
}
