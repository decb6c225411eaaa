import { z } from '@hono/zod-openapi';
import { evidencePolicySchema } from '../../domain/criterion/policy.ts';
import { outcomes } from '../../domain/outcome.ts';
import { updatePrediction } from '../../services/predictions/edits.ts';
import { countPredictions, listPredictions, predictionSorts } from '../../services/predictions/lists.ts';
import { createPrediction, getPrediction, type PredictionInput } from '../../services/predictions/predictions.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { pageDefault, placePosition } from '../operation/cursor.ts';
import { pickVersion } from '../operation/etag.ts';
import {
  asOfField,
  criterionField,
  dateField,
  filterFlag,
  filterList,
  filterMoment,
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
  totalField,
} from '../operation/fields.ts';
import { given, requireChange } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { pageReply, readPosition } from '../operation/paging.ts';
import { criterionExample, predictionExample, predictorExample } from './examples.ts';
import { predictionFilterFields, predictionFilterOf } from './filter.ts';
import { createdSchema, predictionSchema, predictionToJson, stampOf, statuses } from './json.ts';

const tag = 'Predictions';
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const statementField = text(statementCharsMax, {
  description: 'The claim, in words.',
  example: predictionExample.statement,
});
const finePrintField = text(finePrintCharsMax, {
  description: 'How the statement was translated into the criterion.',
  example: 'A limited preview counts as released.',
}).nullable();
const locatorField = text(nameCharsMax, {
  description: 'Place within the source, such as a section or a page.',
  example: 'section VI',
}).nullable();
const sourceField = referenceField
  .nullable()
  .meta({ description: 'Id of the source.', example: predictionExample.source.id });
const predictorField = referenceField
  .nullable()
  .meta({ description: 'Id of the predictor.', example: predictionExample.predictor.id });
const tagsField = z
  .array(tagField)
  .max(tagsMax)
  .meta({ description: 'Tags. Duplicates are dropped.', example: ['timelines'] });

export const createSchema = z
  .strictObject({
    slug: slugField.optional(),
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

const updateSchema = z
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
    description: 'Fields to change. null clears a field. The criterion cannot be changed here.',
  });

export const createdExample = {
  ...predictionExample,
  status: 'open',
  outcome: null,
  resolution: null,
  version: 1,
  updated_at: predictionExample.created_at,
  warnings: [],
};

export const createExample = {
  slug: 'gpt-5-never-released',
  statement: predictionExample.statement,
  made_at: '2025-01',
  criterion: criterionExample,
  predictor_id: predictorExample.id,
  probability: 0.9,
  tags: ['timelines'],
};

export function predictionInputOf(body: z.output<typeof createSchema>): PredictionInput {
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
  body: {
    schema: createSchema,
    example: createExample,
  },
  response: { status: 201, description: 'The created prediction.', schema: createdSchema, example: createdExample },
  refusals: ['conflict', 'criterion_too_deep', 'criterion_too_large', 'criterion_too_costly'],
  handle: async ({ services }, { body }) => {
    const { view, warnings } = await createPrediction(services, predictionInputOf(body));
    const headers = { location: `/v1/predictions/${view.prediction.id}` };
    return { status: 201, body: { ...predictionToJson(view, null), warnings }, version: view.version, headers };
  },
});

const predictionListSchema = pageSchema('PredictionList', 'A page of predictions.', predictionSchema)
  .extend({ total: totalField })
  .meta({ id: 'PredictionList', description: 'A page of predictions.' });

const list = operation({
  method: 'get',
  path: '/v1/predictions',
  operationId: 'listPredictions',
  tag,
  summary: 'List predictions',
  description: 'Returns predictions as they are now or were at `as_of`. Default order: newest first.',
  access: 'read',
  query: {
    status: filterList(statuses, {
      description: `Only predictions with this status: ${statuses.map((status) => `\`${status}\``).join(', ')}. Several are separated by commas, or the parameter is repeated.`,
      example: 'open,proposed',
    }),
    outcome: z.enum(outcomes).optional().meta({ description: 'Only predictions with this outcome.', example: 'yes' }),
    ...predictionFilterFields,
    'resolved_at[gte]': filterMoment('Current resolution recorded at or after this moment.', '2025-01-01'),
    'resolved_at[lt]': filterMoment('Current resolution recorded before this moment.', '2026-01-01'),
    as_of: asOfField,
    sort: z.enum(predictionSorts).optional().meta({
      description:
        'Sort by when predictions were recorded or made, by their deadline, or by when their current resolution was recorded; a leading hyphen sorts descending. Predictions without a deadline or resolution come last in both directions. Default: `-recorded_at`.',
      example: '-recorded_at',
    }),
    count: filterFlag('If true, `total` is the number of predictions on all pages. Not with `as_of`. Default: false.'),
    ...pageFields,
  },
  lists: ['status'],
  response: {
    status: 200,
    description: 'A page.',
    schema: predictionListSchema,
    example: { data: [predictionExample], next_cursor: null },
  },
  handle: async (http, input) => {
    const { services } = http;
    const { query } = input;
    const asOf = pastOrNow(http, query.as_of);
    const resolvedAt = given({ resolvedAtGte: query['resolved_at[gte]'], resolvedAtLt: query['resolved_at[lt]'] });
    const matching = {
      filter: { ...predictionFilterOf(query), ...resolvedAt },
      statuses: query.status ?? null,
      outcome: query.outcome ?? null,
      asOf,
    };
    const total = query.count === true ? await countPredictions(services, matching) : undefined;
    const { views, next } = await listPredictions(services, {
      ...matching,
      after: readPosition(input, placePosition),
      sort: query.sort ?? '-recorded_at',
      limit: query.limit ?? pageDefault,
    });
    const stamp = stampOf(asOf, services);
    return pageReply(
      input,
      views.map((view) => predictionToJson(view, stamp)),
      next,
      { past: asOf !== null, ...(total === undefined ? {} : { extra: { total } }) },
    );
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
  response: { status: 200, description: 'The prediction.', schema: predictionSchema, example: predictionExample },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const view = await getPrediction(http.services, params.id, asOf);
    return {
      body: predictionToJson(view, stampOf(asOf, http.services)),
      version: view.version,
      past: asOf !== null,
    };
  },
});

const update = operation({
  method: 'patch',
  path: '/v1/predictions/{id}',
  operationId: 'updatePrediction',
  tag,
  summary: 'Update a prediction',
  description:
    'Applies a JSON merge patch (RFC 7396). Requests with an earlier `as_of` use the fields of that time. Once the prediction is resolved, only slug and tags can change; the other fields return 409 `frozen`, and POST /v1/predictions/{id}/errata appends a correction. To change the criterion, use POST /v1/predictions/{id}/criterion. Send If-Match to change only the version that you read.',
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

export const predictionOperations = [list, create, get, update];
