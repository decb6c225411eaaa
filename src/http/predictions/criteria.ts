import { z } from '@hono/zod-openapi';
import { criterionSchema } from '../../domain/criterion/criterion.ts';
import { limitExplanation } from '../../domain/evaluation/limit-explanation.ts';
import type { Deps } from '../../services/deps.ts';
import { checkCriterion } from '../../services/predictions/criteria.ts';
import { replacePredictionCriterion } from '../../services/predictions/criterion-versions.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import { pastOrNow } from '../operation/as-of.ts';
import { bodyBytesMax } from '../operation/body.ts';
import { pickVersion } from '../operation/etag.ts';
import { asOfField, criterionField, dateField, reasonCharsMax, text } from '../operation/fields.ts';
import { parseInput } from '../operation/input.ts';
import { operation } from '../operation/operation.ts';
import { criterionExample, explanationNodeExample, omittedExample, predictionExample } from './examples.ts';
import { evidenceSchema, explanationNodeSchema, limitedToJson, omittedSchema } from './explanation-json.ts';
import { createdSchema, leaningSchema, predictionToJson, stampOf, stampSchema, warningSchema } from './json.ts';

/**
 * The most bytes of the answer to a check. The criterion, its text and the texts of its nodes repeat the request, which has
 * at most `bodyBytesMax`; everything else is limited by the number of nodes and of listed entries.
 */
export const checkBytesMax = 4 * bodyBytesMax;

const inputSchema = z
  .strictObject({
    criterion: criterionField,
    made_at: dateField.optional().meta({
      description:
        'When the claim is made. Its start is the default for `from` in the criterion. Default: the day of `as_of`, or today.',
      example: '2025-01',
    }),
    as_of: asOfField,
  })
  .meta({ id: 'CriterionCheckInput', description: 'A criterion to evaluate.' });

const checkSchema = z
  .object({
    verdict: z.enum(['yes', 'no', 'undetermined']).meta({ description: 'What the evidence decides.' }),
    effective_at: z.string().nullable().meta({
      description: 'When the deciding event happened: a date, a date-time or `start/end`. Null while undetermined.',
    }),
    criterion: criterionSchema,
    criterion_text: z.string().meta({ description: 'The criterion in plain words.' }),
    polarity: z
      .enum(['decidable', 'confirmable_only', 'refutable_only', 'undecidable'])
      .meta({ description: 'The verdicts that the criterion can reach.' }),
    leaning: leaningSchema.nullable().meta({
      description: 'The outcome that the evidence points to without being sufficient. Null if there is none.',
    }),
    evidence: evidenceSchema,
    explanation: explanationNodeSchema,
    omitted: omittedSchema,
    warnings: z.array(warningSchema),
    as_of: stampSchema.nullable(),
  })
  .meta({ id: 'CriterionCheck', description: 'The result of evaluating a criterion. Nothing is stored.' });

const check = operation({
  method: 'post',
  path: '/v1/criteria/check',
  operationId: 'checkCriterion',
  tag: 'Criteria',
  summary: 'Check a criterion',
  description: `Evaluates a criterion without storing anything. Returns the verdict, its explanation, the polarity of the criterion, and warnings. The estimated cost of the evaluation counts against a budget of the key or the address; a request that exceeds it is rejected with 429 and \`Retry-After\`. The response has at most ${checkBytesMax / 1024 / 1024} MiB: long lists are truncated, and \`omitted\` has the number of entries left out.`,
  access: 'read',
  body: { schema: inputSchema, example: { criterion: criterionExample, made_at: '2025-01' } },
  response: {
    status: 200,
    description: 'The result.',
    schema: checkSchema,
    example: {
      verdict: 'no',
      effective_at: '2025-08-07',
      criterion: criterionExample,
      criterion_text:
        'No OpenAI GPT model of version 5 without a tier suffix such as mini or pro is ever released to the public.',
      polarity: 'refutable_only',
      leaning: null,
      evidence: ['obs_01k21v6xg2k8f4d9s5a1w7e3ru'],
      explanation: explanationNodeExample,
      omitted: omittedExample,
      warnings: [
        {
          code: 'already_decided',
          detail: 'the stored evidence already decides this criterion: no, 2025-08-07',
          pointer: '#/criterion/of',
        },
      ],
      as_of: null,
    },
  },
  refusals: ['criterion_too_deep', 'criterion_too_large', 'criterion_too_costly'],
  handle: async ({ services }, { body, spend }) => ({ body: await runCheck(services, body, spend) }),
});

/** Checks the body of a request: what `POST /v1/criteria/check` returns for it. */
async function runCheck(services: Deps, body: z.output<typeof inputSchema>, spend?: (cost: number) => Promise<void>) {
  const asOf = pastOrNow({ services }, body.as_of);
  const input = { criterion: body.criterion, madeAt: body.made_at ?? null, asOf };
  const { criterion, text, polarity, evaluation, warnings } = await checkCriterion(services, input, spend);
  return {
    verdict: evaluation.verdict,
    effective_at: evaluation.effectiveAt,
    criterion,
    criterion_text: text,
    polarity,
    leaning: evaluation.leaning,
    ...limitedToJson(limitExplanation(evaluation)),
    warnings,
    as_of: stampOf(asOf, services),
  };
}

/** `POST /v1/criteria/check` without a server: the same parser, the same errors, the same result. */
export async function checkJsonBody(services: Deps, value: unknown) {
  return await runCheck(services, parseInput(inputSchema, value, 'body'));
}

const replacementSchema = z
  .strictObject({
    criterion: criterionField,
    reason: text(reasonCharsMax, {
      description: 'Why the criterion is replaced. Stored with the new version.',
      example: 'GPT-5 mini is a different model; the claim names GPT-5 only.',
    }),
  })
  .meta({ id: 'CriterionReplacementInput', description: 'A new version of the criterion, with the reason.' });

const unresolved = {
  status: 'open',
  outcome: null,
  standing: 'unrefuted as of 2025-02-01T00:00:00Z',
  resolution: null,
  updated_at: '2025-02-01T08:00:00Z',
} as const;

const replacementExample = {
  criterion: criterionExample,
  reason: 'GPT-5 mini is a different model; the claim names GPT-5 only.',
};

const replace = operation({
  method: 'post',
  path: '/v1/predictions/{id}/criterion',
  operationId: 'replacePredictionCriterion',
  tag: 'Criteria',
  summary: 'Replace the criterion of a prediction',
  description:
    'Creates a new version of the criterion, with a reason, and evaluates the prediction against it immediately. Earlier versions are kept: requests with an earlier `as_of` use the version of that time. Once the prediction is resolved or withdrawn, returns 409 `frozen`. Send If-Match to replace only the version that you read.',
  access: 'write',
  params: { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } },
  body: { schema: replacementSchema, example: replacementExample },
  ifMatch: true,
  before: async ({ services }, { id }) => predictionToJson(await getPrediction(services, id, null), null),
  response: {
    status: 200,
    description: 'The prediction with the new criterion.',
    schema: createdSchema,
    example: { ...predictionExample, ...unresolved, criterion_version: 2, warnings: [] },
  },
  refusals: ['frozen', 'criterion_too_deep', 'criterion_too_large', 'criterion_too_costly'],
  handle: async ({ services }, { params, body, expected }) => {
    const version = await pickVersion(expected, async () => (await getPrediction(services, params.id, null)).version);
    const { view, warnings } = await replacePredictionCriterion(services, params.id, body, version);
    return { body: { ...predictionToJson(view, null), warnings }, version: view.version };
  },
});

export const criterionOperations = [check, replace];
