import { z } from '@hono/zod-openapi';
import { criterionSchema } from '../../domain/criterion/criterion.ts';
import { evidencePolicySchema } from '../../domain/criterion/policy.ts';
import { describeCriterion } from '../../domain/criterion/text.ts';
import { evaluatorVersion } from '../../domain/evaluation/evaluate.ts';
import { warningCodes } from '../../domain/evaluation/lint.ts';
import { sideEntriesMax } from '../../domain/evaluation/sides.ts';
import { dayMs, formatDay, formatInstant, type Instant } from '../../domain/instant.ts';
import { probabilityMax, probabilityMin } from '../../domain/scores/forecast.ts';
import type { PredictionView } from '../../services/predictions/views.ts';
import type { Review } from '../../services/settling/review-sides.ts';
import { instantText } from '../operation/fields.ts';
import { predictionExample } from './examples.ts';
import { watermarkSchema, witnessSchema } from './explanation-json.ts';
import { resolutionSchema, resolutionToJson } from './resolution-json.ts';

export const outcomes = ['yes', 'no', 'ambiguous', 'annulled'] as const;
export const statuses = ['open', 'proposed', 'disputed', 'resolved'] as const;

/** What an answer about the past rests on: with the same stamp it is the same for ever. */
export const stampSchema = z
  .object({
    at: instantText('The knowledge time asked about.'),
    evaluator: z.string().meta({ description: 'Version of the rules.', example: '1' }),
    identity: z.string().meta({ description: 'Version of the identity data.', example: '2026-11-22.1' }),
  })
  .meta({ id: 'AsOf', description: 'What an answer about the past rests on.' });

export const leaningSchema = z
  .object({
    outcome: z
      .enum(['yes', 'no'])
      .nullable()
      .meta({ description: 'What it leans to; null where only a person can say.' }),
    reason: z.string().meta({ description: 'A code for why.', example: 'below_policy' }),
    text: z.string().meta({ description: 'Why, in words.' }),
  })
  .meta({ id: 'Leaning', description: 'Where a proposed or disputed prediction leans, for a person to decide.' });

const sideSchema = z
  .object({
    witnesses: z
      .array(witnessSchema)
      .max(sideEntriesMax)
      .meta({ description: 'Observations that speak for it, oldest first.' }),
    coverage: z
      .array(watermarkSchema)
      .max(sideEntriesMax)
      .meta({ description: 'Feeds that were read long enough and do not list it.' }),
    more: z.int().meta({ description: 'How many of both were left out; the explanation has them.', example: 0 }),
  })
  .meta({ id: 'ReviewSide', description: 'What speaks for one answer.' });

export const reviewSchema = z
  .object({
    leaning: leaningSchema,
    supporting: sideSchema.meta({ description: 'What speaks for what it leans to.' }),
    contradicting: sideSchema.meta({ description: 'What speaks against that.' }),
  })
  .meta({
    id: 'Review',
    description:
      'What a person has to weigh, side by side: given while a prediction is proposed or disputed. Of a disputed one the leaning is what later evidence says, and what contradicts it is what its resolution rests on.',
  });

/** Copied so that it can be handed on. */
export function reviewToJson(review: Review | null): z.input<typeof reviewSchema> | null {
  if (review === null) return null;
  const side = ({ witnesses, coverage, more }: Review['supporting']): z.input<typeof sideSchema> => ({
    witnesses: [...witnesses],
    coverage: [...coverage],
    more,
  });
  return { leaning: review.leaning, supporting: side(review.supporting), contradicting: side(review.contradicting) };
}

const sourceReference = z.object({
  id: z.string(),
  title: z.string(),
  url: z.string().nullable(),
  language: z.string().nullable(),
  published_at: z.string().nullable(),
});

