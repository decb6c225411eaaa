import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { forecastStandings } from '../../domain/scores/forecast.ts';
import {
  createPredictionForecast,
  type ForecastView,
  listPredictionForecasts,
} from '../../services/scores/forecasts.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { numberPosition } from '../operation/cursor.ts';
import {
  asOfField,
  dateField,
  filterText,
  instantText,
  nameCharsMax,
  pageFields,
  pageSchema,
  probabilityField,
  referenceField,
  text,
} from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { forecastExample, predictionExample, predictorExample, sourceExample } from '../predictions/examples.ts';

const tag = 'Forecasts';
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const forecastSchema = z
  .object({
    id: z.string().meta({ description: 'Unique identifier. Never changes.', example: forecastExample.id }),
    prediction_id: z.string().meta({ description: 'Id of the prediction.', example: forecastExample.prediction_id }),
    predictor: z
      .object({
        id: z.string().meta({ description: 'Id of the predictor.', example: predictorExample.id }),
        name: z.string().meta({ description: 'Name of the predictor.', example: predictorExample.name }),
      })
      .meta({ description: 'The predictor.' }),
    probability: probabilityField,
    made_at: z
      .string()
      .meta({ description: 'When the forecast was made, with the precision that is known.', example: '2025-01' }),
    recorded_at: instantText('When it was recorded.'),
    criterion_version: z.int().meta({
      description: 'Version of the criterion when the forecast was recorded.',
      example: 1,
    }),
    source_id: z
      .string()
      .nullable()
      .meta({ description: 'Id of the source of the forecast.', example: sourceExample.id }),
    locator: z
      .string()
      .nullable()
      .meta({ description: 'Place within the source, such as a section or a page.', example: 'section VI' }),
    hindsight: z.boolean().meta({
      description: 'True if the forecast was recorded after the deciding event had happened or was known.',
      example: false,
    }),
    scoring: z.enum(forecastStandings).meta({
      description:
        'Whether the forecast is scored and, if not, why: the first of these that applies. `waiting`: the prediction is not resolved. `unanswered`: the outcome is ambiguous or annulled, or the prediction was withdrawn. `other_criterion`: the forecast is about a different version of the criterion than the resolved one. `too_late`: it was not made entirely before the deciding event. `hindsight`: scored separately. `scored`: part of the score.',
      example: 'scored',
    }),
  })
  .meta({ id: 'Forecast', description: 'A probability that a predictor gave to a prediction at one time.' });

function forecastToJson({ forecast, hindsight, standing }: ForecastView): z.infer<typeof forecastSchema> {
  return {
    id: forecast.id,
    prediction_id: forecast.predictionId,
    predictor: { id: forecast.predictorId, name: forecast.predictorName },
    probability: forecast.probability,
    made_at: forecast.madeAt,
    recorded_at: formatInstant(forecast.recordedAt),
    criterion_version: forecast.criterionVersion,
    source_id: forecast.sourceId,
    locator: forecast.locator,
    hindsight,
    scoring: standing,
  };
}

const inputSchema = z
  .strictObject({
    probability: probabilityField,
    made_at: dateField.optional().meta({
      description:
        'When the forecast was made: 2025, 2025-01, 2025-01-12 or an RFC 3339 date-time. Not in the future. Default: now.',
      example: '2025-01-12',
    }),
    predictor_id: referenceField.optional().meta({
      description: 'Id of the predictor. Default: the predictor of the prediction.',
      example: predictorExample.id,
    }),
    source_id: referenceField
      .nullable()
      .optional()
      .meta({ description: 'Id of the source of the forecast.', example: sourceExample.id }),
    locator: text(nameCharsMax, {
      description: 'Place within the source, such as a section or a page.',
      example: 'section VI',
    })
      .nullable()
      .optional(),
  })
  .meta({ id: 'ForecastInput', description: 'A forecast to record.' });

const list = operation({
  method: 'get',
  path: '/v1/predictions/{id}/forecasts',
  operationId: 'listPredictionForecasts',
  tag,
  summary: "List a prediction's forecasts",
  description:
    'Returns the forecasts of a prediction, in the order in which they were made. With `as_of`: only those recorded by then.',
  access: 'read',
  params: idParameter,
  query: {
    predictor: filterText('Id of the predictor.', predictorExample.id),
    as_of: asOfField,
    ...pageFields,
  },
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ForecastList', 'A page of forecasts.', forecastSchema),
    example: { data: [forecastExample], next_cursor: null },
  },
  handle: async (http, input) => {
    const { params, query } = input;
    const asOf = pastOrNow(http, query.as_of);
    const filter = { predictorId: query.predictor ?? null, asOf };
    return await replyWithPage(input, {
      position: numberPosition,
      list: (after, limit) => listPredictionForecasts(http.services, params.id, { ...filter, after, limit }),
      positionOf: (row) => row.seq,
      toJson: forecastToJson,
      past: asOf !== null,
    });
  },
});

const record = operation({
  method: 'post',
  path: '/v1/predictions/{id}/forecasts',
  operationId: 'createPredictionForecast',
  tag,
  summary: 'Create a forecast',
  description:
    'Records a forecast. Forecasts cannot be edited: to correct one, record another with the same `made_at`; the later one counts. For a resolved prediction, a forecast made after the deciding event returns 409; an earlier one is marked `hindsight` and scored separately.',
  access: 'write',
  params: idParameter,
  body: { schema: inputSchema, example: { probability: 0.9, made_at: '2025-01', locator: 'section VI' } },
  response: {
    status: 201,
    description: 'The created forecast.',
    schema: forecastSchema,
    example: { ...forecastExample, scoring: 'waiting' },
  },
  refusals: ['conflict', 'withdrawn'],
  handle: async ({ services }, { params, body }) => {
    const view = await createPredictionForecast(services, params.id, {
      probability: body.probability,
      madeAt: body.made_at,
      predictorId: body.predictor_id,
      sourceId: body.source_id,
      locator: body.locator,
    });
    return {
      status: 201,
      body: forecastToJson(view),
      headers: { location: `/v1/predictions/${view.forecast.predictionId}/forecasts` },
    };
  },
});

export const forecastOperations = [list, record];
