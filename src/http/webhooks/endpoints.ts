import { z } from '@hono/zod-openapi';
import { eventTypes } from '../../domain/events/event.ts';
import { filterValuesMax } from '../../domain/webhooks/subscription.ts';
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookEndpoints,
  updateWebhookEndpoint,
  vetUrl,
} from '../../services/webhooks/endpoints.ts';
import type { HttpDeps } from '../deps.ts';
import { pageDefault, readCursor, textPosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import { pageFields, pageSchema, referenceField, tagField, text, urlCharsMax } from '../operation/fields.ts';
import { requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply } from '../operation/reply.ts';
import { createdSchema, endpointSchema, endpointToJson } from './endpoint-json.ts';
import { endpointExample, secretExample } from './examples.ts';
import { secretFields, secretOperations } from './secrets.ts';

const tag = 'Webhooks';
const idParameter = { id: { description: 'The id of a webhook endpoint.', example: endpointExample.id } };

const descriptionCharsMax = 500;
/** As many as one endpoint may be sent a second; the schema of the database says the same. */
const rateMax = 1000;

/** One value, or several of which one must fit. */
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
    ids: oneOrMore(referenceField, { description: 'Predictions, by id or slug.', example: ['gpt-5-never-released'] }),
    tags: oneOrMore(tagField, { description: 'Tags of predictions.', example: ['timelines'] }),
    predictor: oneOrMore(referenceField, { description: 'Who said it.', example: ['who_01jf3mw2n5d8e3b7r6y4z1p0hc'] }),
    vendor: oneOrMore(nameField, {
      description: 'Vendors that the criterion, or the model, is of.',
      example: ['openai'],
    }),
    family: oneOrMore(nameField, {
      description: 'Families that the criterion, or the model, is of.',
      example: ['gpt'],
    }),
  })
  .meta({
    id: 'WebhookFilterInput',
    description: 'What must fit: every part, and of each part one value. In an edit null takes a part away.',
  });

const fields = {
  description: text(descriptionCharsMax, { description: 'For people.', example: 'Pins our default model.' })
    .nullable()
    .optional(),
  event_types: z
    .array(z.enum(eventTypes))
    .min(1)
    .max(eventTypes.length)
    .nullable()
    .optional()
    .meta({ description: 'What it is told of; null, or left out, is everything.', example: ['prediction.resolved'] }),
  filter: filterField.nullable().optional(),
  headers: z
    .record(z.string(), z.string().nullable())
    .nullable()
    .optional()
    .meta({ description: 'Sent along. In an edit null takes one away.', example: { 'x-environment': 'production' } }),
  rate_per_second: z
    .int()
    .min(1)
    .max(rateMax)
    .nullable()
    .optional()
    .meta({ description: 'Messages a second at most.', example: 20 }),
  status: z.enum(['enabled', 'disabled']).optional().meta({ description: 'Whether it is told.', example: 'enabled' }),
};

const urlField = z.string().min(1).max(urlCharsMax).meta({
  description: 'http or https, without credentials, to a public address unless the operator allows others.',
  example: endpointExample.url,
});

const createSchema = z
  .strictObject({ url: urlField, ...fields, ...secretFields })
  .meta({ id: 'WebhookEndpointInput', description: 'Where a subscriber is told, and of what.' });

const editSchema = z.strictObject({ url: urlField.optional(), ...fields }).meta({
  id: 'WebhookEndpointPatch',
  minProperties: 1,
  description: 'What may be edited. Secrets are rotated instead.',
});

type Fields = z.output<typeof editSchema>;

function editOf({ event_types: eventTypesGiven, rate_per_second: ratePerSecond, ...rest }: Fields) {
  return { ...rest, eventTypes: eventTypesGiven, ratePerSecond };
}

/** An endpoint as it is before it is changed. */
async function documentOf({ services }: HttpDeps, { id }: { readonly id: string }): Promise<unknown> {
  return endpointToJson(await getWebhookEndpoint(services, id), services.now());
}

const list = operation({
  method: 'get',
  path: '/v1/webhook-endpoints',
  operationId: 'listWebhookEndpoints',
  tag,
  summary: 'List webhook endpoints',
  description: 'Oldest first.',
  access: 'webhooks',
  query: {
    status: z
      .enum(['enabled', 'disabled'])
      .optional()
      .meta({ description: 'Whether they are told.', example: 'disabled' }),
    ...pageFields,
  },
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('WebhookEndpointList', 'A page of webhook endpoints.', endpointSchema),
    example: { data: [endpointExample], next_cursor: null },
  },
  handle: async ({ services }, { query, listing, target }) => {
    const after = query.cursor === undefined ? null : readCursor(listing, query.cursor, textPosition);
    const page = { after, status: query.status ?? null, limit: (query.limit ?? pageDefault) + 1 };
    const { rows, next } = cutPage(await listWebhookEndpoints(services, page), query.limit, (last) => last.id);
    const now = services.now();
    return pageReply(
      { listing, target },
      rows.map((row) => endpointToJson(row, now)),
      next,
    );
  },
});

const create = operation({
  method: 'post',
  path: '/v1/webhook-endpoints',
  operationId: 'createWebhookEndpoint',
  tag,
  summary: 'Create a webhook endpoint',
  description:
    'It is told of what happens from now on. The answer holds the secret that verifies, this once; with v1a it is the public key.',
  access: 'webhooks',
  body: {
    schema: createSchema,
    example: { url: endpointExample.url, event_types: endpointExample.event_types, filter: endpointExample.filter },
  },
  answer: {
    status: 201,
    description: 'Created.',
    schema: createdSchema,
    example: { ...endpointExample, secret: secretExample },
  },
  prepare: async ({ services }, { body }) => await vetUrl(services, body.url),
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
  description: 'An endpoint, with what is the matter with it.',
  access: 'webhooks',
  params: idParameter,
  answer: { status: 200, description: 'The endpoint.', schema: endpointSchema, example: endpointExample },
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
  summary: 'Edit a webhook endpoint',
  description:
    'A JSON merge patch (RFC 7396). While it is disabled, what happens is held; enabled again, it is told of what happens from then on, and `recover` sends what was held. Send If-Match to edit only the version that was seen.',
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
    if (body.url !== undefined) await vetUrl(services, body.url);
  },
  before: documentOf,
  answer: {
    status: 200,
    description: 'The endpoint as edited.',
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
  description: 'Nothing more is sent to it. Its secrets are destroyed; the log of its deliveries stays.',
  access: 'webhooks',
  params: idParameter,
  before: documentOf,
  answer: { status: 204, description: 'Deleted.' },
  handle: async ({ services }, { params }) => {
    await deleteWebhookEndpoint(services, params.id);
    return { status: 204 };
  },
});

export const endpointOperations = [list, create, find, edit, remove, ...secretOperations];
