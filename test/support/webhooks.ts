import { feedLinks } from '../../src/domain/events/event-fields.ts';
import { createPrediction } from '../../src/services/predictions/predictions.ts';
import { createPredictionResolution } from '../../src/services/predictions/resolutions.ts';
import { createWebhookEndpoint, type EndpointInput } from '../../src/services/webhooks/endpoints.ts';
import type { DeliveryRow } from '../../src/store/webhook-deliveries.ts';
import { listAttempts, listDeliveries } from '../../src/store/webhook-deliveries.ts';
import type { World } from './world.ts';

let claims = 0;

/** The event of a feed that has just recovered. */
export function feedRecovered(world: World, reason = 'it is read again') {
  const data = {
    feed: { id: 'feed_1', slug: 'models-dev' },
    reason,
    unhealthy_since: null,
    links: feedLinks('models-dev'),
  };
  return { type: 'feed.recovered' as const, occurredAt: world.deps.now(), data };
}

/** A claim that only a person can settle; recording it is an event. */
export async function claim(world: World, fields: object = {}): Promise<{ id: string; slug: string }> {
  claims += 1;
  const { view } = await createPrediction(world.deps, {
    slug: `claim-${claims}`,
    statement: 'It will rain.',
    madeAt: '2025-01-01',
    criterion: { op: 'judged', question: 'Did it rain?' },
    ...fields,
  });
  return view.prediction;
}

/** Settles a claim by the decision of a person. */
export async function decide(world: World, id: string, outcome: 'yes' | 'no' | 'ambiguous' | 'annulled' = 'yes') {
  return await createPredictionResolution(world.deps, id, {
    outcome,
    effectiveAt: '2025-01-01',
    reasonCode: 'judged',
    reason: 'It did.',
    evidence: [],
    decidedBy: 'admin',
  });
}

/** Creates an endpoint; by default for every event about the settlement of predictions. */
export async function subscribe(
  world: World,
  url: string,
  input: Omit<EndpointInput, 'url'> = {},
): Promise<{ id: string; secret: string }> {
  const { endpoint, secret } = await createWebhookEndpoint(world.deps, {
    url,
    eventTypes: ['prediction.resolved'],
    ...input,
  });
  return { id: endpoint.id, secret: secret ?? '' };
}

/** The deliveries of an endpoint, or of all, oldest first. */
export async function deliveriesOf(world: World, endpointId?: string): Promise<DeliveryRow[]> {
  const filter = endpointId === undefined ? {} : { endpointId };
  return await listDeliveries(world.db.sql, filter, { after: null, newestFirst: false, limit: 1000 });
}

export async function attemptsOf(world: World, delivery: Pick<DeliveryRow, 'id'> | undefined) {
  return await listAttempts(world.db.sql, delivery?.id ?? '', { after: 0, limit: 1000 });
}
