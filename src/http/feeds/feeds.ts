import { z } from '@hono/zod-openapi';
import { jsonOptionsSchema } from '../../domain/feeds/adapters/json-options.ts';
import { adapterNames } from '../../domain/feeds/adapters/registry.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { Refusal } from '../../domain/refusal.ts';
import { createFeed, deleteFeed, getFeed, listFeeds, updateFeed } from '../../services/feeds/feeds.ts';
import { textPosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import { pageFields, pageSchema, slugField, urlCharsMax } from '../operation/fields.ts';
import { requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { archiveSlug, feedExample } from './examples.ts';
import { feedSchema, feedToJson } from './json.ts';

const tag = 'Feeds';
const idParameter = { id: { description: 'The id or the slug of a feed.', example: feedExample.slug } };
/** The feed that the example of createFeed creates, so that trying out an operation does not change a feed in use. */
const archiveParameter = { id: { description: idParameter.id.description, example: archiveSlug } };

const coversMax = 200;

const vendorField = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9.-]*$/, 'must be a vendor id in lower case, such as openai');

/** A builtin URL names a JSON file below the data directory of the program, and nothing outside it. */
const builtinPattern = /^builtin:data\/([a-z0-9-]+\/)*[a-z0-9-]+\.json$/;

const urlField = z
  .string()
  .min(1)
  .max(urlCharsMax)
  .refine(
    (url) => !url.startsWith('builtin:') || builtinPattern.test(url),
    'must be the path of a file in data, such as builtin:data/ledger.json',
  )
  .nullable()
  .meta({
    description:
      'An http or https URL, or `npm:<package>` for the adapter npm_sdk. null: the feed is not polled and receives snapshots only.',
    example: feedExample.url,
  });

const fields = {
  url: urlField.optional(),
  trust: z.enum(trusts).optional().meta({
    description: 'Highest trust that a row of the feed can have. Default: that of the adapter.',
    example: 'curated',
  }),
  origin: originField().optional(),
  covers: z
    .union([z.literal('any'), z.array(vendorField).max(coversMax)])
    .optional()
    .meta({
      description:
        'Vendors that the feed covers. If it does not list a model of such a vendor, that is evidence that the model is not released. `any` covers every vendor.',
      example: ['openai'],
    }),
  settlement_lag: z.string().min(1).max(40).optional().meta({
    description: 'How late the feed may show that a price, a status or an end changed, as an ISO 8601 duration.',
    example: 'P2D',
  }),
  enabled: z.boolean().optional().meta({ description: 'Whether the feed is polled. Default: true.', example: true }),
};

function originField() {
  return z
    .string()
    .max(100)
    .regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be in lower case, such as models.dev')
    .meta({
      description: 'Origin of the data. Feeds of one origin count as one.',
      example: 'models.dev',
    });
}

/** Checked by the adapter after the patch is applied. */
const optionFields = z.record(z.string().max(64), z.unknown());

const createSchema = z
  .strictObject({
    slug: slugField,
    adapter: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: `Adapter that parses the payloads: ${adapterNames.join(', ')}.`, example: 'models_dev' }),
    ...fields,
    options: jsonOptionsSchema
      .nullable()
      .optional()
      .meta({ description: 'Options of the adapter. Required for the adapter json, not allowed for others.' }),
  })
  .meta({
    id: 'FeedInput',
    description: 'A feed to create. Omitted fields, except `url`, have the defaults of the adapter.',
  });

const updateSchema = z
  .strictObject({
    ...fields,
    options: optionFields.optional().meta({
      description: 'A merge patch of the options. The result is validated as a whole.',
      example: { released: '/released_at' },
    }),
  })
  .meta({ id: 'FeedPatch', minProperties: 1, description: 'Fields to change. Slug and adapter cannot be changed.' });

