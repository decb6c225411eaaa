import { z } from 'zod';
import { formatInstant, type Instant } from '../instant.ts';
import { type Outcome, outcomes } from '../outcome.ts';
import { predictionPagePath } from '../public-url.ts';
import { appealedCaseFields, closedRoundFields, decidedCaseFields, openedCaseFields } from './case-event.ts';
import { endedEventSchema, endMovedEventSchema, successorEventSchema } from './end-event.ts';
import { endingEventSchema } from './ending-event.ts';
import type { EventType, pingType } from './event.ts';
import { clipText, feedLinksSchema, feedSchema, instantText } from './event-fields.ts';
import { modelLinksSchema, modelSchema, suspensionEventSchema } from './model-event.ts';
import { nameEventSchema } from './name-event.ts';
import { changesSchema, erratumSchema } from './words-event.ts';

/**
 * What each type of event contains: the schemas that the API document shows, and the functions that build the data. The
 * data is enough to act on, and its size is bounded. Texts are truncated by their size in the body, where a control
 * character takes six bytes; links lead to the full texts.
 */

export const statementBytesMax = 1500;
export const reasonBytesMax = 2500;
/** The most observations that an event lists; `evidence_count` is the number of all. */
export const eventEvidenceMax = 20;

const linksSchema = z.object({
  prediction: z.string().meta({ description: 'URL if OUTTURN_PUBLIC_URL is set; otherwise a path.' }),
  explanation: z.string().meta({ description: 'URL or path of the explanation.' }),
  page: z.string().optional().meta({ description: 'URL or path of the page, if there are pages.' }),
});

const predictionSchema = z
  .object({ id: z.string(), slug: z.string(), statement: z.string(), links: linksSchema })
  .meta({ id: 'MessagePrediction', description: 'The prediction. A long statement is truncated.' });

const createdPredictionSchema = z
  .object({
    ...predictionSchema.shape,
    made_at: z.string().meta({ description: 'When the claim was made, with the precision that is known.' }),
    recorded_at: instantText('When it was recorded.'),
  })
  .meta({ id: 'MessageNewPrediction', description: 'The prediction. A long statement is truncated.' });

const resolutionSchema = z
  .object({
    id: z.string(),
    outcome: z.enum(outcomes),
    effective_at: z
      .string()
      .meta({ description: 'When the deciding event happened: a date, a date-time or `start/end`.' }),
    known_at: instantText('The earliest moment at which the evidence was known and sufficient.'),
    decided_at: instantText('When the resolution was recorded.'),
    decided_by: z.string(),
    reason_code: z.string(),
    reason: z.string().meta({ description: 'The reason, in words. A long text is truncated.' }),
    evidence: z.array(z.string()).meta({ description: `Ids of at most ${eventEvidenceMax} of the observations.` }),
    evidence_count: z.int().meta({ description: 'Total number of observations.' }),
    miss_chance: z.number().nullable().meta({
      description:
        'The chance, from 0 to 1, that every origin from which the absence is inferred missed the event. Null if the outcome is not based on absence.',
    }),
    supersedes: z.string().nullable().meta({ description: 'Id of the superseded resolution. Null for the first.' }),
  })
  .meta({ id: 'MessageResolution', description: 'A resolution. A long reason is truncated.' });

const leaningSchema = z
  .object({
    outcome: z
      .enum(['yes', 'no'])
      .nullable()
      .meta({ description: 'The outcome that the evidence points to. Null if only a person can decide.' }),
    reason: z.string(),
    text: z.string().meta({ description: 'What is missing, in words.' }),
  })
  .meta({ id: 'MessageLeaning', description: 'The outcome that the evidence points to without being sufficient.' });

const releaseSchema = z
  .object({
    occurred: z.string().meta({ description: 'When it was released: a date, a date-time or `start/end`.' }),
    basis: z.string().nullable().meta({ description: 'What the date is based on.' }),
    stage: z.string().nullable(),
    known_at: instantText('The earliest moment at which the evidence was known and sufficient.'),
  })
  .meta({ id: 'MessageRelease', description: 'The release of a model.' });

const criterionSchema = z
  .object({
    version: z.int().meta({ description: 'Version of the criterion, from 1.' }),
    hash: z.string(),
    text: z.string().meta({ description: 'The criterion in words. A long text is truncated.' }),
  })
  .meta({ id: 'MessageCriterion', description: 'A version of the criterion.' });

const endpointReferenceSchema = z
  .object({ id: z.string(), links: z.object({ endpoint: z.string() }) })
  .meta({ id: 'MessageEndpoint', description: 'The endpoint.' });

const reasonField = z.string().meta({ description: 'The reason, in words.' });

