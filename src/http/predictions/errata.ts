import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { erratumToJson } from '../../services/predictions/document.ts';
import { createPredictionErratum, listPredictionErrata } from '../../services/predictions/errata.ts';
import { pageFields, pageSchema, reasonCharsMax, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithAppended } from '../operation/paging.ts';
import { erratumSchema } from './erratum-json.ts';
import { predictionExample } from './examples.ts';

const tag = 'Predictions';
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const inputExample = { text: 'The claim is on page 12, not 11.', reason: 'The second edition moved the section.' };
const erratumExample = {
  id: 'err_01k2a1b2c3d4e5f6g7h8j9k0m1',
  ...inputExample,
  recorded_at: formatInstant(Date.UTC(2025, 8)),
};

const inputSchema = z
  .strictObject({
    text: text(reasonCharsMax, { description: 'What is wrong and what is right.', example: inputExample.text }),
    reason: text(reasonCharsMax, { description: 'Why it is corrected.', example: inputExample.reason }),
  })
  .meta({ id: 'ErratumInput', description: 'A correction and the reason for it.' });

const create = operation({
  method: 'post',
  path: '/v1/predictions/{id}/errata',
  operationId: 'createPredictionErratum',
  tag,
  summary: 'Add an erratum to a prediction',
  description:
    'Appends a correction to a prediction without changing its words, which are frozen once it is resolved. The prediction, its history and the event `prediction.erratum_added` show it. Returns 409 if the prediction has 50 errata.',
  access: 'write',
  params: idParameter,
  body: { schema: inputSchema, example: inputExample },
  response: { status: 201, description: 'The recorded erratum.', schema: erratumSchema, example: erratumExample },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body }) => {
    const erratum = await createPredictionErratum(services, params.id, body);
    const headers = { location: `/v1/predictions/${erratum.predictionId}/errata` };
    return { status: 201, body: erratumToJson(erratum), headers };
  },
});

const list = operation({
  method: 'get',
  path: '/v1/predictions/{id}/errata',
  operationId: 'listPredictionErrata',
  tag,
  summary: "List a prediction's errata",
  description: 'Returns every erratum of a prediction, oldest first.',
  access: 'read',
  params: idParameter,
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ErratumList', 'A page of errata.', erratumSchema),
    example: { data: [erratumExample], next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithAppended(input, { listAll: () => listPredictionErrata(services, input.params.id), toJson: erratumToJson }),
});

export const erratumOperations = [list, create];