const list = operation({
  method: 'get',
  path: '/v1/feeds',
  operationId: 'listFeeds',
  tag,
  summary: 'List feeds',
  description: 'Returns all feeds with watermark and health.',
  access: 'read',
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('FeedList', 'A page of feeds.', feedSchema),
    example: { data: [feedExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: textPosition,
      list: async (after, limit) => {
        const views = await listFeeds(services);
        const start = after === null ? 0 : views.findIndex(({ feed }) => feed.id === after) + 1;
        if (after !== null && start === 0)
          throw new Refusal('invalid_cursor', 'the feed at this cursor was deleted; start again without a cursor');
        return views.slice(start, start + limit);
      },
      positionOf: ({ feed }) => feed.id,
      toJson: feedToJson,
    }),
});

const create = operation({
  method: 'post',
  path: '/v1/feeds',
  operationId: 'createFeed',
  tag,
  summary: 'Create a feed',
  description:
    'Creates a feed. Polling starts with the next scheduled run; a feed without a `url` receives snapshots only.',
  access: 'feeds',
  body: {
    schema: createSchema,
    example: { slug: archiveSlug, adapter: 'models_dev', url: null, covers: ['openai', 'anthropic'] },
  },
  response: {
    status: 201,
    description: 'The created feed.',
    schema: feedSchema,
    example: { ...feedExample, watermark: null, health: 'never', last_poll: null },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { body }) => {
    const { settlement_lag: settlementLag, ...rest } = body;
    const view = await createFeed(services, { ...rest, settlementLag });
    return {
      status: 201,
      body: feedToJson(view),
      version: view.feed.version,
      headers: { location: `/v1/feeds/${view.feed.id}` },
    };
  },
});

const get = operation({
  method: 'get',
  path: '/v1/feeds/{id}',
  operationId: 'getFeed',
  tag,
  summary: 'Get a feed',
  description: 'Returns a feed with watermark, health and last poll.',
  access: 'read',
  params: idParameter,
  response: { status: 200, description: 'The feed.', schema: feedSchema, example: feedExample },
  handle: async ({ services }, { params }) => {
    const view = await getFeed(services, params.id);
    return { body: feedToJson(view), version: view.feed.version };
  },
});

const update = operation({
  method: 'patch',
  path: '/v1/feeds/{id}',
  operationId: 'updateFeed',
  tag,
  summary: 'Update a feed',
  description:
    'Applies a JSON merge patch (RFC 7396). Changing `trust`, `origin`, `covers` or `settlement_lag` evaluates every prediction again. Send If-Match to change only the version that you read.',
  access: 'feeds',
  params: idParameter,
  body: {
    schema: updateSchema,
    example: { settlement_lag: 'P2D' },
    mediaTypes: ['application/merge-patch+json', 'application/json'],
  },
  ifMatch: true,
  before: async ({ services }, { id }) => feedToJson(await getFeed(services, id)),
  response: {
    status: 200,
    description: 'The updated feed.',
    schema: feedSchema,
    example: { ...feedExample, version: 2 },
  },
  handle: async ({ services }, { params, body, expected }) => {
    requireChange(body);
    const { settlement_lag: settlementLag, ...rest } = body;
    const version = await pickVersion(expected, async () => (await getFeed(services, params.id)).feed.version);
    const view = await updateFeed(services, params.id, { ...rest, settlementLag }, version);
    return { body: feedToJson(view), version: view.feed.version };
  },
});

const remove = operation({
  method: 'delete',
  path: '/v1/feeds/{id}',
  operationId: 'deleteFeed',
  tag,
  summary: 'Delete a feed',
  description:
    'Deletes a feed that was never read. A feed that was read returns 409, because its observations are evidence; disable it instead.',
  access: 'feeds',
  params: archiveParameter,
  before: async ({ services }, { id }) => feedToJson(await getFeed(services, id)),
  response: { status: 204, description: 'The feed was deleted.' },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    await deleteFeed(services, params.id);
    return { status: 204 };
  },
});

export const feedOperations = [list, create, get, update, remove];
