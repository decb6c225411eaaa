import { z } from '@hono/zod-openapi';
import { evidencePolicySchema } from '../domain/policy.ts';
import { Refusal } from '../domain/refusal.ts';
import { editPrediction, findPredictionAt, listPredictionsAt, recordPrediction } from '../services/predictions.ts';
import { pastOrNow } from './as-of.ts';
import { numberPosition, pageDefault, readCursor } from './cursor.ts';
import { warningSchema } from './criteria.ts';
import { pickVersion } from './etag.ts';
import { criterionExample, predictionExample } from './examples.ts';
import {
  asOfField,
  dateField,
  filterMoment,
  filterText,
  finePrintCharsMax,
  nameCharsMax,
  pageFields,
  referenceField,
  slugField,
  statementCharsMax,
  tagField,
  tagsMax,
  text,
} from './fields.ts';
import { given } from './input.ts';
import { operation } from './operation.ts';
import { outcomes, predictionSchema, predictionToJson, stampOf, statuses } from './prediction-json.ts';
import { pageReply } from './reply.ts';

const tag = 'Predictions';
const idParameter = { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } };

const statementField = text(statementCharsMax, { description: 'What was claimed, in words.', example: predictionExample.statement });
const finePrintField = text(finePrintCharsMax, { description: 'How the words were turned into the criterion.', example: 'A limited preview counts as released.' }).nullable();
const locatorField = text(nameCharsMax, { description: 'Where in the source.', example: 'section VI' }).nullable();
const sourceField = referenceField.nullable().meta({ description: 'Id of the source.', example: predictionExample.source.id });
const predictorField = referenceField.nullable().meta({ description: 'Id of the predictor.', example: predictionExample.predictor.id });
const tagsField = z.array(tagField).max(tagsMax).meta({ description: 'Tags; repeated ones count once.', example: ['timelines'] });

/** At runtime anything: the service measures and reads it itself, since a schema would overflow the stack on deep input. */
export const criterionField = z
  .unknown()
  .refine((value) => value !== undefined, 'is required')
  .openapi({ $ref: '#/components/schemas/Criterion' } as object);

/** Named so that the refusal can say why. */
const forecastsLater = z.undefined('forecasts are not supported yet').optional();

const createSchema = z
  .strictObject({
    slug: slugField.optional(),
    statement: statementField,
    made_at: dateField.meta({ description: 'When it was said: 2025, 2025-01, 2025-01-12 or an RFC 3339 instant.', example: '2025-01' }),
    criterion: criterionField,
    fine_print: finePrintField.optional(),
    source_id: sourceField.optional(),
    locator: locatorField.optional(),
    predictor_id: predictorField.optional(),
    tags: tagsField.optional(),
    evidence_policy: evidencePolicySchema.nullable().optional().meta({ description: 'A tighter evidence policy than the default.' }),
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
  .meta({ id: 'PredictionPatch', description: 'What may be edited. null takes a value away. The criterion is frozen.' });