export const predictionSchema = z
  .object({
    id: z.string().meta({ description: 'Stands for ever.', example: predictionExample.id }),
    slug: z.string().meta({ description: 'A readable name; may be changed.', example: predictionExample.slug }),
    statement: z.string().meta({ description: 'What was claimed, in words.' }),
    fine_print: z.string().nullable().meta({ description: 'How the words were turned into the criterion.' }),
    source: sourceReference.nullable().meta({ description: 'Where it was said.' }),
    locator: z.string().nullable().meta({ description: 'Where in the source.' }),
    predictor: z.object({ id: z.string(), name: z.string() }).nullable().meta({ description: 'Who said it.' }),
    probability: z.number().min(probabilityMin).max(probabilityMax).nullable().meta({
      description: 'What its own predictor last called its probability; null where none was stated.',
      example: 0.9,
    }),
    made_at: z.string().meta({ description: 'When it was said, as exactly as known.', example: '2025-01' }),
    recorded_at: instantText('When it was entered here.'),
    hindsight: z.boolean().meta({
      description:
        'True when it was recorded, or its criterion last corrected, after what settled it had happened or was known.',
    }),
    criterion: criterionSchema,
    criterion_text: z.string().meta({ description: 'The criterion in plain words.' }),
    criterion_version: z
      .int()
      .meta({ description: 'The version of the criterion, the one that stood at `as_of` where that was asked.' }),
    criterion_hash: z.string().meta({ description: 'SHA-256 of the criterion in canonical order.' }),
    polarity: z
      .enum(['decidable', 'confirmable_only', 'refutable_only', 'undecidable'])
      .meta({ description: 'What it can ever come out as.' }),
    evidence_policy: evidencePolicySchema
      .nullable()
      .meta({ description: 'A tighter evidence policy than the default, if any.' }),
    resolve_by: z.string().nullable().meta({
      description: 'The last day or instant that counts; null when it has no deadline.',
      example: '2025-12-31',
    }),
    status: z
      .enum(statuses)
      .meta({ description: 'open, proposed (needs a person), disputed (evidence contradicts), resolved.' }),
    outcome: z.enum(outcomes).nullable().meta({ description: 'Null until resolved.' }),
    standing: z
      .string()
      .nullable()
      .meta({ description: 'Where it stands while unresolved.', example: 'unrefuted as of 2025-08-01T00:00:00Z' }),
    leaning: leaningSchema.nullable().meta({ description: 'What a proposed or disputed one leans to.' }),
    review: reviewSchema.nullable().meta({ description: 'What a person has to weigh, while there is something to.' }),
    resolution: resolutionSchema.nullable().meta({ description: 'The one that stands.' }),
    tags: z.array(z.string()),
    as_of: stampSchema.nullable().meta({ description: 'Given when `as_of` was asked for.' }),
    version: z.int().meta({ description: 'Raised with every edit, correction and resolution; the ETag carries it.' }),
    created_at: instantText('When it was entered here.'),
    updated_at: instantText('When it was last edited or resolved.'),
  })
  .meta({ id: 'Prediction', description: 'A falsifiable claim with its criterion, and how it stands.' });

export const warningSchema = z
  .object({
    code: z.enum(warningCodes).meta({ description: 'A code; docs/criteria.md says what to do about each.' }),
    detail: z.string().meta({ description: 'What to look at.' }),
    pointer: z
      .string()
      .meta({ description: 'The leaf that it is about, as a JSON Pointer.', example: '#/criterion/of' }),
  })
  .meta({ id: 'CriterionWarning', description: 'Something a recorder should know; it is no refusal.' });

/** The answer to recording a prediction and to correcting its criterion. */
export const recordedSchema = predictionSchema
  .extend({ warnings: z.array(warningSchema) })
  .meta({ id: 'CreatedPrediction', description: 'The prediction as recorded, with what its recorder should know.' });

export type PredictionJson = z.infer<typeof predictionSchema>;

export function predictionToJson(view: PredictionView, stamp: z.infer<typeof stampSchema> | null): PredictionJson {
  const { prediction, source, predictor, resolution } = view;
  return {
    id: prediction.id,
    slug: prediction.slug,
    statement: prediction.statement,
    fine_print: prediction.finePrint,
    source:
      source === null
        ? null
        : {
            id: source.id,
            title: source.title,
            url: source.url,
            language: source.language,
            published_at: source.publishedAt,
          },
    locator: prediction.locator,
    predictor: predictor === null ? null : { id: predictor.id, name: predictor.name },
    probability: view.probability,
    made_at: prediction.madeAt,
    recorded_at: formatInstant(prediction.recordedAt),
    hindsight: view.hindsight,
    criterion: prediction.criterion,
    criterion_text: describeCriterion(prediction.criterion),
    criterion_version: prediction.criterionVersion,
    criterion_hash: prediction.criterionHash,
    polarity: prediction.polarity,
    evidence_policy: prediction.evidencePolicy,
    resolve_by: prediction.resolveBy === null ? null : deadlineText(prediction.resolveBy),
    status: view.status,
    outcome: resolution?.outcome ?? null,
    standing: view.standing,
    leaning: view.leaning,
    review: reviewToJson(view.review),
    resolution: resolution === null ? null : resolutionToJson(resolution),
    tags: prediction.tags,
    as_of: stamp,
    version: view.version,
    created_at: formatInstant(prediction.recordedAt),
    updated_at: formatInstant(view.updatedAt),
  };
}

/** The inclusive deadline of an exclusive end: the day before a midnight, otherwise the last instant. */
function deadlineText(end: Instant): string {
  return end % dayMs === 0 ? formatDay(end - 1) : formatInstant(end - 1);
}

export function stampOf(at: Instant | null, identityVersion: string): z.infer<typeof stampSchema> | null {
  return at === null ? null : { at: formatInstant(at), evaluator: evaluatorVersion, identity: identityVersion };
}
