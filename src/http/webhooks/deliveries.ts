import { z } from '@hono/zod-openapi';
import { eventTypes, pingType } from '../../domain/events/event.ts';
import { dayMs, formatInstant, parseDate } from '../../domain/instant.ts';
import { deliveryStates } from '../../domain/webhooks/delivery.ts';
import {
  type DeliveryFilter,
  type DeliveryRow,
  getWebhookDelivery,
  getWebhookEndpointStats,
  listWebhookDeliveries,
  listWebhookDeliveryAttempts,
  listWebhookEndpointDeliveries,
  recoverWebhookEndpoint,
  retryWebhookDelivery,
  testWebhookEndpoint,
} from '../../services/webhooks/deliveries.ts';
import { numberPosition } from '../operation/cursor.ts';
import { dateField, filterMoment, instantText, pageFields, pageSchema, referenceField } from '../operation/fields.ts';
import { given } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { type PageInput, replyWithPage } from '../operation/paging.ts';
import type { Reply } from '../operation/reply.ts';
import {
  attemptSchema,
  attemptToJson,
  deliverySchema,
  deliveryToJson,
  deliveryWithBodySchema,
} from './delivery-json.ts';
import { attemptExample, deliveryExample, endpointExample, resolvedExample } from './examples.ts';

const tag = 'Webhooks';
const idParameter = { id: { description: 'The id of a delivery.', example: deliveryExample.id } };
const endpointParameter = { id: { description: 'The id of a webhook endpoint.', example: endpointExample.id } };
const withBodyExample = { ...deliveryExample, body: JSON.stringify(resolvedExample) };

const filters = {
  state: z.enum(deliveryStates).optional().meta({ description: 'Only deliveries in this state.', example: 'failed' }),
  event_type: z
    .enum([...eventTypes, pingType])
    .optional()
    .meta({ description: 'Only deliveries of this event type.', example: 'prediction.resolved' }),
  event_id: referenceField
    .optional()
    .meta({ description: 'Only deliveries of the event with this id.', example: deliveryExample.event.id }),
  'created_at[gte]': filterMoment('Recorded at this moment or later.', '2025-08-01'),
  'created_at[lt]': filterMoment('Recorded before this moment.', '2025-09-01'),
  sort: z.enum(['created_at', '-created_at']).optional().meta({
    description: 'Sort by time of recording; a leading hyphen sorts descending. Default: `-created_at`.',
    example: 'created_at',
  }),
  ...pageFields,
};

const deliveryPageSchema = pageSchema('WebhookDeliveryList', 'A page of deliveries.', deliverySchema);

/** A page of deliveries by the filters above. */
async function replyWithDeliveries(
  input: PageInput & { readonly query: z.output<z.ZodObject<typeof filters>> },
  list: (
    filter: DeliveryFilter,
    page: { after: number | null; newestFirst: boolean; limit: number },
  ) => Promise<DeliveryRow[]>,
): Promise<Reply> {
  const { query } = input;
  const filter = given({
    state: query.state,
    eventType: query.event_type,
    eventId: query.event_id,
    createdGte: query['created_at[gte]'],
    createdLt: query['created_at[lt]'],
  });
  const newestFirst = query.sort !== 'created_at';
  return await replyWithPage(input, {
    position: numberPosition,
    list: (after, limit) => list(filter, { after, newestFirst, limit }),
    positionOf: (row) => row.seq,
    toJson: deliveryToJson,
  });
}

const listOfEndpoint = operation({
  method: 'get',
  path: '/v1/webhook-endpoints/{id}/deliveries',
  operationId: 'listWebhookEndpointDeliveries',
  tag,
  summary: "List an endpoint's deliveries",
  description: 'Returns the deliveries of an endpoint, newest first by default.',
  access: 'webhooks',
  params: endpointParameter,
  query: filters,
  response: {
    status: 200,
    description: 'A page.',
    schema: deliveryPageSchema,
    example: { data: [deliveryExample], next_cursor: null },
  },
  handle: async ({ services }, input) =>
    await replyWithDeliveries(input, (filter, page) =>
      listWebhookEndpointDeliveries(services, input.params.id, filter, page),
    ),
});

const list = operation({
  method: 'get',
  path: '/v1/webhook-deliveries',
  operationId: 'listWebhookDeliveries',
  tag,
  summary: 'List deliveries',
  description:
    'Returns deliveries to all endpoints, including deleted ones. With `event_id`: the deliveries of one event.',
  access: 'webhooks',
  query: filters,
  response: {
    status: 200,
    description: 'A page.',
    schema: deliveryPageSchema,
    example: { data: [deliveryExample], next_cursor: null },
  },
  handle: async ({ services }, input) =>
    await replyWithDeliveries(input, (filter, page) => listWebhookDeliveries(services, filter, page)),
});

const find = operation({
  method: 'get',
  path: '/v1/webhook-deliveries/{id}',
  operationId: 'getWebhookDelivery',
  tag,
  summary: 'Get a delivery',
  description: 'Returns a delivery with its request body.',
  access: 'webhooks',
  params: idParameter,
  response: { status: 200, description: 'The delivery.', schema: deliveryWithBodySchema, example: withBodyExample },
  handle: async ({ services }, { params }) => {
    const delivery = await getWebhookDelivery(services, params.id);
    return { body: { ...deliveryToJson(delivery), body: delivery.body } };
  },
});

