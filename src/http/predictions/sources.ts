import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { createSource, getSource, listSources } from '../../services/predictions/sources.ts';
import { pageDefault, readCursor, textPosition } from '../operation/cursor.ts';
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
import { cutPage, pageReply } from '../operation/reply.ts';
import { countsSchema, countsToJson } from './counts-json.ts';
import { sourceExample } from './examples.ts';

const tag = 'Sources and predictors';
const titleCharsMax = 500;
/** Nothing about a source is ever edited. */
const onlyVersion = 1;

const sourceSchema = z
  .object({
    id: z.string().meta({ example: sourceExample.id }),
    title: z.string(),
    url: z.string().nullable(),
    language: z.string().nullable(),
    author: z.string().nullable(),
    published_at: z.string().nullable().meta({ description: 'As exactly as it is known.', example: '2025-01' }),
    created_at: instantText('When it was entered here.'),
    predictions: countsSchema.meta({
      description: 'Those that it holds; `?source=` of the list of predictions lists them.',
    }),
  })
  .meta({ id: 'Source', description: 'Where something was said.' });

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
    title: text(titleCharsMax, { description: 'What it is called.', example: sourceExample.title }),
    url: webUrlField.nullable().optional(),
    language: z
      .string()
      .max(35)
      .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag, such as en or pt-BR')
      .nullable()
      .optional()
      .meta({ description: 'A BCP 47 language tag.', example: 'en' }),
    author: text(nameCharsMax, { description: 'Who wrote it.', example: 'A. Author' }).nullable().optional(),
    published_at: dateField
      .nullable()
      .optional()
      .meta({ description: 'As exactly as it is known.', example: '2025-01' }),
  })
  .meta({ id: 'SourceInput', description: 'Where something was said.' });

const list = operation({
  method: 'get',
  path: '/v1/sources',
  operationId: 'listSources',
  tag,
  summary: 'List sources',
  description: 'Oldest first.',
  access: 'read',
  query: pageFields,
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('SourceList', 'A page of sources.', sourceSchema),
    example: { data: [sourceExample], next_cursor: null },
  },
  handle: async ({ services }, { query, listing, target }) => {
    const after = query.cursor === undefined ? null : readCursor(listing, query.cursor, textPosition);
    const found = await listSources(services, { after, limit: (query.limit ?? pageDefault) + 1 });
    const { rows, next } = cutPage(found, query.limit, (last) => last.id);
    return pageReply({ listing, target }, rows.map(sourceToJson), next);
  },
});

const create = operation({
  method: 'post',
  path: '/v1/sources',
  operationId: 'createSource',
  tag,
  summary: 'Create a source',
  description: 'Describes once where something was said; predictions refer to it by id.',
  access: 'write',
  body: {
    schema: inputSchema,
    example: { title: sourceExample.title, url: sourceExample.url, language: 'en', published_at: '2025-01' },
  },
  answer: { status: 201, description: 'Created.', schema: sourceSchema, example: sourceExample },
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

const find = operation({
  method: 'get',
  path: '/v1/sources/{id}',
  operationId: 'getSource',
  tag,
  summary: 'Get a source',
  description: 'Where something was said.',
  access: 'read',
  params: { id: { description: 'The id of a source.', example: sourceExample.id } },
  answer: { status: 200, description: 'The source.', schema: sourceSchema, example: sourceExample },
  handle: async ({ services }, { params }) => ({
    body: sourceToJson(await getSource(services, params.id)),
    version: onlyVersion,
  }),
});

export const sourceOperations = [list, create, find];
