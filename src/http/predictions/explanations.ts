import { z } from '@hono/zod-openapi';
import { criterionSchema } from '../../domain/criterion/criterion.ts';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { limitExplanation } from '../../domain/evaluation/limit-explanation.ts';
import { reviewToJson } from '../../services/predictions/document.ts';
import { getPredictionExplanation } from '../../services/predictions/explanations.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { explanationNodeExample, omittedExample, predictionExample } from './examples.ts';
import { evidenceSchema, explanationNodeSchema, limitedToJson, omittedSchema } from './explanation-json.ts';
import { leaningSchema, reviewSchema, stampOf, stampSchema } from './json.ts';

const explanationSchema = z
  .object({
    prediction: z.object({ id: z.string(), slug: z.string(), statement: z.string() }),
    made_at: z.string(),
    criterion: criterionSchema,
    criterion_text: z.string().meta({ description: 'The criterion in plain words.' }),
    verdict: z.enum(['yes', 'no', 'undetermined']).meta({ description: 'What the evidence decides.' }),
    effective_at: z.string().nullable().meta({
      description: 'When the deciding event happened: a date, a date-time or `start/end`. Null while undetermined.',
    }),
    trust: z
      .string()
      .nullable()
      .meta({ description: 'Highest trust among the deciding observations.', example: 'first_party' }),
    evidence: evidenceSchema,
    leaning: leaningSchema.nullable().meta({
      description: 'The outcome that the evidence points to without being sufficient. Null if there is none.',
    }),
    review: reviewSchema.nullable(),
    explanation: explanationNodeSchema,
    omitted: omittedSchema,
    evaluator: z.string().meta({ description: 'Version of the evaluation rules.', example: '1' }),
    identity: z.string().meta({ description: 'Version of the identity data.', example: '2026-11-22.1' }),
    as_of: stampSchema.nullable().meta({
      description: 'The moment and the versions of the evaluation if the request has `as_of`; otherwise null.',
    }),
  })
  .meta({ id: 'Explanation', description: 'The evaluation of a prediction over the stored evidence.' });

const get = operation({
  method: 'get',
  path: '/v1/predictions/{id}/explanation',
  operationId: 'getPredictionExplanation',
  tag: 'Predictions',
  summary: 'Get the explanation of a prediction',
  description:
    'Evaluates the prediction over the stored evidence, now or as of a moment. Returns the verdict and reason of every node of the criterion, with the observations and feed watermarks it depends on. A person may have resolved the prediction differently: see its resolutions.',
  access: 'read',
  params: { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } },
  query: { as_of: asOfField },
  response: {
    status: 200,
    description: 'The explanation.',
    schema: explanationSchema,
    example: {
      prediction: { id: predictionExample.id, slug: predictionExample.slug, statement: predictionExample.statement },
      made_at: predictionExample.made_at,
      criterion: predictionExample.criterion,
      criterion_text: predictionExample.criterion_text,
      verdict: 'no',
      effective_at: '2025-08-07',
      trust: 'first_party',
      evidence: predictionExample.resolution.evidence,
      leaning: null,
      review: null,
      explanation: explanationNodeExample,
      omitted: omittedExample,
      evaluator: '3',
      identity: '2026-11-22.1',
      as_of: { at: '2025-08-08T00:00:00Z', evaluator: '3', identity: '2026-11-22.1', coverage: '2026-11-29.627ae980' },
    },
  },
  handle: async (http, { params, query }) => {
    const asOf = pastOrNow(http, query.as_of);
    const { view, evaluation, evaluatorVersion, identityVersion } = await getPredictionExplanation(
      http.services,
      params.id,
      asOf,
    );
    const { prediction, review } = view;
    const body: z.input<typeof explanationSchema> = {
      prediction: { id: prediction.id, slug: prediction.slug, statement: prediction.statement },
      made_at: prediction.madeAt,
      criterion: prediction.criterion,
      criterion_text: describeCriterion(prediction.criterion),
      verdict: evaluation.verdict,
      effective_at: evaluation.effectiveAt,
      trust: evaluation.trust,
      leaning: evaluation.leaning,
      review: reviewToJson(review),
      ...limitedToJson(limitExplanation(evaluation)),
      evaluator: evaluatorVersion,
      identity: identityVersion,
      as_of: stampOf(asOf, http.services),
    };
    return { body, past: asOf !== null };
  },
});

export const explanationOperations = [get];
