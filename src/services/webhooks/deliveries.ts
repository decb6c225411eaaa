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

/** How far back what was missed can be sent again. */
export const recoverMsMax = 14 * dayMs;

/** How far back deliveries are counted. */
export const statsMsMax = 28 * dayMs;

/** Attempts that people may have asked for, of one delivery, before they are made. */
const askedMax = 10;

/** A page of deliveries; of one endpoint it must exist. */
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

/** A page of the attempts of a delivery, in order. */
export async function listWebhookDeliveryAttempts(
  deps: Deps,
  id: string,
  page: { readonly after: number; readonly limit: number },
): Promise<AttemptRow[]> {
  await requireDelivery(deps.db.sql, id);
  return await listAttempts(deps.db.sql, id, page);
}

/**
 * Sends a delivery once more, now, whatever came of it before. A retry that the schedule had planned is cancelled by it:
 * the schedule goes on behind it. Refuses with `conflict` while the endpoint is disabled.
 */
export async function retryWebhookDelivery(deps: Deps, id: string): Promise<DeliveryView> {
  return await deps.db.begin(async (tx) => {
    const delivery = await requireDelivery(tx, id);
    await lockEnabled(tx, delivery.endpointId);
    if (!(await requestAttempt(tx, id, { now: deps.now(), askedMax })))
      throw new Refusal(
        'conflict',
        `${askedMax} attempts of this delivery are asked for already; wait until they are made`,
      );
    await clearEndpointPause(tx, delivery.endpointId);
    return await requireDelivery(tx, id);
  });
}

/** Locks an endpoint that must be enabled to be sent anything. */
async function lockEnabled(tx: Sql, endpointId: string): Promise<EndpointRow> {
  await lockEndpoints(tx, [endpointId]);
  const endpoint = await requireEndpoint(tx, endpointId);
  if (endpoint.status === 'disabled')
    throw new Refusal('conflict', 'the endpoint is disabled; enable it by PATCH {"status": "enabled"} first');
  return endpoint;
}

/** Sends a signed `ping` to an endpoint, whatever it subscribed to: one attempt. Answers its delivery. */
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
      model: null,
      text: eventText(pingType, now, data),
      dueAt: now,
    });
    await clearEndpointPause(tx, endpointId);
    return await requireDelivery(tx, deliveryId ?? '');
  });
}

/**
 * Sends again everything since a moment that an endpoint missed, and nothing that it got: what was held while it was
 * disabled, and what was given up. Answers how much that is.
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
      ? `${name} lies in the future`
      : since < now - msMax
        ? `${name} lies more than ${msMax / dayMs} days back`
        : null;
  if (detail !== null) throw new Refusal('validation_failed', detail, [{ detail, pointer: `#/${name}` }]);
}

export type DeliveryCounts = Readonly<Record<DeliveryState, number>>;

/** What became of the deliveries of an endpoint that were created since a moment. */
export async function getWebhookEndpointStats(deps: Deps, endpointId: string, since: Instant): Promise<DeliveryCounts> {
  requireWithin('since', since, deps.now(), statsMsMax);
  await requireEndpoint(deps.db.sql, endpointId);
  const counts = { pending: 0, succeeded: 0, failed: 0, held: 0, cancelled: 0 };
  for (const { state, count } of await countDeliveries(deps.db.sql, endpointId, since)) counts[state] = count;
  return counts;
}
