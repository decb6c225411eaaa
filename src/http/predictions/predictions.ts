import { z } from '@hono/zod-openapi';
import { evidencePolicySchema } from '../../domain/criterion/policy.ts';
import { listPredictions } from '../../services/predictions/lists.ts';
import { createPrediction, getPrediction, updatePrediction } from '../../services/predictions/predictions.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { numberPosition, pageDefault, readCursor } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import {
  asOfField,
  criterionField,
  dateField,
  finePrintCharsMax,
  nameCharsMax,
  pageFields,
  pageSchema,
  probabilityField,
  referenceField,
  slugField,
  statementCharsMax,
  tagField,
  tagsMax,
  text,
} from '../operation/fields.ts';
import { requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { pageReply } from '../operation/reply.ts';
import { criterionExample, predictionExample, predictorExample } from './examples.ts';
import { predictionFilterFields, predictionFilterOf } from './filter.ts';
import { outcomes, predictionSchema, predictionToJson, recordedSchema, stampOf, statuses } from './json.ts';

const tag = 'Predictions';
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const statementField = text(statementCharsMax, {
  description: 'What was claimed, in words.',
  example: predictionExample.statement,
});
const finePrintField = text(finePrintCharsMax, {
  description: 'How the words were turned into the criterion.',
  example: 'A limited preview counts as released.',
}).nullable();
const locatorField = text(nameCharsMax, { description: 'Where in the source.', example: 'section VI' }).nullable();
const sourceField = referenceField
  .nullable()
  .meta({ description: 'Id of the source.', example: predictionExample.source.id });
const predictorField = referenceField
  .nullable()
  .meta({ description: 'Id of the predictor.', example: predictionExample.predictor.id });
const tagsField = z
  .array(tagField)
  .max(tagsMax)
  .meta({ description: 'Tags; repeated ones count once.', example: ['timelines'] });

const createSchema = z
  .strictObject({
    slug: slugField.optional(),
    statement: statementField,
    made_at: dateField.meta({
      description: 'When it was said: 2025, 2025-01, 2025-01-12 or an RFC 3339 instant.',
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
      .meta({ description: 'A tighter evidence policy than the default.' }),
    probability: probabilityField.optional().meta({
      description: 'How probable its predictor called it, if a number was stated: becomes the first of its forecasts.',
      example: 0.9,
    }),
  })
  .meta({ id: 'PredictionInput', description: 'A claim and the criterion that settles it.' });

const editSchema = z
  .strictObject({
    slug: slugField.optional(),
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
    description: 'What may be edited. null takes a value away. The criterion is not among it.',
  });

const given201 = {
  ...predictionExample,
  status: 'open',
  outcome: null,
  resolution: null,
  version: 1,
  updated_at: predictionExample.created_at,
  warnings: [],
};

const record = operation({
  method: 'post',
  path: '/v1/predictions',
  operationId: 'createPrediction',
  tag,
  summary: 'Record a prediction',
  description:
    'Records a claim with a machine-checkable criterion. It is settled at once when the evidence at hand already does; `warnings` say what to look at. The criterion is frozen: a correction is a new version with a reason.',
  access: 'write',
  body: {
    schema: createSchema,
    example: {
      slug: 'gpt-5-never-released',
      statement: predictionExample.statement,
      made_at: '2025-01',
      criterion: criterionExample,
      predictor_id: predictorExample.id,
      probability: 0.9,
      tags: ['timelines'],
    },
  },
  answer: { status: 201, description: 'Recorded.', schema: recordedSchema, example: given201 },
  refusals: ['conflict', 'criterion_too_deep', 'criterion_too_large'],
  handle: async ({ services }, { body }) => {
    const { view, warnings } = await createPrediction(services, {
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
    });
    const headers = { location: `/v1/predictions/${view.prediction.id}` };
    return { status: 201, body: { ...predictionToJson(view, null), warnings }, version: view.version, headers };
  },
});

const list = operation({
  method: 'get',
  path: '/v1/predictions',
  operationId: 'listPredictions',
  tag,
  summary: 'List predictions',
  description: 'Predictions as they stand, or stood at `as_of`, newest first unless sorted otherwise.',
  access: 'read',
  query: {
    status: z.enum(statuses).optional().meta({ description: 'How it stands.', example: 'open' }),
    outcome: z.enum(outcomes).optional().meta({ description: 'What it came to.', example: 'yes' }),
    ...predictionFilterFields,
    as_of: asOfField,
    sort: z.enum(['recorded_at', '-recorded_at']).optional().meta({
      description: 'Order of recording; with a dash newest first, which is the default.',
      example: '-recorded_at',
    }),
    ...pageFields,
  },
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('PredictionList', 'A page of predictions.', predictionSchema),
    example: { data: [predictionExample], next_cursor: null },
  },
  handle: async (http, { query, listing, target }) => {
    const { services } = http;
    const asOf = pastOrNow(http, query.as_of);
    const { views, next } = await listPredictions(services, {
      filter: predictionFilterOf(query),
      status: query.status ?? null,
      outcome: query.outcome ?? null,
      asOf,
      after: query.cursor === undefined ? null : readCursor(listing, query.cursor, numberPosition),
      sort: query.sort ?? '-recorded_at',
      limit: query.limit ?? pageDefault,
    });
    const stamp = stampOf(asOf, services.identity.version);
    return pageReply(
      { listing, target },
      views.map((view) => predictionToJson(view, stamp)),
      next,
      { past: asOf !== null },
    );
  },
});

const find = operation({
  method: 'get',
  path: '/v1/predictions/{id}',
  operationId: 'getPrediction',
  tag,
  summary: 'Get a prediction',
  description:
    'A prediction as it stands, or as it stood at `as_of`: that answer is the same for ever, whatever is observed later.',
  access: 'read',
  params: idParameter,
  query: { as_of: asOfField },
  answer: { status: 200, description: 'The prediction.', schema: predictionSchema, example: predictionExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const view = await getPrediction(http.services, params.id, asOf);
    return {
      body: predictionToJson(view, stampOf(asOf, http.services.identity.version)),
      version: view.version,
      past: asOf !== null,
    };
  },
});

const edit = operation({
  method: 'patch',
  path: '/v1/predictions/{id}',
  operationId: 'updatePrediction',
  tag,
  summary: 'Edit a prediction',
  description:
    'A JSON merge patch (RFC 7396) of what may be edited; the criterion is corrected by a POST of its own. Send If-Match to edit only the version that was seen.',
  access: 'write',
  params: idParameter,
  body: {
    schema: editSchema,
    example: { tags: ['timelines', 'openai'] },
    mediaTypes: ['application/merge-patch+json', 'application/json'],
    hints: {
      criterion: 'the criterion is frozen here: correct it, with a reason, by POST /v1/predictions/{id}/criterion',
    },
  },
  ifMatch: true,
  before: async ({ services }, { id }) => predictionToJson(await getPrediction(services, id, null), null),
  answer: {
    status: 200,
    description: 'The prediction as edited.',
    schema: predictionSchema,
    example: predictionExample,
  },
  refusals: ['conflict'],
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

export const predictionOperations = [list, record, find, edit];
