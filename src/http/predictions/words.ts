import { z } from '@hono/zod-openapi';
import {
  finePrintCharsMax,
  nameCharsMax,
  referenceField,
  slugField,
  statementCharsMax,
  tagField,
  tagsMax,
  text,
} from '../operation/fields.ts';
import { predictionExample } from './examples.ts';

/** The words of a prediction as requests contain them. */

export const idParameter = {
  id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug },
};

/** A prediction with this slug could be read only by its id: `/v1/predictions/batch` is another resource. */
const reservedSlug = 'batch';

export const predictionSlugField = slugField.refine(
  (slug) => slug !== reservedSlug,
  `must not be \`${reservedSlug}\`, which is another resource`,
);

export const statementField = text(statementCharsMax, {
  description: 'The claim, in words.',
  example: predictionExample.statement,
});
export const finePrintField = text(finePrintCharsMax, {
  description: 'How the statement was translated into the criterion.',
  example: 'A limited preview counts as released.',
}).nullable();
export const locatorField = text(nameCharsMax, {
  description: 'Place within the source, such as a section or a page.',
  example: 'section VI',
}).nullable();
export const sourceField = referenceField
  .nullable()
  .meta({ description: 'Id of the source.', example: predictionExample.source.id });
export const predictorField = referenceField
  .nullable()
  .meta({ description: 'Id of the predictor.', example: predictionExample.predictor.id });
export const tagsField = z
  .array(tagField)
  .max(tagsMax)
  .meta({ description: 'Tags. Duplicates are dropped.', example: ['timelines'] });
