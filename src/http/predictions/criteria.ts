import { z } from '@hono/zod-openapi';
import { criterionSchema } from '../../domain/criterion/criterion.ts';
import { checkCriterion } from '../../services/predictions/criteria.ts';
import { replacePredictionCriterion } from '../../services/predictions/criterion-versions.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { pickVersion } from '../operation/etag.ts';
import { asOfField, criterionField, dateField, reasonCharsMax, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { criterionExample, explanationNodeExample, predictionExample } from './examples.ts';
import { explanationNodeSchema } from './explanation-json.ts';
import { leaningSchema, predictionToJson, recordedSchema, stampOf, stampSchema, warningSchema } from './json.ts';

const inputSchema = z
  .strictObject({
    criterion: criterionField,
    made_at: dateField.optional().meta({
      description:
        'When the claim would have been made; its start opens windows without `from`. Left out: the day asked about.',
      example: '2025-01',
    }),
    as_of: asOfField,
  })
  .meta({ id: 'CriterionCheckInput', description: 'A criterion to try out.' });

const checkSchema = z
  .object({
    verdict: z.enum(['yes', 'no', 'undetermined']).meta({ description: 'What follows from the evidence.' }),
    effective_at: z.string().nullable().meta({ description: 'What in the world settles it; null while undetermined.' }),
    criterion: criterionSchema,
    criterion_text: z.string().meta({ description: 'The criterion in plain words.' }),
    polarity: z
      .enum(['decidable', 'confirmable_only', 'refutable_only', 'undecidable'])
      .meta({ description: 'What it can ever come out as.' }),
    leaning: leaningSchema.nullable().meta({ description: 'What the evidence leans to, where it does not suffice.' }),
    evidence: z.array(z.string()).meta({ description: 'Ids of the observations that settle it.' }),
    explanation: explanationNodeSchema,
    warnings: z.array(warningSchema),
    as_of: stampSchema.nullable(),
  })
  .meta({ id: 'CriterionCheck', description: 'What a criterion comes to. Nothing of it is stored.' });

const check = operation({
  method: 'post',
  path: '/v1/criteria/check',
  operationId: 'checkCriterion',
  tag: 'Criteria',
  summary: 'Try out a criterion',
  description:
    'A dry run: the verdict, why, what the criterion can ever come out as, and warnings. Stores nothing, so it needs no more than reading does.',
  access: 'read',
  body: { schema: inputSchema, example: { criterion: criterionExample, made_at: '2025-01' } },
  answer: {
    status: 200,
    description: 'What it comes to.',
    schema: checkSchema,
    example: {
      verdict: 'no',
      effective_at: '2025-08-07',
      criterion: criterionExample,
      criterion_text:
        'No openai gpt model of version 5 without a tier suffix such as mini or pro is ever released to the public.',
      polarity: 'refutable_only',
      leaning: null,
      evidence: ['obs_01k21v6xg2k8f4d9s5a1w7e3ru'],
      explanation: explanationNodeExample,
      warnings: [
        {
          code: 'already_decided',
          detail: 'on the evidence at hand this already settles the claim: no, 2025-08-07',
          pointer: '#/criterion/of',
        },
      ],
      as_of: null,
    },
  },
  refusals: ['criterion_too_deep', 'criterion_too_large'],
  handle: async (http, { body }) => {
    const asOf = pastOrNow(http, body.as_of);
    const { criterion, text, polarity, evaluation, warnings } = await checkCriterion(http.services, {
      criterion: body.criterion,
      madeAt: body.made_at ?? null,
      asOf,
    });
    return {
      body: {
        verdict: evaluation.verdict,
        effective_at: evaluation.effectiveAt,
        criterion,
        criterion_text: text,
        polarity,
        leaning: evaluation.leaning,
        evidence: evaluation.evidence,
        explanation: evaluation.explanation,
        warnings,
        as_of: stampOf(asOf, http.services.identity.version),
      },
    };
  },
});

const replacementSchema = z
  .strictObject({
    criterion: criterionField,
    reason: text(reasonCharsMax, {
      description: 'Why the criterion is corrected; kept with the version.',
      example: 'A GPT-5 mini is another model: the claim is about the one of exactly that name.',
    }),
  })
  .meta({ id: 'CriterionReplacementInput', description: 'A corrected criterion and why.' });

const unresolved = {
  status: 'open',
  outcome: null,
  standing: 'unrefuted as of 2025-02-01T00:00:00Z',
  resolution: null,
  updated_at: '2025-02-01T08:00:00Z',
} as const;

const replacementExample = {
  criterion: criterionExample,
  reason: 'A GPT-5 mini is another model: the claim is about the one of exactly that name.',
};

const replace = operation({
  method: 'post',
  path: '/v1/predictions/{id}/criterion',
  operationId: 'replacePredictionCriterion',
  tag: 'Criteria',
  summary: 'Correct a criterion',
  description:
    'Writes a new version of the criterion, with a reason, and settles the prediction by it at once. The earlier version is kept: `as_of` a moment before the correction answers by it. Refused with 409 once the prediction has been resolved. Send If-Match to correct only the version that was seen.',
  access: 'write',
  params: { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } },
  body: { schema: replacementSchema, example: replacementExample },
  ifMatch: true,
  before: async ({ services }, { id }) => predictionToJson(await getPrediction(services, id, null), null),
  answer: {
    status: 200,
    description: 'The prediction with its new criterion.',
    schema: recordedSchema,
    example: { ...predictionExample, ...unresolved, criterion_version: 2, warnings: [] },
  },
  refusals: ['conflict', 'criterion_too_deep', 'criterion_too_large'],
  handle: async ({ services }, { params, body, expected }) => {
    const version = await pickVersion(expected, async () => (await getPrediction(services, params.id, null)).version);
    const { view, warnings } = await replacePredictionCriterion(services, params.id, body, version);
    return { body: { ...predictionToJson(view, null), warnings }, version: view.version };
  },
});

export const criterionOperations = [check, replace];
