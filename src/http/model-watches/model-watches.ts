import { z } from '@hono/zod-openapi';
import { modelIdCharactersMax } from '../../domain/identity/parse.ts';
import { watchedIdsMax, watchNamePattern, watchNameRule } from '../../domain/model-watches/limits.ts';
import { noticeDayMax, noticeDaysDefault, noticeDaysMax } from '../../domain/model-watches/notice-days.ts';
import {
  createWatch,
  deleteWatch,
  findWatchSettings,
  getWatch,
  listWatches,
  type ModelWatchInput,
  type ModelWatchSettings,
  type ModelWatchView,
  replaceWatch,
} from '../../services/model-watches/model-watches.ts';
import type { HttpDeps } from '../deps.ts';
import { textPosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import { nameCharsMax, pageFields, pageSchema, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { watchExample, watchStateExample } from './examples.ts';
import { watchSchema, watchStateSchema, watchStateToJson, watchToJson } from './json.ts';

const tag = 'Watches';
const idParameter = { id: { description: 'The id or the name of a watch.', example: watchExample.name } };
const hostCharsMax = 100;
const idsExample = watchStateExample.ids.map(({ id }) => id);

const fields = {
  ids: z
    .array(text(modelIdCharactersMax, { description: 'A model id.', example: 'gpt-5-2025-08-07' }))
    .min(1)
    .max(watchedIdsMax)
    .meta({
      description:
        'Model ids exactly as they are used in code or configuration. A host or a region before the id, as in `azure/…` and `us.anthropic.…`, selects the ends of that host. Repeated ids count once.',
      example: idsExample,
    }),
  host: text(hostCharsMax, {
    description: 'Host that serves the ids that name no host themselves. Default: null, the vendors.',
    example: 'azure',
  })
    .nullable()
    .optional(),
  owner: text(nameCharsMax, { description: 'Who is responsible for the models, in words.', example: 'payments' })
    .nullable()
    .optional(),
  notice_days: z
    .array(z.int().min(0).max(noticeDayMax))
    .min(1)
    .max(noticeDaysMax)
    .optional()
    .meta({
      description: `Days before a planned or firm end on which the event \`model.ending\` is sent. Default: ${noticeDaysDefault.join(', ')}.`,
      example: [...noticeDaysDefault],
    }),
};

const replaceSchema = z
  .strictObject(fields)
  .meta({ id: 'WatchReplacement', description: 'A watch without its name. What is omitted has its default.' });

const createSchema = z
  .strictObject({
    name: z
      .string()
      .regex(watchNamePattern, watchNameRule)
      .meta({ description: 'Unique name. It never changes.', example: watchExample.name }),
    ...fields,
  })
  .meta({ id: 'WatchInput', description: 'A watch to create.' });

function inputOf({ notice_days: noticeDays, ...rest }: z.output<typeof replaceSchema>): ModelWatchInput {
  return { ...rest, noticeDays };
}

/** The audit log records how a watch was set; what is known of its ids can be read at any time. */
function settingsToJson({ ids, ...watch }: ModelWatchSettings): unknown {
  return { ...watchToJson(watch), ids: ids.map((one) => one.id) };
}

async function documentOf({ services }: HttpDeps, { id }: { readonly id: string }): Promise<unknown> {
  const watch = await findWatchSettings(services, id);
  return watch === null ? null : settingsToJson(watch);
}

function replyOf({ services }: HttpDeps, watch: ModelWatchView) {
  return { body: watchStateToJson(watch, services.now()), recorded: settingsToJson(watch), version: watch.version };
}

const list = operation({
  method: 'get',
  path: '/v1/watches',
  operationId: 'listWatches',
  tag,
  summary: 'List watches',
  description: 'Returns watches without their ids, oldest first.',
  access: 'read',
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('WatchList', 'A page of watches.', watchSchema),
    example: { data: [watchExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listWatches(services, { after, limit }),
      positionOf: (row) => row.id,
      toJson: watchToJson,
    }),
});

const create = operation({
  method: 'post',
  path: '/v1/watches',
  operationId: 'createWatch',
  tag,
  summary: 'Create a watch',
  description: `Creates a list of at most ${watchedIdsMax} model ids. The response says how each id was read, or why it was not. Returns 409 if there is a watch with that name.`,
  access: 'write',
  body: { schema: createSchema, example: { name: watchExample.name, ids: idsExample, owner: watchExample.owner } },
  response: { status: 201, description: 'The created watch.', schema: watchStateSchema, example: watchStateExample },
  refusals: ['conflict'],
  handle: async (http, { body: { name, ...rest } }) => {
    const watch = await createWatch(http.services, name, inputOf(rest));
    const headers = { location: `/v1/watches/${watch.id}` };
    return { ...replyOf(http, watch), status: 201, headers };
  },
});

const get = operation({
  method: 'get',
  path: '/v1/watches/{id}',
  operationId: 'getWatch',
  tag,
  summary: 'Get a watch',
  description: 'Returns a watch with what is known of each of its ids now.',
  access: 'read',
  params: idParameter,
  response: { status: 200, description: 'The watch.', schema: watchStateSchema, example: watchStateExample },
  handle: async ({ services }, { params }) => {
    const watch = await getWatch(services, params.id);
    return { body: watchStateToJson(watch, services.now()), version: watch.version };
  },
});

const replace = operation({
  method: 'put',
  path: '/v1/watches/{id}',
  operationId: 'replaceWatch',
  tag,
  summary: 'Replace a watch',
  description:
    'Replaces the ids and settings of a watch, or creates the watch if there is none with that name. Made for automation: it needs no look-up, and a repetition changes nothing. Send If-Match to change only the version that you read.',
  access: 'write',
  params: idParameter,
  body: { schema: replaceSchema, example: { ids: idsExample, owner: watchExample.owner } },
  ifMatch: true,
  before: documentOf,
  response: { status: 200, description: 'The watch.', schema: watchStateSchema, example: watchStateExample },
  creates: 'The created watch.',
  handle: async (http, { params, body, expected }) => {
    const version = await pickVersion(expected, async () => (await getWatch(http.services, params.id)).version);
    const { watch, isNew } = await replaceWatch(http.services, params.id, inputOf(body), version);
    const reply = replyOf(http, watch);
    return isNew ? { ...reply, status: 201, headers: { location: `/v1/watches/${watch.id}` } } : reply;
  },
});

const remove = operation({
  method: 'delete',
  path: '/v1/watches/{id}',
  operationId: 'deleteWatch',
  tag,
  summary: 'Delete a watch',
  description: 'Deletes a watch. Its events stay in the log.',
  access: 'write',
  params: idParameter,
  before: documentOf,
  response: { status: 204, description: 'The watch was deleted.' },
  handle: async ({ services }, { params }) => {
    await deleteWatch(services, params.id);
    return { status: 204 };
  },
});

export const modelWatchOperations = [list, create, get, replace, remove];
