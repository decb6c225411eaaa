import { z } from '@hono/zod-openapi';
import type { Caller } from '../../domain/access/api-key.ts';
import { evidencePolicySchema } from '../../domain/criterion/policy.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import { createPrediction, getPrediction, type PredictionInput } from '../../services/predictions/predictions.ts';
import { readDocument } from '../../services/predictions/read-document.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { adminCaller } from '../operation/auth.ts';
import { asOfField, criterionField, dateField, probabilityField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { criterionExample, predictionExample, predictorExample } from './examples.ts';
import { createdSchema, predictionSchema, predictionToJson, stampOf } from './json.ts';
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

const tag = 'Predictions';

export const createSchema = z
  .strictObject({
    slug: predictionSlugField.optional(),
    statement: statementField,
    made_at: dateField.meta({
      description:
        'When the claim was made, with the precision that is known: 2025, 2025-01, 2025-01-12 or an RFC 3339 date-time.',
      example: '2025-01',
    }),
    criterion: criterionField,
    fine_print: finePrintField.optional(),
    source_id: sourceField.optional(),
    locator: locatorField.optional(),
    predictor_id: predictorField.optional(),
    tags: tagsField.optional(),
    evidence_policy: evidencePolicySchema
      .nullable()
      .optional()
      .meta({ description: 'An evidence policy stricter than the default. Default: null, the default policy.' }),
    probability: probabilityField.optional().meta({
      description: 'Probability that the predictor gave to the claim. Recorded as the first forecast.',
      example: 0.9,
    }),
  })
  .meta({ id: 'PredictionInput', description: 'A claim and the criterion that decides it.' });

export const createdExample = {
  ...predictionExample,
  status: 'open',
  outcome: null,
  resolution: null,
  version: 1,
  updated_at: predictionExample.created_at,
  warnings: [],
};

/** Without a slug, so that it can be sent repeatedly. */
export const createExample = {
  statement: predictionExample.statement,
  made_at: '2025-01',
  criterion: criterionExample,
  predictor_id: predictorExample.id,
  probability: 0.9,
  tags: ['timelines'],
};

export function predictionInputOf(body: z.output<typeof createSchema>, caller: Caller | null): PredictionInput {
  return {
    slug: body.slug,
    statement: body.statement,
    madeAt: body.made_at,
    criterion: body.criterion,
    finePrint: body.fine_print,
    sourceId: body.source_id,
    locator: body.locator,
    predictorId: body.predictor_id,
    tags: body.tags,
    evidencePolicy: body.evidence_policy,
    probability: body.probability,
    recordedBy: (caller ?? adminCaller).id,
  };
}

const create = operation({
  method: 'post',
  path: '/v1/predictions',
  operationId: 'createPrediction',
  tag,
  summary: 'Create a prediction',
  description:
    'Records a claim with a machine-checkable criterion. If the stored evidence already decides the criterion, the prediction is resolved immediately. `warnings` lists likely mistakes. The criterion cannot be edited; it can be replaced by a new version with a reason.',
  access: 'write',
  findsIdentity: true,
  body: {
    schema: createSchema,
    example: createExample,
  },
  response: { status: 201, description: 'The created prediction.', schema: createdSchema, example: createdExample },
  refusals: ['conflict', 'criterion_too_deep', 'criterion_too_large', 'criterion_too_costly'],
  handle: async ({ services }, { body, caller }) => {
    const { view, warnings } = await createPrediction(services, predictionInputOf(body, caller));
    const headers = { location: `/v1/predictions/${view.prediction.id}` };
    return { status: 201, body: { ...predictionToJson(view, null), warnings }, version: view.version, headers };
  },
});

const get = operation({
  method: 'get',
  path: '/v1/predictions/{id}',
  operationId: 'getPrediction',
  tag,
  summary: 'Get a prediction',
  description:
    'Returns a prediction as it is now or was at `as_of`. A response with `as_of` never changes, whatever is observed later.',
  access: 'read',
  params: idParameter,
  query: { as_of: asOfField },
  readsKept: true,
  response: { status: 200, description: 'The prediction.', schema: predictionSchema, example: predictionExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const kept = asOf === null ? await readDocument(http.services.db.reads, http.services, params.id) : null;
    if (kept !== null) return kept;
    const view = await getPrediction(await withCurrentIdentity(http.services), params.id, asOf);
    return {
      body: predictionToJson(view, stampOf(asOf, http.services)),
      version: view.version,
      past: asOf !== null,
    };
  },
});

export const predictionOperations = [create, get];
