import { z } from '@hono/zod-openapi';
import { updatePrediction } from '../../services/predictions/edits.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import { pickVersion } from '../operation/etag.ts';
import { requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { predictionExample } from './examples.ts';
import { predictionSchema, predictionToJson } from './json.ts';
import {
  finePrintField,
  idParameter,
  locatorField,
  predictionSlugField,
  predictorField,
  sourceField,
  statementField,
  tagsField,
} from './words.ts';

const updateSchema = z
  .strictObject({
    slug: predictionSlugField.optional(),
    statement: statementField.optional(),
    fine_print: finePrintField.optional(),
    locator: locatorField.optional(),
    source_id: sourceField.optional(),
    predictor_id: predictorField.optional(),
    tags: tagsField.nullable().optional(),
  })
  .meta({
    id: 'PredictionPatch',
    minProperties: 1,
    description: 'Fields to change. null clears a field. The criterion cannot be changed here.',
  });

const update = operation({
  method: 'patch',
  path: '/v1/predictions/{id}',
  operationId: 'updatePrediction',
  tag: 'Predictions',
  summary: 'Update a prediction',
  description:
    'Applies a JSON merge patch (RFC 7396). Requests with an earlier `as_of` use the fields of that time. Once the prediction is resolved or withdrawn, only slug and tags can change; the other fields return 409 `frozen`, and POST /v1/predictions/{id}/errata appends a correction. To change the criterion, use POST /v1/predictions/{id}/criterion. Send If-Match to change only the version that you read.',
  access: 'write',
  params: idParameter,
  body: {
    schema: updateSchema,
    example: { tags: ['timelines', 'openai'] },
    mediaTypes: ['application/merge-patch+json', 'application/json'],
    hints: {
      criterion: 'criterion is frozen here; replace it with POST /v1/predictions/{id}/criterion',
    },
  },
  ifMatch: true,
  before: async ({ services }, { id }) => predictionToJson(await getPrediction(services, id, null), null),
  response: {
    status: 200,
    description: 'The updated prediction.',
    schema: predictionSchema,
    example: predictionExample,
  },
  refusals: ['conflict', 'frozen'],
  handle: async ({ services }, { params, body, expected }) => {
    const fields = {
      slug: body.slug,
      statement: body.statement,
      finePrint: body.fine_print,
      locator: body.locator,
      sourceId: body.source_id,
      predictorId: body.predictor_id,
      tags: body.tags === null ? [] : body.tags,
    };
    requireChange(fields);
    const version = await pickVersion(expected, async () => (await getPrediction(services, params.id, null)).version);
    const view = await updatePrediction(services, params.id, fields, version);
    return { body: predictionToJson(view, null), version: view.version };
  },
});

export const editOperations = [update];
