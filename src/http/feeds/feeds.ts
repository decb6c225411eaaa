import { z } from '@hono/zod-openapi';
import { jsonOptionsSchema } from '../../domain/feeds/adapters/json-options.ts';
import { adapterNames } from '../../domain/feeds/adapters/registry.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { Refusal } from '../../domain/refusal.ts';
import { createFeed, deleteFeed, getFeed, listFeeds, updateFeed } from '../../services/feeds/feeds.ts';
import { readCursor, textPosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import { pageFields, pageSchema, slugField, urlCharsMax } from '../operation/fields.ts';
import { requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { cutPage, pageReply } from '../operation/reply.ts';
import { feedExample } from '../predictions/examples.ts';
import { feedSchema, feedToJson } from './json.ts';

const tag = 'Feeds';
const idParameter = { id: { description: 'The id or the slug of a feed.', example: feedExample.slug } };

/** Vendors that one feed may cover. */
const coversMax = 200;

const vendorField = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9.-]*$/, 'must be a vendor id in lower case, such as openai');

/** Files that come with the program are named by paths below its data directory, and by no others. */
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
    description: 'http or https; `npm:<package>` for the adapter npm_sdk. null: it lives on snapshots.',
    example: feedExample.url,
  });

const fields = {
  url: urlField.optional(),
  trust: z.enum(trusts).optional().meta({ description: 'The most that its rows are believed.', example: 'curated' }),
  origin: slugOfOrigin().optional(),
  covers: z
    .union([z.literal('any'), z.array(vendorField).max(coversMax)])
    .optional()
    .meta({ description: 'Vendors of which its silence is evidence, or "any".', example: ['openai'] }),
  settlement_lag: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .meta({ description: 'ISO 8601: how long after a release it may take to list it.', example: 'P2D' }),
  enabled: z.boolean().optional().meta({ description: 'Whether it is polled.', example: true }),
};

function slugOfOrigin() {
  return z
    .string()
    .max(100)
    .regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be in lower case, such as models.dev')
    .meta({ description: 'Feeds of one origin copy each other and count once.', example: 'models.dev' });
}

/** Options are checked by the adapter, which knows what they may be. */
const optionFields = z.record(z.string().max(64), z.unknown());

const createSchema = z
  .strictObject({
    slug: slugField,
    adapter: z
      .string()
      .min(1)
      .max(64)
      .meta({ description: `How its payloads are read: ${adapterNames.join(', ')}.`, example: 'models_dev' }),
    ...fields,
    options: jsonOptionsSchema
      .nullable()
      .optional()
      .meta({ description: 'How it is read; for the adapter json, which needs them.' }),
  })
  .meta({ id: 'FeedInput', description: 'A feed. What is left out comes from its adapter, but for the url.' });

const editSchema = z
  .strictObject({
    ...fields,
    options: optionFields.optional().meta({
      description: 'A merge patch of the options, which are checked as a whole afterwards.',
      example: { released: '/released_at' },
    }),
  })
  .meta({ id: 'FeedPatch', minProperties: 1, description: 'What may be edited. Slug and adapter stand.' });

const list = operation({
  method: 'get',
  path: '/v1/feeds',
  operationId: 'listFeeds',
  tag,
  summary: 'List feeds',
  description: 'Every feed with its watermark and health.',
  access: 'read',
  query: pageFields,
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('FeedList', 'A page of feeds.', feedSchema),
    example: { data: [feedExample], next_cursor: null },
  },
  handle: async ({ services }, { query, listing, target }) => {
    const views = await listFeeds(services);
    const after = query.cursor === undefined ? null : readCursor(listing, query.cursor, textPosition);
    const start = after === null ? 0 : views.findIndex(({ feed }) => feed.id === after) + 1;
    if (after !== null && start === 0)
      throw new Refusal('invalid_cursor', 'the feed that this cursor stands at is gone; start again without it');
    const { rows, next } = cutPage(views.slice(start), query.limit, (last) => last.feed.id);
    return pageReply({ listing, target }, rows.map(feedToJson), next);
  },
});

const create = operation({
  method: 'post',
  path: '/v1/feeds',
  operationId: 'createFeed',
  tag,
  summary: 'Create a feed',
  description: 'It is polled from the next tick on; without a url it lives on snapshots.',
  access: 'feeds',
  body: {
    schema: createSchema,
    example: { slug: 'models-dev-archive', adapter: 'models_dev', url: null, covers: ['openai', 'anthropic'] },
  },
  answer: {
    status: 201,
    description: 'Created.',
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

const find = operation({
  method: 'get',
  path: '/v1/feeds/{id}',
  operationId: 'getFeed',
  tag,
  summary: 'Get a feed',
  description: 'A feed with its watermark, health and last poll.',
  access: 'read',
  params: idParameter,
  answer: { status: 200, description: 'The feed.', schema: feedSchema, example: feedExample },
  handle: async ({ services }, { params }) => {
    const view = await getFeed(services, params.id);
    return { body: feedToJson(view), version: view.feed.version };
  },
});

const edit = operation({
  method: 'patch',
  path: '/v1/feeds/{id}',
  operationId: 'updateFeed',
  tag,
  summary: 'Edit a feed',
  description:
    'A JSON merge patch (RFC 7396). A change of trust, origin, coverage or lag makes every prediction be looked at again. Send If-Match to edit only the version that was seen.',
  access: 'feeds',
  params: idParameter,
  body: {
    schema: editSchema,
    example: { enabled: false },
    mediaTypes: ['application/merge-patch+json', 'application/json'],
  },
  ifMatch: true,
  before: async ({ services }, { id }) => feedToJson(await getFeed(services, id)),
  answer: {
    status: 200,
    description: 'The feed as edited.',
    schema: feedSchema,
    example: { ...feedExample, enabled: false, version: 2 },
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
  description: 'Only one that was never read: what a feed said is evidence, and such a feed can be disabled instead.',
  access: 'feeds',
  params: idParameter,
  before: async ({ services }, { id }) => feedToJson(await getFeed(services, id)),
  answer: { status: 204, description: 'Deleted.' },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    await deleteFeed(services, params.id);
    return { status: 204 };
  },
});

export const feedOperations = [list, create, find, edit, remove];
