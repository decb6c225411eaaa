import { z } from '@hono/zod-openapi';
import { criterionSchema } from '../../domain/criterion/criterion.ts';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { getPredictionExplanation } from '../../services/predictions/explanations.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { asOfField } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { explanationNodeExample, predictionExample } from './examples.ts';
import { explanationNodeSchema, explanationToJson } from './explanation-json.ts';
import { leaningSchema, reviewSchema, reviewToJson, stampOf, stampSchema } from './json.ts';

const explanationSchema = z
  .object({
    prediction: z.object({ id: z.string(), slug: z.string(), statement: z.string() }),
    made_at: z.string(),
    criterion: criterionSchema,
    criterion_text: z.string().meta({ description: 'The criterion in plain words.' }),
    verdict: z.enum(['yes', 'no', 'undetermined']).meta({ description: 'What follows from the evidence.' }),
    effective_at: z.string().nullable().meta({ description: 'What in the world settles it; null while undetermined.' }),
    trust: z.string().nullable().meta({ description: 'The best trust among what settles it.', example: 'first_party' }),
    evidence: z.array(z.string()).meta({ description: 'Ids of the observations that settle it.' }),
    leaning: leaningSchema.nullable().meta({ description: 'What the evidence leans to, where it does not suffice.' }),
    review: reviewSchema.nullable(),
    explanation: explanationNodeSchema,
    evaluator: z.string().meta({ description: 'Version of the rules.', example: '1' }),
    identity: z.string().meta({ description: 'Version of the identity data.', example: '2026-11-22.1' }),
    as_of: stampSchema.nullable().meta({ description: 'Given when `as_of` was asked for.' }),
  })
  .meta({ id: 'Explanation', description: 'The rule replayed over the stored evidence.' });

const explain = operation({
  method: 'get',
  path: '/v1/predictions/{id}/explanation',
  operationId: 'getPredictionExplanation',
  tag: 'Predictions',
  summary: 'Explain a prediction',
  description:
    'The evaluation itself, replayed over the stored evidence as of a moment or now: verdict and reason at every node of the criterion, the observations that witness it, and the watermarks. A person may have resolved it otherwise: see its resolutions.',
  access: 'read',
  params: { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } },
  query: { as_of: asOfField },
  answer: {
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
      evaluator: '1',
      identity: '2026-11-22.1',
      as_of: { at: '2025-08-08T00:00:00Z', evaluator: '1', identity: '2026-11-22.1' },
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
      evidence: [...evaluation.evidence],
      leaning: evaluation.leaning,
      review: reviewToJson(review),
      explanation: explanationToJson(evaluation.explanation),
      evaluator: evaluatorVersion,
      identity: identityVersion,
      as_of: stampOf(asOf, identityVersion),
    };
    return { body, past: asOf !== null };
  },
});

export const explanationOperations = [explain];
