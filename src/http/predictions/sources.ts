import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import {
  createSource,
  deleteSource,
  getSource,
  listSources,
  updateSource,
} from '../../services/predictions/sources.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { textPosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import {
  asOfField,
  dateField,
  instantText,
  nameCharsMax,
  pageFields,
  pageSchema,
  text,
  webUrlField,
} from '../operation/fields.ts';
import { requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { countsSchema, countsToJson } from './counts-json.ts';
import { sourceExample } from './examples.ts';

const tag = 'Sources and predictors';
const titleCharsMax = 500;
const idParameter = { id: { description: 'The id of a source.', example: sourceExample.id } };

const sourceSchema = z
  .object({
    id: z.string().meta({ example: sourceExample.id }),
    title: z.string(),
    url: z.string().nullable(),
    language: z.string().nullable(),
    author: z.string().nullable(),
    published_at: z
      .string()
      .nullable()
      .meta({ description: 'Date of publication, with the precision that is known.', example: '2025-01' }),
    created_at: instantText('When it was created.'),
    predictions: countsSchema.optional().meta({
      description:
        'Number of predictions from this source. List them with `GET /v1/predictions?source=`. Only without `as_of`, because each prediction would have to be evaluated at that time.',
    }),
    version: z
      .int()
      .meta({ description: 'Number of versions recorded by now, or by `as_of`. Part of the ETag.', example: 1 }),
    updated_at: instantText('When it was last corrected.'),
  })
  .meta({ id: 'Source', description: 'An article, a post, a talk or another place where claims were made.' });

type Source = Awaited<ReturnType<typeof getSource>>;

function sourceToJson(source: Source): z.infer<typeof sourceSchema> {
  return {
    id: source.id,
    title: source.title,
    url: source.url,
    language: source.language,
    author: source.author,
    published_at: source.publishedAt,
    created_at: formatInstant(source.createdAt),
    ...(source.predictions === null ? {} : { predictions: countsToJson(source.predictions) }),
    version: source.edits,
    updated_at: formatInstant(source.editedAt),
  };
}

const inputSchema = z
  .strictObject({
    title: text(titleCharsMax, { description: 'Title of the source.', example: sourceExample.title }),
    url: webUrlField.nullable().optional(),
    language: z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag, such as en or pt-BR')
      .nullable()
      .optional()
      .meta({ description: 'A BCP 47 language tag.', example: 'en' }),
    author: text(nameCharsMax, { description: 'Author of the source.', example: 'A. Author' }).nullable().optional(),
    published_at: dateField
      .nullable()
      .optional()
      .meta({ description: 'Date of publication, with the precision that is known.', example: '2025-01' }),
  })
  .meta({ id: 'SourceInput', description: 'An article, a post, a talk or another place where claims were made.' });

const patchSchema = inputSchema.partial().meta({
  id: 'SourcePatch',
  minProperties: 1,
  description: 'Fields to change. null clears a field.',
});

const list = operation({
  method: 'get',
  path: '/v1/sources',
  operationId: 'listSources',
  tag,
  summary: 'List sources',
  description: 'Returns sources as they are now or were at `as_of`, oldest first.',
  access: 'read',
  query: { as_of: asOfField, ...pageFields },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('SourceList', 'A page of sources.', sourceSchema),
    example: { data: [sourceExample], next_cursor: null },
  },
  handle: (http, input) => {
    const asOf = pastOrNow(http, input.query.as_of);
    return replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listSources(http.services, { asOf, after, limit }),
      positionOf: (row) => row.id,
      toJson: sourceToJson,
      past: asOf !== null,
    });
  },
});

const create = operation({
  method: 'post',
  path: '/v1/sources',
  operationId: 'createSource',
  tag,
  summary: 'Create a source',
  description: 'Creates a source. Predictions refer to it by id.',
  access: 'write',
  body: {
    schema: inputSchema,
    example: {
      title: 'Where language models stand',
      url: 'https://example.com/article',
      language: 'en',
      published_at: '2025-01',
    },
  },
  response: { status: 201, description: 'The created source.', schema: sourceSchema, example: sourceExample },
  handle: async ({ services }, { body }) => {
    const source = await createSource(services, {
      title: body.title,
      url: body.url ?? null,
      language: body.language ?? null,
      author: body.author ?? null,
      publishedAt: body.published_at ?? null,
    });
    return {
      status: 201,
      body: sourceToJson(source),
      version: source.edits,
      headers: { location: `/v1/sources/${source.id}` },
    };
  },
});

const get = operation({
  method: 'get',
  path: '/v1/sources/{id}',
  operationId: 'getSource',
  tag,
  summary: 'Get a source',
  description: 'Returns a source as it is now or was at `as_of`.',
  access: 'read',
  params: idParameter,
  query: { as_of: asOfField },
  response: { status: 200, description: 'The source.', schema: sourceSchema, example: sourceExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const source = await getSource(http.services, params.id, asOf);
    return { body: sourceToJson(source), version: source.edits, past: asOf !== null };
  },
});

const update = operation({
  method: 'patch',
  path: '/v1/sources/{id}',
  operationId: 'updateSource',
  tag,
  summary: 'Correct a source',
  description:
    'Applies a JSON merge patch (RFC 7396). Each correction is a new version: requests with an earlier `as_of` show the version of that time, in the source itself and in predictions. Send If-Match to change only the version that you read.',
  access: 'write',
  params: idParameter,
  body: {
    schema: patchSchema,
    example: { title: sourceExample.title, published_at: '2025-01-20' },
    mediaTypes: ['application/merge-patch+json', 'application/json'],
  },
  ifMatch: true,
  before: async ({ services }, { id }) => sourceToJson(await getSource(services, id)),
  response: { status: 200, description: 'The corrected source.', schema: sourceSchema, example: sourceExample },
  handle: async ({ services }, { params, body, expected }) => {
    const fields = {
      title: body.title,
      url: body.url,
      language: body.language,
      author: body.author,
      publishedAt: body.published_at,
    };
    requireChange(fields);
    const version = await pickVersion(expected, async () => (await getSource(services, params.id)).edits);
    const source = await updateSource(services, params.id, fields, version);
    return { body: sourceToJson(source), version: source.edits };
  },
});

const remove = operation({
  method: 'delete',
  path: '/v1/sources/{id}',
  operationId: 'deleteSource',
  tag,
  summary: 'Delete a source',
  description:
    'Deletes a source that nothing refers to. Returns 409 if a prediction, an earlier version of a prediction, or a forecast refers to it.',
  access: 'write',
  params: idParameter,
  before: async ({ services }, { id }) => sourceToJson(await getSource(services, id)),
  response: { status: 204, description: 'The source was deleted.' },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    await deleteSource(services, params.id);
    return { status: 204 };
  },
});

export const sourceOperations = [list, create, get, update, remove];
