import type { EventType } from '../../domain/events/event.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import { filterParts, isFilterable, matchKeysOf, type SubscriptionFilter } from '../../domain/webhooks/subscription.ts';
import type { UrlVerdict } from '../../net/client.ts';
import type { Sql } from '../../store/db.ts';
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
  updateEndpoint,
} from '../../store/webhook-endpoints.ts';
import { deleteSecrets, listPreviousSecrets, type PreviousSecret } from '../../store/webhook-secrets.ts';
import type { Deps } from '../deps.ts';
import { applyHeaders, type HeaderPatch } from './headers.ts';
import { keepSecret, makeSecret, type SecretAsk } from './secrets.ts';

/** An endpoint, with what signs beside its current secret. */
export type EndpointView = EndpointRow & { readonly previousSecrets: readonly PreviousSecret[] };

export type FilterPatch = { readonly [Part in keyof SubscriptionFilter]?: readonly string[] | null | undefined };

/** What may be edited. In `filter` and `headers` null takes a part away; null instead of them takes all away. */
export type EndpointEdit = {
  readonly url?: string | undefined;
  readonly description?: string | null | undefined;
  /** Null: every type. */
  readonly eventTypes?: readonly EventType[] | null | undefined;
  readonly filter?: FilterPatch | null | undefined;
  readonly headers?: HeaderPatch | null | undefined;
  readonly ratePerSecond?: number | null | undefined;
  readonly status?: EndpointRow['status'] | undefined;
};

export type EndpointInput = EndpointEdit & SecretAsk & { readonly url: string };

/** An endpoint, and its secret where that was made just now. */
export type CreatedEndpoint = { readonly endpoint: EndpointView; readonly secret: string | null };

/** Creates an endpoint. Its address is judged by its text, and everything that its filter names must be there. */
export async function createWebhookEndpoint(deps: Deps, input: EndpointInput): Promise<CreatedEndpoint> {
  const made = makeSecret(input);
  const url = requireUrl(deps, input.url);
  const endpoint = await deps.db.begin(async (tx) => {
    const id = deps.newId('whe');
    await insertEndpoint(tx, id, await settingsFrom(tx, deps, id, { ...input, url }, null), deps.now());
    await keepSecret(tx, deps, id, made);
    return await viewEndpoint(tx, deps, await requireEndpoint(tx, id));
  });
  return { endpoint, secret: made.shown };
}

/**
 * Looks up what the name of an address resolves to at this moment, before it is kept. To be called with no transaction
 * open. Refuses with `validation_failed` what may not be told anything.
 */
export async function checkUrl(deps: Deps, text: string): Promise<void> {
  readVerdict(await deps.webhooks.checkUrl(text));
}

/** The address in its plain form, if its text allows for it. */
function requireUrl(deps: Deps, text: string): string {
  return readVerdict(deps.webhooks.checkUrlText(text));
}

function readVerdict(verdict: UrlVerdict): string {
  if (verdict.ok) return verdict.url.href;
  throw new Refusal('validation_failed', verdict.detail, [{ detail: verdict.detail, pointer: '#/url' }]);
}

/** What an edit makes of an endpoint; of none, where it is created. */
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
    const detail = 'nothing would ever be sent: a filter is about predictions and models, and none of event_types is';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/filter' }]);
  }
  return {
    url: edit.url,
    description: edit.description === undefined ? (before?.description ?? null) : edit.description,
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
    const detail = 'the filter is empty: leave it out, or give null, to hear of everything';
    throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/filter' }]);
  }
  return await resolveFilter(tx, Object.fromEntries(merged));
}

/** Predictions may be named by their slugs; what is kept are ids. */
async function resolveFilter(tx: Sql, filter: SubscriptionFilter): Promise<SubscriptionFilter> {
  const errors: RefusalDetail[] = [];
  const names = filter.ids === undefined ? [] : await listPredictionNames(tx, filter.ids);
  const byName = new Map(names.flatMap(({ id, slug }) => [[id, id] as const, [slug, id] as const]));
  for (const [index, name] of (filter.ids ?? []).entries())
    if (!byName.has(name)) errors.push({ detail: `there is no prediction ${name}`, pointer: `#/filter/ids/${index}` });
  for (const [index, id] of (filter.predictor ?? []).entries())
    if ((await findPredictor(tx, id)) === null)
      errors.push({ detail: `there is no predictor ${id}`, pointer: `#/filter/predictor/${index}` });
  if (errors.length > 0)
    throw new Refusal('validation_failed', 'the filter names what does not exist; see errors', errors);
  if (filter.ids === undefined) return filter;
  return { ...filter, ids: [...new Set(filter.ids.map((name) => byName.get(name) ?? name))] };
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

/** A page of endpoints, oldest first. */
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
 * Edits an endpoint. Disabled, what waits for it is held; enabled again, it is told of what happens from then on, and
 * `recoverWebhookEndpoint` sends what was held. A new address and a new start forget what the endpoint failed at before.
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
    return await viewEndpoint(tx, deps, await requireEndpoint(tx, id));
  });
}

function stale(endpoint: EndpointRow): Refusal {
  return new Refusal(
    'precondition_failed',
    `the endpoint was changed since you read it (it is at version ${endpoint.version} now); read it again and repeat the edit`,
  );
}

/** Deletes an endpoint: nothing more is sent to it, its secrets and headers are gone, the log of what was sent stays. */
export async function deleteWebhookEndpoint(deps: Deps, id: string): Promise<void> {
  await deps.db.begin(async (tx) => {
    await lockEndpoints(tx, [id]);
    await requireEndpoint(tx, id);
    await deleteRow(tx, id, deps.now());
    await deleteSecrets(tx, id);
    await cancelPending(tx, id, deps.now());
  });
}
