import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../domain/events/event.ts';
import { webhookFormats } from '../../domain/webhooks/slack.ts';
import { filterValuesMax } from '../../domain/webhooks/subscription.ts';
import {
  checkUrl,
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookEndpoints,
  updateWebhookEndpoint,
} from '../../services/webhooks/endpoints.ts';
import type { HttpDeps } from '../deps.ts';
import { textPosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import { pageFields, pageSchema, referenceField, tagField, text, urlCharsMax } from '../operation/fields.ts';
import { requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { createdSchema, endpointSchema, endpointToJson } from './endpoint-json.ts';
import { endpointExample, secretExample } from './examples.ts';
import { secretFields, secretOperations } from './secrets.ts';

const tag = 'Webhooks';
const idParameter = { id: { description: 'The id of a webhook endpoint.', example: endpointExample.id } };

const descriptionCharsMax = 500;
/** Maximum of `rate_per_second`. The database has the same constraint. */
const rateMax = 1000;

/** A single value, or a list of alternatives. */
function oneOrMore(value: z.ZodType<string>, meta: { description: string; example: string[] }) {
  return z
    .union([value, z.array(value).min(1).max(filterValuesMax)])
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .nullable()
    .optional()
    .meta(meta);
}

const nameField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'must be lower-case letters, digits, dots and hyphens');

const filterField = z
  .strictObject({
    ids: oneOrMore(referenceField, { description: 'Ids or slugs of predictions.', example: ['gpt-5-never-released'] }),
    tags: oneOrMore(tagField, { description: 'Tags of predictions.', example: ['timelines'] }),
    predictor: oneOrMore(referenceField, {
      description: 'Ids of predictors.',
      example: ['who_01jf3mw2n5d8e3b7r6y4z1p0hc'],
    }),
    vendor: oneOrMore(nameField, {
      description: 'Vendors of the criterion or the model.',
      example: ['openai'],
    }),
    family: oneOrMore(nameField, {
      description: 'Families of the criterion or the model.',
      example: ['gpt'],
    }),
    watch: oneOrMore(referenceField, { description: 'Ids or names of watches.', example: ['checkout-service'] }),
  })
  .meta({
    id: 'WebhookFilterInput',
    description:
      'Which events to send. An event matches if, for every field of the filter, it has one of the listed values. In an update, null removes a field.',
  });

const fields = {
  description: text(descriptionCharsMax, { description: 'Free-form description.', example: 'Pins our default model.' })
    .nullable()
    .optional(),
  format: z.enum(webhookFormats).optional().meta({
    description:
      'What is sent: `standard`, signed Standard Webhooks messages, or `slack`, unsigned messages for an incoming webhook of Slack. Default: standard.',
    example: 'standard',
  }),
  event_types: z
    .array(z.enum(eventTypes))
    .min(1)
    .max(eventTypes.length)
    .nullable()
    .optional()
    .meta({ description: 'Event types to send. Default: null, all types.', example: ['prediction.resolved'] }),
  filter: filterField.nullable().optional(),
  headers: z
    .record(z.string(), z.string().nullable())
    .nullable()
    .optional()
    .meta({
      description: 'Custom headers to send with every message. In an update, null removes a header.',
      example: { 'x-environment': 'production' },
    }),
  rate_per_second: z
    .int()
    .min(1)
    .max(rateMax)
    .nullable()
    .optional()
    .meta({ description: 'Maximum number of messages per second. Default: no limit.', example: 20 }),
  status: z
    .enum(['enabled', 'disabled'])
    .optional()
    .meta({ description: 'Whether messages are sent. Default: enabled.', example: 'enabled' }),
};

const urlField = z.string().min(1).max(urlCharsMax).meta({
  description:
    'URL that receives the messages: http or https, without credentials. Must resolve to a public address, unless the operator allows private ones.',
  example: endpointExample.url,
});

const createSchema = z
  .strictObject({ url: urlField, ...fields, ...secretFields })
  .meta({ id: 'WebhookEndpointInput', description: 'A webhook endpoint to create.' });

const editSchema = z.strictObject({ url: urlField.optional(), ...fields }).meta({
  id: 'WebhookEndpointPatch',
  minProperties: 1,
  description: 'Fields to change. To change the secret, rotate it.',
});

type Fields = z.output<typeof editSchema>;

function editOf({ event_types: eventTypesGiven, rate_per_second: ratePerSecond, ...rest }: Fields) {
  return { ...rest, eventTypes: eventTypesGiven, ratePerSecond };
}

async function documentOf({ services }: HttpDeps, { id }: { readonly id: string }): Promise<unknown> {
  return endpointToJson(await getWebhookEndpoint(services, id), services.now());
}

const list = operation({
  method: 'get',
  path: '/v1/webhook-endpoints',
  operationId: 'listWebhookEndpoints',
  tag,
  summary: 'List webhook endpoints',
  description: 'Returns webhook endpoints, oldest first.',
  access: 'webhooks',
  query: {
    status: z
      .enum(['enabled', 'disabled'])
      .optional()
      .meta({ description: 'Only endpoints with this status.', example: 'disabled' }),
    ...pageFields,
  },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('WebhookEndpointList', 'A page of webhook endpoints.', endpointSchema),
    example: { data: [endpointExample], next_cursor: null },
  },
  handle: ({ services }, input) => {
    const status = input.query.status ?? null;
    return replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listWebhookEndpoints(services, { after, status, limit }),
      positionOf: (row) => row.id,
      toJson: (row) => endpointToJson(row, services.now()),
    });
  },
});

