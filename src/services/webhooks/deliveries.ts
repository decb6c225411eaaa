import { eventText, pingType } from '../../domain/events/event.ts';
import type { EventData } from '../../domain/events/event-data.ts';
import { dayMs, type Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { DeliveryState } from '../../domain/webhooks/delivery.ts';
import type { Sql } from '../../store/db.ts';
import { insertPing } from '../../store/events.ts';
import {
  type AttemptRow,
  countDeliveries,
  type DeliveryFilter,
  type DeliveryPage,
  type DeliveryRow,
  findDelivery as findRow,
  listAttempts,
  listDeliveries,
  recoverDeliveries,
  requestAttempt,
} from '../../store/webhook-deliveries.ts';
import { clearEndpointPause, type EndpointRow, lockEndpoints } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';
import { requireEndpoint } from './endpoints.ts';

export type { AttemptRow, DeliveryFilter, DeliveryPage, DeliveryRow };

export type DeliveryView = DeliveryRow & { readonly body: string };

/** How far back missed deliveries can be recovered. */
export const recoverMsMax = 14 * dayMs;

/** How far back deliveries are counted. */
export const statsMsMax = 28 * dayMs;

/** The most requested attempts of one delivery that may be outstanding. */
const requestedMax = 10;

/** Deliveries to all endpoints, including deleted ones. */
export async function listWebhookDeliveries(
  deps: Deps,
  filter: DeliveryFilter,
  page: DeliveryPage,
): Promise<DeliveryRow[]> {
  return await listDeliveries(deps.db.sql, filter, page);
}

export async function listWebhookEndpointDeliveries(
  deps: Deps,
  endpointId: string,
  filter: DeliveryFilter,
  page: DeliveryPage,
): Promise<DeliveryRow[]> {
  await requireEndpoint(deps.db.sql, endpointId);
  return await listDeliveries(deps.db.sql, { ...filter, endpointId }, page);
}

export async function getWebhookDelivery(deps: Deps, id: string): Promise<DeliveryView> {
  return await requireDelivery(deps.db.sql, id);
}

async function requireDelivery(db: Sql, id: string): Promise<DeliveryView> {
  const delivery = await findRow(db, id);
  if (delivery === null) throw new Refusal('not_found', `there is no delivery ${id}`);
  return delivery;
}

/** The attempts of a delivery, in order. */
export async function listWebhookDeliveryAttempts(
  deps: Deps,
  id: string,
  page: { readonly after: number; readonly limit: number },
): Promise<AttemptRow[]> {
  await requireDelivery(deps.db.sql, id);
  return await listAttempts(deps.db.sql, id, page);
}

/**
 * Requests another attempt of a delivery, whatever its state. It replaces the next scheduled retry; the schedule continues after
 * it. Refuses with `conflict` if the endpoint is disabled or too many attempts are requested.
 */
export async function retryWebhookDelivery(deps: Deps, id: string): Promise<DeliveryView> {
  return await deps.db.begin(async (tx) => {
    const delivery = await requireDelivery(tx, id);
    await lockEnabled(tx, delivery.endpointId);
    if (!(await requestAttempt(tx, id, { now: deps.now(), askedMax: requestedMax })))
      throw new Refusal(
        'conflict',
        `${requestedMax} attempts of this delivery are already requested; wait until they are made`,
      );
    await clearEndpointPause(tx, delivery.endpointId);
    return await requireDelivery(tx, id);
  });
}

/** Locks an endpoint. Refuses with `conflict` if it is disabled. */
async function lockEnabled(tx: Sql, endpointId: string): Promise<EndpointRow> {
  await lockEndpoints(tx, [endpointId]);
  const endpoint = await requireEndpoint(tx, endpointId);
  if (endpoint.status === 'disabled')
    throw new Refusal('conflict', 'the endpoint is disabled; enable it first with PATCH {"status": "enabled"}');
  return endpoint;
}

/** Sends a signed `ping` to an endpoint, whatever it subscribes to, in a single attempt. Returns the delivery. */
export async function testWebhookEndpoint(deps: Deps, endpointId: string): Promise<DeliveryView> {
  return await deps.db.begin(async (tx) => {
    await lockEnabled(tx, endpointId);
    const now = deps.now();
    const data: EventData['ping'] = { endpoint: { id: endpointId } };
    const deliveryId = await insertPing(tx, {
      id: deps.newId('evt'),
      type: pingType,
      occurredAt: now,
      predictionId: null,
      resolutionId: null,
      feedId: null,
      endpointId,
      models: [],
      watches: null,
      isForWatches: false,
      text: eventText(pingType, now, data),
      dueAt: now,
    });
    await clearEndpointPause(tx, endpointId);
    return await requireDelivery(tx, deliveryId ?? '');
  });
}

/**
 * Sends again every held or failed delivery of an endpoint since a moment. Successful ones are not repeated. Returns their
 * number.
 */
export async function recoverWebhookEndpoint(deps: Deps, endpointId: string, since: Instant): Promise<number> {
  const now = deps.now();
  requireWithin('since', since, now, recoverMsMax);
  return await deps.db.begin(async (tx) => {
    await lockEnabled(tx, endpointId);
    return await recoverDeliveries(tx, endpointId, { since, now });
  });
}

function requireWithin(name: string, since: Instant, now: Instant, msMax: number): void {
  const detail =
    since > now
      ? `${name} must not be in the future`
      : since < now - msMax
        ? `${name} must be at most ${msMax / dayMs} days ago`
        : null;
  if (detail !== null) throw new Refusal('validation_failed', detail, [{ detail, pointer: `#/${name}` }]);
}

export type DeliveryCounts = Readonly<Record<DeliveryState, number>>;

/** The number of deliveries to an endpoint since a moment, by state. */
export async function getWebhookEndpointStats(deps: Deps, endpointId: string, since: Instant): Promise<DeliveryCounts> {
  requireWithin('since', since, deps.now(), statsMsMax);
  await requireEndpoint(deps.db.sql, endpointId);
  const counts = { pending: 0, succeeded: 0, failed: 0, held: 0, cancelled: 0 };
  for (const { state, count } of await countDeliveries(deps.db.sql, endpointId, since)) counts[state] = count;
  return counts;
}