/** The data of each type of event, without the sequence number. A new type does not compile until it has a schema. */
export const eventSchemas = {
  'prediction.created': z.object({ prediction: createdPredictionSchema }),
  'prediction.edited': z.object({ prediction: predictionSchema, changes: changesSchema }),
  'prediction.erratum_added': z.object({ prediction: predictionSchema, erratum: erratumSchema }),
  'prediction.withdrawn': z.object({
    prediction: predictionSchema,
    withdrawn_at: instantText('When it was withdrawn.'),
  }),
  'prediction.criterion.replaced': z.object({
    prediction: predictionSchema,
    criterion: criterionSchema.extend({ reason: reasonField }),
    superseded: criterionSchema,
  }),
  'prediction.proposed': z.object({ prediction: predictionSchema, leaning: leaningSchema }),
  'prediction.disputed': z.object({
    prediction: predictionSchema,
    leaning: leaningSchema,
    resolution: resolutionSchema.optional(),
  }),
  'prediction.resolved': z.object({ prediction: predictionSchema, resolution: resolutionSchema }),
  'prediction.annulled': z.object({ prediction: predictionSchema, resolution: resolutionSchema }),
  'prediction.resolution.amended': z.object({
    prediction: predictionSchema,
    resolution: resolutionSchema,
    superseded: resolutionSchema,
  }),
  'model.released': z.object({
    model: modelSchema,
    release: releaseSchema,
    links: modelLinksSchema,
  }),
  'model.end_moved': endMovedEventSchema,
  'model.ended': endedEventSchema,
  'model.ending': endingEventSchema,
  'model.successor_released': successorEventSchema,
  'model.suspended': suspensionEventSchema,
  'model.reinstated': suspensionEventSchema,
  'name.unrecognised': nameEventSchema,
  'feed.unhealthy': z.object({
    feed: feedSchema,
    reason: reasonField,
    advanced_at: instantText('Time of the last accepted poll. Null if there is none.').nullable(),
    links: feedLinksSchema,
  }),
  'feed.recovered': z.object({
    feed: feedSchema,
    reason: reasonField,
    unhealthy_since: instantText(
      'When the feed became unhealthy. Null if it was healthy and the poll only confirmed a suspect listing.',
    ).nullable(),
    links: feedLinksSchema,
  }),
  'endpoint.disabled': z.object({
    endpoint: endpointReferenceSchema,
    reason: z.enum(['gone', 'failing']),
    failing_since: instantText('Time of the first failure since the last success. Null if there is none.').nullable(),
  }),
  'case.opened': z.object({ prediction: predictionSchema, ...openedCaseFields }),
  'case.round_closed': z.object({ prediction: predictionSchema, ...closedRoundFields }),
  'case.decided': z.object({ prediction: predictionSchema, ...decidedCaseFields }),
  'case.appealed': z.object({ prediction: predictionSchema, ...appealedCaseFields }),
  ping: z.object({ endpoint: z.object({ id: z.string() }) }),
} as const satisfies { readonly [Type in EventType | typeof pingType]: z.ZodObject };

export type EventData = { readonly [Type in keyof typeof eventSchemas]: z.infer<(typeof eventSchemas)[Type]> };

/** An event of any type that subscribers receive, with the data of that type. */
export type EventFacts = { [Type in EventType]: { readonly type: Type; readonly data: EventData[Type] } }[EventType];

type PredictionFacts = { readonly id: string; readonly slug: string; readonly statement: string };

export function predictionData(prediction: PredictionFacts): z.infer<typeof predictionSchema> {
  return {
    id: prediction.id,
    slug: prediction.slug,
    statement: clipText(prediction.statement, statementBytesMax),
    links: {
      prediction: `/v1/predictions/${prediction.id}`,
      explanation: `/v1/predictions/${prediction.id}/explanation`,
      page: predictionPagePath(prediction.slug),
    },
  };
}

type ResolutionFacts = {
  readonly id: string;
  readonly outcome: Outcome;
  readonly effectiveAt: string;
  readonly knownAt: Instant;
  readonly decidedAt: Instant;
  readonly decidedBy: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly missChance: number | null;
  readonly supersedes: string | null;
};

export function resolutionData(resolution: ResolutionFacts): z.infer<typeof resolutionSchema> {
  return {
    id: resolution.id,
    outcome: resolution.outcome,
    effective_at: resolution.effectiveAt,
    known_at: formatInstant(resolution.knownAt),
    decided_at: formatInstant(resolution.decidedAt),
    decided_by: resolution.decidedBy,
    reason_code: resolution.reasonCode,
    reason: clipText(resolution.reason, reasonBytesMax),
    evidence: resolution.evidence.slice(0, eventEvidenceMax),
    evidence_count: resolution.evidence.length,
    miss_chance: resolution.missChance,
    supersedes: resolution.supersedes,
  };
}

type LeaningFacts = { readonly outcome: 'yes' | 'no' | null; readonly reason: string; readonly text: string };

/** The outcome that evidence points to but does not settle. */
export function leaningData(leaning: LeaningFacts): z.infer<typeof leaningSchema> {
  return { outcome: leaning.outcome, reason: leaning.reason, text: clipText(leaning.text, reasonBytesMax) };
}