const create = operation({
  method: 'post',
  path: '/v1/webhook-endpoints',
  operationId: 'createWebhookEndpoint',
  tag,
  summary: 'Create a webhook endpoint',
  description:
    'Creates an endpoint that receives events from now on. The response contains the signing secret, which cannot be retrieved later, or, for v1a, the public key.',
  access: 'webhooks',
  body: {
    schema: createSchema,
    example: { url: endpointExample.url, event_types: endpointExample.event_types, filter: endpointExample.filter },
  },
  response: {
    status: 201,
    description: 'The created endpoint.',
    schema: createdSchema,
    example: { ...endpointExample, secret: secretExample },
  },
  prepare: async ({ services }, { body }) => await checkUrl(services, body.url),
  handle: async ({ services }, { body }) => {
    const { url, signing, secret: given, ...rest } = body;
    const { endpoint, secret } = await createWebhookEndpoint(services, {
      ...editOf(rest),
      url,
      signing,
      secret: given,
    });
    return {
      status: 201,
      body: { ...endpointToJson(endpoint, services.now()), secret },
      version: endpoint.version,
      headers: { location: `/v1/webhook-endpoints/${endpoint.id}` },
    };
  },
});

const find = operation({
  method: 'get',
  path: '/v1/webhook-endpoints/{id}',
  operationId: 'getWebhookEndpoint',
  tag,
  summary: 'Get a webhook endpoint',
  description: 'Returns a webhook endpoint.',
  access: 'webhooks',
  params: idParameter,
  response: { status: 200, description: 'The endpoint.', schema: endpointSchema, example: endpointExample },
  handle: async ({ services }, { params }) => {
    const endpoint = await getWebhookEndpoint(services, params.id);
    return { body: endpointToJson(endpoint, services.now()), version: endpoint.version };
  },
});

const edit = operation({
  method: 'patch',
  path: '/v1/webhook-endpoints/{id}',
  operationId: 'updateWebhookEndpoint',
  tag,
  summary: 'Update a webhook endpoint',
  description:
    'Applies a JSON merge patch (RFC 7396). While an endpoint is disabled, its events are held. After it is enabled it receives new events; use `recover` to send the held ones. Send If-Match to change only the version that you read.',
  access: 'webhooks',
  params: idParameter,
  body: {
    schema: editSchema,
    example: { status: 'enabled' },
    mediaTypes: ['application/merge-patch+json', 'application/json'],
    hints: {
      secret: 'secrets are replaced by POST …/rotate-secret',
      signing: 'that changes with POST …/rotate-secret',
    },
  },
  ifMatch: true,
  prepare: async ({ services }, { body }) => {
    if (body.url !== undefined) await checkUrl(services, body.url);
  },
  before: documentOf,
  response: {
    status: 200,
    description: 'The updated endpoint.',
    schema: endpointSchema,
    example: { ...endpointExample, version: 2 },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, expected }) => {
    requireChange(body);
    const version = await pickVersion(expected, async () => (await getWebhookEndpoint(services, params.id)).version);
    const endpoint = await updateWebhookEndpoint(services, params.id, editOf(body), version);
    return { body: endpointToJson(endpoint, services.now()), version: endpoint.version };
  },
});

const remove = operation({
  method: 'delete',
  path: '/v1/webhook-endpoints/{id}',
  operationId: 'deleteWebhookEndpoint',
  tag,
  summary: 'Delete a webhook endpoint',
  description: 'Deletes an endpoint and its secrets. The log of its deliveries is kept.',
  access: 'webhooks',
  params: idParameter,
  before: documentOf,
  response: { status: 204, description: 'The endpoint was deleted.' },
  handle: async ({ services }, { params }) => {
    await deleteWebhookEndpoint(services, params.id);
    return { status: 204 };
  },
});

export const endpointOperations = [list, create, find, edit, remove, ...secretOperations];