const attempts = operation({
  method: 'get',
  path: '/v1/webhook-deliveries/{id}/attempts',
  operationId: 'listWebhookDeliveryAttempts',
  tag,
  summary: 'List the attempts of a delivery',
  description: 'Returns the attempts of a delivery in order, each with its URL and response.',
  access: 'webhooks',
  params: idParameter,
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('WebhookAttemptList', 'A page of attempts.', attemptSchema),
    example: { data: [attemptExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: numberPosition,
      list: (after, limit) => listWebhookDeliveryAttempts(services, input.params.id, { after: after ?? 0, limit }),
      positionOf: (row) => row.number,
      toJson: attemptToJson,
    }),
});

const retry = operation({
  method: 'post',
  path: '/v1/webhook-deliveries/{id}/retry',
  operationId: 'retryWebhookDelivery',
  tag,
  summary: 'Retry a delivery',
  description:
    'Sends a delivery again immediately, whatever its state. It replaces the next scheduled retry; if it fails, the schedule continues.',
  access: 'webhooks',
  params: idParameter,
  response: {
    status: 200,
    description: 'The delivery, pending.',
    schema: deliveryWithBodySchema,
    example: { ...withBodyExample, state: 'pending', next_attempt_at: '2025-08-08T10:00:00Z', settled_at: null },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    const delivery = await retryWebhookDelivery(services, params.id);
    return { body: { ...deliveryToJson(delivery), body: delivery.body } };
  },
});

const test = operation({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/test',
  operationId: 'testWebhookEndpoint',
  tag,
  summary: 'Send a test message',
  description:
    'Sends a signed `ping` message to the endpoint, regardless of its event types. Only one attempt is made; get the delivery to see its result.',
  access: 'webhooks',
  params: endpointParameter,
  response: {
    status: 201,
    description: 'The delivery, pending.',
    schema: deliveryWithBodySchema,
    example: { ...withBodyExample, event: { ...deliveryExample.event, type: pingType } },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    const delivery = await testWebhookEndpoint(services, params.id);
    return {
      status: 201,
      body: { ...deliveryToJson(delivery), body: delivery.body },
      headers: { location: `/v1/webhook-deliveries/${delivery.id}` },
    };
  },
});

const recover = operation({
  method: 'post',
  path: '/v1/webhook-endpoints/{id}/recover',
  operationId: 'recoverWebhookEndpoint',
  tag,
  summary: 'Recover missed deliveries',
  description:
    'Sends every held or failed delivery recorded at or after `since`, which can be at most 14 days ago. Successful deliveries are not repeated.',
  access: 'webhooks',
  params: endpointParameter,
  body: {
    schema: z
      .strictObject({ since: dateField })
      .meta({ id: 'WebhookRecoveryInput', description: 'Start of the range, inclusive; a date means 00:00 UTC.' }),
    example: { since: '2025-08-01T00:00:00Z' },
  },
  response: {
    status: 200,
    description: 'The deliveries will be sent.',
    schema: z
      .object({ recovered: z.int().meta({ description: 'Number of deliveries that will be sent again.' }) })
      .meta({ id: 'WebhookRecovery', description: 'Number of recovered deliveries.' }),
    example: { recovered: 3 },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body }) => {
    const since = parseDate(body.since)?.interval.from ?? 0;
    return { body: { recovered: await recoverWebhookEndpoint(services, params.id, since) } };
  },
});

const statsMsDefault = 7 * dayMs;
const count = z.int().min(0);

const stats = operation({
  method: 'get',
  path: '/v1/webhook-endpoints/{id}/stats',
  operationId: 'getWebhookEndpointStats',
  tag,
  summary: 'Count deliveries',
  description:
    'Returns the number of deliveries in each state. Counts those recorded at or after `since`, which can be at most 28 days ago.',
  access: 'webhooks',
  params: endpointParameter,
  query: {
    since: filterMoment('Start of the range, inclusive; a date means 00:00 UTC. Default: 7 days ago.', '2025-08-01'),
  },
  response: {
    status: 200,
    description: 'The counts.',
    schema: z
      .object({
        since: instantText('Start of the range, inclusive.'),
        pending: count,
        succeeded: count,
        failed: count,
        held: count,
        cancelled: count,
      })
      .meta({ id: 'WebhookEndpointStats', description: 'Number of deliveries by state.' }),
    example: { since: '2025-08-01T00:00:00Z', pending: 0, succeeded: 41, failed: 1, held: 0, cancelled: 0 },
  },
  handle: async ({ services }, { params, query }) => {
    const since = query.since ?? services.now() - statsMsDefault;
    return { body: { since: formatInstant(since), ...(await getWebhookEndpointStats(services, params.id, since)) } };
  },
});

export const deliveryOperations = [listOfEndpoint, test, recover, stats, list, find, attempts, retry];
