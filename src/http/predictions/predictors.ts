import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import {
  createPredictor,
  deletePredictor,
  getPredictor,
  listPredictors,
  updatePredictor,
} from '../../services/predictions/predictors.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { textPosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import {
  asOfField,
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
import { predictorExample } from './examples.ts';

const tag = 'Sources and predictors';
const idParameter = { id: { description: 'The id of a predictor.', example: predictorExample.id } };

const predictorSchema = z
  .object({
    id: z.string().meta({ example: predictorExample.id }),
    name: z.string(),
    url: z.string().nullable(),
    created_at: instantText('When it was created.'),
    version: z
      .int()
      .meta({ description: 'Number of versions recorded by now, or by `as_of`. Part of the ETag.', example: 1 }),
    updated_at: instantText('When it was last corrected.'),
  })
  .meta({ id: 'Predictor', description: 'A person or an organisation that makes predictions.' });

type Predictor = Awaited<ReturnType<typeof getPredictor>>;

function predictorToJson(predictor: Predictor): z.infer<typeof predictorSchema> {
  return {
    id: predictor.id,
    name: predictor.name,
    url: predictor.url,
    created_at: formatInstant(predictor.createdAt),
    version: predictor.edits,
    updated_at: formatInstant(predictor.editedAt),
  };
}

const inputSchema = z
  .strictObject({
    name: text(nameCharsMax, { description: 'Name of the person or organisation.', example: predictorExample.name }),
    url: webUrlField.nullable().optional(),
  })
  .meta({ id: 'PredictorInput', description: 'A person or an organisation that makes predictions.' });

const patchSchema = inputSchema.partial().meta({
  id: 'PredictorPatch',
  minProperties: 1,
  description: 'Fields to change. null clears a field.',
});

const list = operation({
  method: 'get',
  path: '/v1/predictors',
  operationId: 'listPredictors',
  tag,
  summary: 'List predictors',
  description: 'Returns predictors as they are now or were at `as_of`, oldest first.',
  access: 'read',
  query: { as_of: asOfField, ...pageFields },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('PredictorList', 'A page of predictors.', predictorSchema),
    example: { data: [predictorExample], next_cursor: null },
  },
  handle: (http, input) => {
    const asOf = pastOrNow(http, input.query.as_of);
    return replyWithPage(input, {
      position: textPosition,
      list: (after, limit) => listPredictors(http.services, { asOf, after, limit }),
      positionOf: (row) => row.id,
      toJson: predictorToJson,
      past: asOf !== null,
    });
  },
});

const create = operation({
  method: 'post',
  path: '/v1/predictors',
  operationId: 'createPredictor',
  tag,
  summary: 'Create a predictor',
  description: 'Creates a predictor. Predictions refer to it by id.',
  access: 'write',
  body: { schema: inputSchema, example: { name: 'A. Author', url: 'https://example.com' } },
  response: { status: 201, description: 'The created predictor.', schema: predictorSchema, example: predictorExample },
  handle: async ({ services }, { body }) => {
    const predictor = await createPredictor(services, { name: body.name, url: body.url ?? null });
    return {
      status: 201,
      body: predictorToJson(predictor),
      version: predictor.edits,
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
  description: 'Returns a predictor as it is now or was at `as_of`.',
  access: 'read',
  params: idParameter,
  query: { as_of: asOfField },
  response: { status: 200, description: 'The predictor.', schema: predictorSchema, example: predictorExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const predictor = await getPredictor(http.services, params.id, asOf);
    return { body: predictorToJson(predictor), version: predictor.edits, past: asOf !== null };
  },
});

const update = operation({
  method: 'patch',
  path: '/v1/predictors/{id}',
  operationId: 'updatePredictor',
  tag,
  summary: 'Correct a predictor',
  description:
    'Applies a JSON merge patch (RFC 7396). Each correction is a new version: requests with an earlier `as_of` show the version of that time, in the predictor itself and in predictions, forecasts and scorecards. Send If-Match to change only the version that you read.',
  access: 'write',
  params: idParameter,
  body: {
    schema: patchSchema,
    example: { name: predictorExample.name },
    mediaTypes: ['application/merge-patch+json', 'application/json'],
  },
  ifMatch: true,
  before: async ({ services }, { id }) => predictorToJson(await getPredictor(services, id)),
  response: {
    status: 200,
    description: 'The corrected predictor.',
    schema: predictorSchema,
    example: predictorExample,
  },
  handle: async ({ services }, { params, body, expected }) => {
    const fields = { name: body.name, url: body.url };
    requireChange(fields);
    const version = await pickVersion(expected, async () => (await getPredictor(services, params.id)).edits);
    const predictor = await updatePredictor(services, params.id, fields, version);
    return { body: predictorToJson(predictor), version: predictor.edits };
  },
});

const remove = operation({
  method: 'delete',
  path: '/v1/predictors/{id}',
  operationId: 'deletePredictor',
  tag,
  summary: 'Delete a predictor',
  description:
    'Deletes a predictor that nothing refers to. Returns 409 if a prediction, an earlier version of a prediction, or a forecast refers to it.',
  access: 'write',
  params: idParameter,
  before: async ({ services }, { id }) => predictorToJson(await getPredictor(services, id)),
  response: { status: 204, description: 'The predictor was deleted.' },
  refusals: ['conflict'],
  handle: async ({ services }, { params }) => {
    await deletePredictor(services, params.id);
    return { status: 204 };
  },
});

export const predictorOperations = [list, create, get, update, remove];
