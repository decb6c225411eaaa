import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { createSource, deleteSource, getSource, listSources } from '../../services/predictions/sources.ts';
import { textPosition } from '../operation/cursor.ts';
import {
  dateField,
  instantText,
  nameCharsMax,
  pageFields,
  pageSchema,
  text,
  webUrlField,
} from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { countsSchema, countsToJson } from './counts-json.ts';
import { sourceExample } from './examples.ts';

const tag = 'Sources and predictors';
const titleCharsMax = 500;
/** A source cannot be changed, so its ETag has a constant version. */
const onlyVersion = 1;

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
    predictions: countsSchema.meta({
      description: 'Number of predictions from this source. List them with `GET /v1/predictions?source=`.',
    }),
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
    predictions: countsToJson(source.predictions),
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

const list = operation({
  method: 'get',
  path: '/v1/sources',
  operationId: 'listSources',
  tag,
  summary: 'List sources',
  description: 'Returns sources, oldest first.',
  access: 'read',
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('SourceList', 'A page of sources.', sourceSchema),
    example: { data: [sourceExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listSources(services, { after, limit }),
      positionOf: (row) => row.id,
      toJson: sourceToJson,
    }),
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
    example: { title: sourceExample.title, url: sourceExample.url, language: 'en', published_at: '2025-01' },
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
      version: onlyVersion,
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
  description: 'Returns a source.',
  access: 'read',
  params: { id: { description: 'The id of a source.', example: sourceExample.id } },
  response: { status: 200, description: 'The source.', schema: sourceSchema, example: sourceExample },
  handle: async ({ services }, { params }) => ({
    body: sourceToJson(await getSource(services, params.id)),
    version: onlyVersion,
  }),
});

const remove = operation({
  method: 'delete',
  path: '/v1/sources/{id}',
  operationId: 'deleteSource',
  tag,
  summary: 'Delete a source',
  description:
    'Deletes a source that nothing refers to. Returns 409 if a prediction, an earlier version of one or a forecast refers to it.',
  access: 'write',
  params: { id: { description: 'The id of a source.', example: sourceExample.id } },
  before: async ({ services }, { id }) => sourceToJson(await getSource(services, id)),
  response: { status: 204, description: 'The source was deleted.' },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    await deleteSource(services, params.id);
    return { status: 204 };
  },
});

export const sourceOperations = [list, create, get, remove];
