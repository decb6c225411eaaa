import { z } from '@hono/zod-openapi';
import { caseStates } from '../../domain/cases/case-state.ts';
import { criterionSchema } from '../../domain/criterion/criterion.ts';
import { evidencePolicySchema } from '../../domain/criterion/policy.ts';
import { evaluatorVersion } from '../../domain/evaluation/evaluate.ts';
import { warningCodes } from '../../domain/evaluation/lint.ts';
import { sideEntriesMax } from '../../domain/evaluation/sides.ts';
import { endKinds } from '../../domain/feeds/stated-end.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { outcomes } from '../../domain/outcome.ts';
import { probabilityMax, probabilityMin } from '../../domain/scores/forecast.ts';
import { documentToJson } from '../../services/predictions/document.ts';
import type { PredictionView } from '../../services/predictions/views.ts';
import { instantText } from '../operation/fields.ts';
import { erratumSchema } from './erratum-json.ts';
import { predictionExample } from './examples.ts';
import { watermarkSchema, witnessSchema } from './explanation-json.ts';
import { resolutionSchema } from './resolution-json.ts';

export const statuses = ['open', 'proposed', 'disputed', 'resolved', 'withdrawn'] as const;

/** Identifies an evaluation: two responses with the same stamp are equal. */
export const stampSchema = z
  .object({
    at: instantText('The `as_of` of the request: only evidence known by then was used.'),
    evaluator: z.string().meta({ description: 'Version of the evaluation rules.', example: '1' }),
    identity: z.string().meta({ description: 'Version of the identity data.', example: '2026-11-22.1' }),
    coverage: z.string().meta({ description: 'Version of the coverage table.', example: '2026-11-29.627ae980' }),
  })
  .meta({ id: 'AsOf', description: 'The moment and the versions that an `as_of` response was evaluated with.' });

export const leaningSchema = z
  .object({
    outcome: z
      .enum(['yes', 'no'])
      .nullable()
      .meta({ description: 'The outcome that the evidence points to. Null if only a person can decide.' }),
    reason: z.string().meta({ description: 'Machine-readable code for the reason.', example: 'below_policy' }),
    text: z.string().meta({ description: 'The reason, in one sentence.' }),
  })
  .meta({
    id: 'Leaning',
    description:
      'The outcome that the evidence points to without being sufficient to resolve the prediction. A person decides.',
  });

const reviewEvidenceSchema = z
  .object({
    witnesses: z
      .array(witnessSchema)
      .max(sideEntriesMax)
      .meta({ description: 'Observations that support this outcome, oldest first.' }),
    coverage: z
      .array(watermarkSchema)
      .max(sideEntriesMax)
      .meta({ description: 'Feeds that cover the vendor, were polled for long enough and do not list the model.' }),
    more: z.int().meta({
      description: 'Number of witnesses and feeds left out here. The explanation lists more of them.',
      example: 0,
    }),
  })
  .meta({ id: 'ReviewEvidence', description: 'The evidence for one outcome.' });

export const reviewSchema = z
  .object({
    leaning: leaningSchema,
    supporting: reviewEvidenceSchema.meta({ description: 'Evidence for the outcome in `leaning`.' }),
    contradicting: reviewEvidenceSchema.meta({ description: 'Evidence against the outcome in `leaning`.' }),
  })
  .meta({
    id: 'Review',
    description:
      'The evidence that a person has to weigh, present while a prediction is proposed or disputed. For a disputed prediction, `leaning` is what the later evidence says and `contradicting` is the evidence behind the current resolution.',
  });

const sourceReference = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string().nullable(),
  language: z.string().nullable(),
  published_at: z.string().nullable(),
});

export const warningSchema = z
  .object({
    code: z.enum(warningCodes).meta({ description: 'Machine-readable code. docs/criteria.md explains each.' }),
    detail: z
      .string()
      .meta({ description: 'What may be wrong with the criterion, or what prevents a NO, and what to do.' }),
    pointer: z.string().meta({
      description: 'JSON Pointer to the part of the criterion that the warning is about.',
      example: '#/criterion/of',
    }),
  })
  .meta({
    id: 'CriterionWarning',
    description: 'A likely mistake in a criterion. A warning never prevents the request.',
  });

const claimedEndSchema = z
  .object({
    vendor: z.string(),
    id: z.string().meta({ description: 'The id that ends.', example: 'gpt-5-2025-08-07' }),
    kind: z.enum(endKinds).meta({ description: 'How final the date was.' }),
    date: z.string().max(10).meta({ description: 'The date: a day or a month.', example: '2026-12-10' }),
    feed: z.string().meta({ description: 'Slug of the feed that states it.' }),
    observation_id: z.string().meta({ description: 'The observation that first stated it.' }),
    stated_since: instantText('When the feed began to state the date.'),
  })
  .meta({ id: 'ClaimedEnd', description: 'A stated end that a claim was made from.' });

