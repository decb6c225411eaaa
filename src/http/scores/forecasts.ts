import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { forecastStandings } from '../../domain/scores/forecast.ts';
import {
  createPredictionForecast,
  type ForecastView,
  listPredictionForecasts,
} from '../../services/scores/forecasts.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { numberPosition, pageDefault, readCursor } from '../operation/cursor.ts';
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
import { cutPage, pageReply } from '../operation/reply.ts';
import { forecastExample, predictionExample, predictorExample, sourceExample } from '../predictions/examples.ts';

const tag = 'Forecasts';
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const forecastSchema = z
  .object({
    id: z.string().meta({ description: 'Stands for ever.', example: forecastExample.id }),
    prediction_id: z.string().meta({ description: 'Of which prediction.', example: forecastExample.prediction_id }),
    predictor: z
      .object({
        id: z.string().meta({ description: 'Id of the predictor.', example: predictorExample.id }),
        name: z.string().meta({ description: 'What it is called.', example: predictorExample.name }),
      })
      .meta({ description: 'Who said it.' }),
    probability: probabilityField,
    made_at: z.string().meta({ description: 'When it was said, as exactly as known.', example: '2025-01' }),
    recorded_at: instantText('When it was entered here.'),
    criterion_version: z.int().meta({
      description: 'The version of the criterion that stood when it was recorded: what it is a forecast of.',
      example: 1,
    }),
    source_id: z
      .string()
      .nullable()
      .meta({ description: 'Id of the source where it was said.', example: sourceExample.id }),
    locator: z.string().nullable().meta({ description: 'Where in the source.', example: 'section VI' }),
    hindsight: z.boolean().meta({
      description: 'True when it was recorded after what settled the prediction had happened or was known.',
      example: false,
    }),
    scoring: z.enum(forecastStandings).meta({
      description:
        'What it counts for, the first that applies. waiting: the prediction is not resolved. unanswered: it came out ambiguous or annulled. other_criterion: it is a forecast of another version of the criterion than the one that was resolved. too_late: it was not said wholly before what settled the prediction. hindsight: scored apart. scored: it counts.',
      example: 'scored',
    }),
  })
  .meta({ id: 'Forecast', description: 'How probable a predictor called a prediction, and when.' });

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
        'When it was said, never in the future: 2025, 2025-01, 2025-01-12 or an RFC 3339 instant. Left out: now.',
      example: '2025-01-12',
    }),
    predictor_id: referenceField.optional().meta({
      description: 'Id of the predictor who said it. Left out: the one who made the claim.',
      example: predictorExample.id,
    }),
    source_id: referenceField
      .nullable()
      .optional()
      .meta({ description: 'Id of the source where it was said.', example: sourceExample.id }),
    locator: text(nameCharsMax, { description: 'Where in the source.', example: 'section VI' }).nullable().optional(),
  })
  .meta({ id: 'ForecastInput', description: 'How probable somebody calls a prediction.' });

const list = operation({
  method: 'get',
  path: '/v1/predictions/{id}/forecasts',
  operationId: 'listPredictionForecasts',
  tag,
  summary: "List a prediction's forecasts",
  description:
    'How probable it was called, by whom and when, in the order in which it was said. With `as_of`: what was recorded by then.',
  access: 'read',
  params: idParameter,
  query: {
    predictor: filterText('Id of the predictor.', predictorExample.id),
    as_of: asOfField,
    ...pageFields,
  },
  answer: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('ForecastList', 'A page of forecasts.', forecastSchema),
    example: { data: [forecastExample], next_cursor: null },
  },
  handle: async (http, { params, query, listing, target }) => {
    const asOf = pastOrNow(http, query.as_of);
    const found = await listPredictionForecasts(http.services, params.id, {
      predictorId: query.predictor ?? null,
      asOf,
      after: query.cursor === undefined ? null : readCursor(listing, query.cursor, numberPosition),
      limit: (query.limit ?? pageDefault) + 1,
    });
    const { rows, next } = cutPage(found, query.limit, (last) => last.seq);
    return pageReply({ listing, target }, rows.map(forecastToJson), next, { past: asOf !== null });
  },
});

const record = operation({
  method: 'post',
  path: '/v1/predictions/{id}/forecasts',
  operationId: 'createPredictionForecast',
  tag,
  summary: 'Record a forecast',
  description:
    'Appends how probable somebody calls a prediction. Nothing is edited: a slip is mended by another forecast with the same `made_at`, the later one counts. What was not said before the answer of a resolved prediction is refused with 409; what was, and is only recorded now, is marked `hindsight` and scored apart.',
  access: 'write',
  params: idParameter,
  body: { schema: inputSchema, example: { probability: 0.9, made_at: '2025-01', locator: 'section VI' } },
  answer: {
    status: 201,
    description: 'Recorded.',
    schema: forecastSchema,
    example: { ...forecastExample, scoring: 'waiting' },
  },
  refusals: ['conflict'],
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
