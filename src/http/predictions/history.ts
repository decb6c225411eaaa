import { z } from '@hono/zod-openapi';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { formatInstant } from '../../domain/instant.ts';
import { erratumToJson, resolutionToJson } from '../../services/predictions/document.ts';
import { type HistoryEntry, listPredictionHistory } from '../../services/predictions/history.ts';
import { instantPosition, numberPosition, textPosition } from '../operation/cursor.ts';
import { instantText, pageFields, pageSchema, probabilityField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { replyWithPage } from '../operation/paging.ts';
import { erratumSchema } from './erratum-json.ts';
import { forecastExample, predictionExample, resolutionExample } from './examples.ts';
import { leaningSchema } from './json.ts';
import { resolutionSchema } from './resolution-json.ts';

const criterionSchema = z.object({
  version: z.int().meta({ description: 'Version of the criterion, from 1.' }),
  hash: z.string().meta({ description: 'SHA-256 of the criterion as canonical JSON.' }),
  text: z.string().meta({ description: 'The criterion in plain words.' }),
  reason: z
    .string()
    .nullable()
    .meta({ description: 'Why it replaced the previous version. Null for the first version.' }),
});

const changeSchema = z.object({
  field: z.string().meta({ example: 'tags' }),
  before: z.unknown().openapi({ description: 'Value before the change.' }),
  after: z.unknown().openapi({ description: 'Value after the change.' }),
});

const forecastSchema = z.object({
  id: z.string().meta({ description: 'Id of the forecast.', example: forecastExample.id }),
  predictor: z
    .object({
      id: z.string().meta({ description: 'Id of the predictor.', example: forecastExample.predictor.id }),
      name: z.string().meta({ description: 'Name of the predictor.', example: forecastExample.predictor.name }),
    })
    .meta({ description: 'The predictor.' }),
  probability: probabilityField,
  made_at: z.string().meta({
    description: 'When the forecast was made, with the precision that is known.',
    example: forecastExample.made_at,
  }),
});

const entrySchema = z
  .object({
    at: instantText('When it was recorded.'),
    what: z
      .enum([
        'created',
        'criterion_replaced',
        'edited',
        'forecast',
        'proposed',
        'disputed',
        'resolved',
        'amended',
        'erratum',
        'withdrawn',
      ])
      .meta({
        description:
          'Kind of entry. `disputed`: evidence contradicts the resolution in `contradicts` or, if that is null, other evidence.',
      }),
    made_at: z.string().nullable().meta({ description: 'When the claim was made. Null except in `created`.' }),
    criterion: criterionSchema
      .nullable()
      .meta({ description: 'The criterion. Null except in `created` and `criterion_replaced`.' }),
    changes: z.array(changeSchema).nullable().meta({ description: 'The changed fields. Null except in `edited`.' }),
    forecast: forecastSchema.nullable().meta({ description: 'The forecast. Null except in `forecast`.' }),
    leaning: leaningSchema
      .nullable()
      .meta({ description: 'The outcome that the evidence pointed to. Null except in `proposed` and `disputed`.' }),
    contradicts: z
      .string()
      .nullable()
      .meta({ description: 'Id of the contradicted resolution. Null except in `disputed`.' }),
    resolution: resolutionSchema
      .nullable()
      .meta({ description: 'The resolution. Null except in `resolved` and `amended`.' }),
    erratum: erratumSchema.nullable().meta({ description: 'The erratum. Null except in `erratum`.' }),
  })
  .meta({ id: 'HistoryEntry', description: 'One change of a prediction.' });

type EntryJson = z.infer<typeof entrySchema>;

/** Fields that do not belong to the kind of an entry are null. */
const nullFields = {
  made_at: null,
  criterion: null,
  changes: null,
  forecast: null,
  leaning: null,
  contradicts: null,
  resolution: null,
  erratum: null,
};

function entryToJson(entry: HistoryEntry): EntryJson {
  const { what } = entry;
  const base = { at: formatInstant(entry.at), what, ...nullFields };
  switch (what) {
    case 'created':
      return { ...base, made_at: entry.madeAt, criterion: criterionToJson(entry.criterion) };
    case 'criterion_replaced':
      return { ...base, criterion: criterionToJson(entry.criterion) };
    case 'edited':
      return { ...base, changes: [...entry.changes] };
    case 'forecast': {
      const { id, predictorId, predictorName, probability, madeAt } = entry.forecast;
      return {
        ...base,
        forecast: { id, predictor: { id: predictorId, name: predictorName }, probability, made_at: madeAt },
      };
    }
    case 'proposed':
    case 'disputed':
      return { ...base, leaning: entry.leaning, contradicts: entry.contradicts };
    case 'resolved':
    case 'amended':
      return { ...base, resolution: resolutionToJson(entry.resolution) };
    case 'erratum':
      return { ...base, erratum: erratumToJson(entry.erratum) };
    case 'withdrawn':
      return base;
  }
}

type CriterionVersion = Extract<HistoryEntry, { what: 'created' }>['criterion'];

function criterionToJson({
  version,
  criterion,
  criterionHash,
  reason,
}: CriterionVersion): z.infer<typeof criterionSchema> {
  return { version, hash: criterionHash, text: describeCriterion(criterion), reason };
}

const historyExample = [
  {
    ...nullFields,
    at: predictionExample.created_at,
    what: 'created',
    made_at: predictionExample.made_at,
    criterion: {
      version: 1,
      hash: predictionExample.criterion_hash,
      text: predictionExample.criterion_text,
      reason: null,
    },
  },
  { ...nullFields, at: resolutionExample.decided_at, what: 'resolved', resolution: resolutionExample },
];

const place = z.tuple([instantPosition, numberPosition, textPosition]);

const list = operation({
  method: 'get',
  path: '/v1/predictions/{id}/history',
  operationId: 'listPredictionHistory',
  tag: 'Predictions',
  summary: "List a prediction's history",
  description:
    'Returns every change of a prediction, oldest first: creation, edits, forecasts, new criterion versions, proposals, disputes, resolutions, amendments, errata and its withdrawal.',
  access: 'read',
  params: { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } },
  query: pageFields,
  response: {
    status: 200,
    description: 'A page.',
    schema: pageSchema('HistoryEntryList', 'A page of history entries.', entrySchema),
    example: { data: historyExample, next_cursor: null },
  },
  handle: ({ services }, input) =>
    replyWithPage(input, {
      position: place,
      list: (at, limit) => {
        const after = at === null ? null : { at: at[0], rank: at[1], key: at[2] };
        return listPredictionHistory(services, input.params.id, { after, limit });
      },
      positionOf: ({ place: { at, rank, key } }) => [at, rank, key],
      toJson: entryToJson,
    }),
});

export const historyOperations = [list];