export const predictionSchema = z
  .object({
    id: z.string().meta({ description: 'Unique identifier. Never changes.', example: predictionExample.id }),
    slug: z.string().meta({
      description: 'Human-readable identifier, unique. Can be changed; former slugs still identify the prediction.',
      example: predictionExample.slug,
    }),
    statement: z.string().meta({ description: 'The claim, in words.' }),
    fine_print: z.string().nullable().meta({ description: 'How the statement was translated into the criterion.' }),
    source: sourceReference.nullable().meta({ description: 'The source in which the claim was made.' }),
    locator: z.string().nullable().meta({ description: 'Place within the source, such as a section or a page.' }),
    predictor: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'The person or organisation that made the claim.' }),
    case: z
      .object({ id: z.string(), state: z.enum(caseStates).meta({ description: 'State of the case.' }) })
      .nullable()
      .meta({
        description: 'The last case in which a panel judges the claim, running or ended. Null if there is none.',
      }),
    probability: z.number().min(probabilityMin).max(probabilityMax).nullable().meta({
      description: 'The latest probability that the predictor gave the claim. Null if there is none.',
      example: 0.9,
    }),
    made_at: z
      .string()
      .meta({ description: 'When the claim was made, with the precision that is known.', example: '2025-01' }),
    recorded_at: instantText('When it was created.'),
    hindsight: z.boolean().meta({
      description:
        'True if the prediction was recorded, or its criterion last replaced, after the event that settles it had happened or was known.',
    }),
    self_stated: z.boolean().meta({
      description:
        'True if the claim was made from a stated end and no other first party shows its outcome. Such claims are left out of scorecards.',
    }),
    criterion: criterionSchema,
    criterion_text: z.string().meta({ description: 'The criterion in plain words.' }),
    criterion_version: z
      .int()
      .meta({ description: 'Version of the criterion: the current one, or the one in effect at `as_of`.' }),
    criterion_hash: z.string().meta({ description: 'SHA-256 of the criterion as canonical JSON.' }),
    polarity: z
      .enum(['decidable', 'confirmable_only', 'refutable_only', 'undecidable'])
      .meta({ description: 'The verdicts that the criterion can reach.' }),
    evidence_policy: evidencePolicySchema
      .nullable()
      .meta({ description: 'The evidence policy of the prediction. Null means the default policy.' }),
    from_end: claimedEndSchema
      .nullable()
      .meta({ description: 'The stated end that the claim was made from. Null for every other claim.' }),
    resolve_by: z.string().nullable().meta({
      description: 'Deadline, inclusive: a day or a date-time. Null if there is none.',
      example: '2025-12-31',
    }),
    status: z.enum(statuses).meta({
      description:
        '`open`: not decided yet. `proposed`: the evidence points to an outcome but is not sufficient. `disputed`: the evidence contradicts itself or the resolution. `resolved`: decided. `withdrawn`: withdrawn before anything was known about its outcome, and never resolved.',
    }),
    outcome: z
      .enum(outcomes)
      .nullable()
      .meta({ description: 'Outcome of the current resolution. Null until resolved.' }),
    standing: z.string().nullable().meta({
      description: 'What is known while the prediction is unresolved, in words. Null once resolved or withdrawn.',
      example: 'unrefuted as of 2025-08-01T00:00:00Z',
    }),
    leaning: leaningSchema.nullable().meta({
      description: 'The outcome that the evidence points to. Null unless the prediction is proposed or disputed.',
    }),
    review: reviewSchema
      .nullable()
      .meta({ description: 'Evidence for and against. Null unless the prediction is proposed or disputed.' }),
    warnings: z.array(warningSchema).meta({
      description:
        'Warnings with the code `unread_names`: names that cannot be read in full and currently prevent a NO. The response to a new criterion also contains the other warnings.',
    }),
    resolution: resolutionSchema.nullable().meta({ description: 'The current resolution. Null until resolved.' }),
    errata: z.array(erratumSchema).meta({
      description:
        'Corrections appended to the prediction, oldest first. Its words do not change. With `as_of`, those recorded by then.',
    }),
    tags: z.array(z.string()),
    as_of: stampSchema.nullable().meta({
      description: 'The moment and the versions of the evaluation if the request has `as_of`; otherwise null.',
    }),
    evaluated_through: instantText(
      'The moment of the last evaluation. Evidence for or against the prediction that was observed later has not been taken into account yet. Null once withdrawn.',
    ).nullable(),
    version: z.int().meta({
      description:
        'Version of the prediction. Incremented by every edit, criterion and resolution, and by a withdrawal. Part of the ETag.',
    }),
    created_at: instantText('When it was created.'),
    updated_at: instantText('When it was last edited, corrected, resolved or withdrawn.'),
    withdrawn_at: instantText('When it was withdrawn. Null if it was not.').nullable(),
  })
  .meta({ id: 'Prediction', description: 'A falsifiable claim with its criterion, status and resolution.' });

/** The response to creating a prediction and to replacing its criterion. */
export const createdSchema = predictionSchema
  .extend({ warnings: z.array(warningSchema) })
  .meta({ id: 'CreatedPrediction', description: 'The prediction, with warnings about its criterion.' });

export type PredictionJson = z.infer<typeof predictionSchema>;

export function predictionToJson(view: PredictionView, stamp: z.infer<typeof stampSchema> | null): PredictionJson {
  return documentToJson(view, stamp);
}

/** The tables that an answer was evaluated with. */
type Tables = { readonly identity: { readonly version: string }; readonly coverage: { readonly version: string } };

export function stampOf(at: Instant | null, { identity, coverage }: Tables): z.infer<typeof stampSchema> | null {
  if (at === null) return null;
  return {
    at: formatInstant(at),
    evaluator: evaluatorVersion,
    identity: identity.version,
    coverage: coverage.version,
  };
}
