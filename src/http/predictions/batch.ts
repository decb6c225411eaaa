import { z } from '@hono/zod-openapi';
import { batchMsMax, batchPredictionsMax, createPredictions } from '../../services/predictions/batch.ts';
import { operation } from '../operation/operation.ts';
import { createdSchema, predictionToJson } from './json.ts';
import { createdExample, createExample, createSchema, predictionInputOf } from './predictions.ts';

const { statement, made_at, criterion, tags } = createExample;
const entryExample = { statement, made_at, criterion, tags };

const batchSchema = z
  .strictObject({
    predictions: z
      .array(createSchema)
      .min(1)
      .max(batchPredictionsMax)
      .meta({ description: 'The predictions, each as in `POST /v1/predictions`.' }),
  })
  .meta({ id: 'PredictionBatchInput', description: 'Predictions that are created together.' });

const createdBatchSchema = z
  .object({
    data: z.array(createdSchema).meta({ description: 'The created predictions, in the order of the request.' }),
  })
  .meta({ id: 'CreatedPredictionBatch', description: 'The created predictions, in the order of the request.' });

const createBatch = operation({
  method: 'post',
  path: '/v1/predictions/batch',
  operationId: 'createPredictions',
  tag: 'Predictions',
  summary: 'Create several predictions',
  description: `Creates up to ${batchPredictionsMax} predictions in one transaction: all of them, or none if one is rejected. The errors of every rejected prediction are returned with pointers such as \`#/predictions/3/criterion\`; \`code\` is that of the first.`,
  access: 'write',
  body: { schema: batchSchema, example: { predictions: [entryExample] } },
  writeMsMax: batchMsMax,
  response: {
    status: 201,
    description: 'The created predictions.',
    schema: createdBatchSchema,
    example: { data: [createdExample] },
  },
  refusals: ['conflict', 'criterion_too_deep', 'criterion_too_large', 'criterion_too_costly'],
  handle: async ({ services }, { body, caller }) => {
    const inputs = body.predictions.map((entry) => predictionInputOf(entry, caller));
    const created = await createPredictions(services, inputs);
    const data = created.map(({ view, warnings }) => ({ ...predictionToJson(view, null), warnings }));
    return { status: 201, body: { data } };
  },
});

export const batchOperations = [createBatch];
