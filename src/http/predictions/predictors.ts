import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import {
  createPredictor,
  deletePredictor,
  getPredictor,
  listPredictors,
} from '../../services/predictions/predictors.ts';
import { textPosition } from '../operation/cursor.ts';
import { instantText, nameCharsMax, pageFields, pageSchema, text, webUrlField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { predictorExample } from './examples.ts';

const tag = 'Sources and predictors';
/** A predictor cannot be changed, so its ETag has a constant version. */
const onlyVersion = 1;

const predictorSchema = z
  .object({
    id: z.string().meta({ example: predictorExample.id }),
    name: z.string(),
    url: z.string().nullable(),
    created_at: instantText('When it was created.'),
  })
  .meta({ id: 'Predictor', description: 'A person or an organisation that makes predictions.' });

type Predictor = Awaited<ReturnType<typeof getPredictor>>;

function predictorToJson(predictor: Predictor): z.infer<typeof predictorSchema> {
  return { id: predictor.id, name: predictor.name, url: predictor.url, created_at: formatInstant(predictor.createdAt) };
}

const inputSchema = z
  .strictObject({
    name: text(nameCharsMax, { description: 'Name of the person or organisation.', example: predictorExample.name }),
    url: webUrlField.nullable().optional(),
  })
  .meta({ id: 'PredictorInput', description: 'A person or an organisation that makes predictions.' });

const list = operation({
  method: 'get',
  path: '/v1/predictors',
  operationId: 'listPredictors',
  tag,
  summary: 'List predictors',
  description: 'Returns predictors, oldest first.',
  access: 'read',
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('PredictorList', 'A page of predictors.', predictorSchema),
    example: { data: [predictorExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listPredictors(services, { after, limit }),
      positionOf: (row) => row.id,
      toJson: predictorToJson,
    }),
});

const create = operation({
  method: 'post',
  path: '/v1/predictors',
  operationId: 'createPredictor',
  tag,
  summary: 'Create a predictor',
  description: 'Creates a predictor. Predictions refer to it by id.',
  access: 'write',
  body: { schema: inputSchema, example: { name: predictorExample.name, url: predictorExample.url } },
  response: { status: 201, description: 'The created predictor.', schema: predictorSchema, example: predictorExample },
  handle: async ({ services }, { body }) => {
    const predictor = await createPredictor(services, { name: body.name, url: body.url ?? null });
    return {
      status: 201,
      body: predictorToJson(predictor),
      version: onlyVersion,
      headers: { location: `/v1/predictors/${predictor.id}` },
    };
  },
});

const get = operation({
  method: 'get',
  path: '/v1/predictors/{id}',
  operationId: 'getPredictor',
  tag,
  summary: 'Get a predictor',
  description: 'Returns a predictor.',
  access: 'read',
  params: { id: { description: 'The id of a predictor.', example: predictorExample.id } },
  response: { status: 200, description: 'The predictor.', schema: predictorSchema, example: predictorExample },
  handle: async ({ services }, { params }) => ({
    body: predictorToJson(await getPredictor(services, params.id)),
    version: onlyVersion,
  }),
});

const remove = operation({
  method: 'delete',
  path: '/v1/predictors/{id}',
  operationId: 'deletePredictor',
  tag,
  summary: 'Delete a predictor',
  description:
    'Deletes a predictor that nothing refers to. Returns 409 if a prediction, an earlier version of one or a forecast refers to it.',
  access: 'write',
  params: { id: { description: 'The id of a predictor.', example: predictorExample.id } },
  before: async ({ services }, { id }) => predictorToJson(await getPredictor(services, id)),
  response: { status: 204, description: 'The predictor was deleted.' },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    await deletePredictor(services, params.id);
    return { status: 204 };
  },
});

export const predictorOperations = [list, create, get, remove];
