import { z } from '@hono/zod-openapi';
import { datedBy, listedBy } from '../../domain/evaluation/answer.ts';
import { stages } from '../../domain/feeds/item.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { formatInstant, formatInterval, type Instant, type Interval } from '../../domain/instant.ts';
import type { listModels, ModelView } from '../../services/models/models.ts';
import { endSchema, endToJson } from '../ends/json.ts';
import { instantText } from '../operation/fields.ts';
import { modelExample } from '../predictions/examples.ts';
import { stampSchema } from '../predictions/json.ts';
import {
  attributeSchema,
  attributeToJson,
  retirementSchema,
  retirementToJson,
  stageFactSchema,
  stageToJson,
} from './facts-json.ts';
import { nameFields, nameToJson, urlOf } from './name-json.ts';
import { witnessRowSchema, witnessRowToJson } from './witness-json.ts';

/** The most ends that a model lists. */
export const endsOfModelMax = 200;

/** The most rows that a model lists; the vendor's own come first. */
export const witnessRowsMax = 100;

const knownFields = {
  grade: z.enum(['admissible', 'short']).nullable().meta({
    description:
      '`admissible`: the evidence satisfies the default policy, so the model counts as released. `short`: there is evidence, but it does not satisfy the policy. Null: only announced.',
  }),
  stage: z.enum(stages).nullable().meta({
    description: 'The latest stage with admissible evidence or, if there is none, the latest with any evidence.',
  }),
  occurred: z.string().nullable().meta({
    description:
      'When it was released, as far as the evidence shows: a date, a date-time or `start/end`, where `..` is an unknown bound.',
    example: modelExample.occurred,
  }),
  basis: z.enum(['stated', 'curated', 'late', 'bracket']).nullable().meta({
    description:
      "How `occurred` was derived. `stated`: by the vendor or the ledger. `curated`: a date in the vendor's row of a catalogue, inside the bracket. `late`: the interval from such a date to the sighting that proves the release. `bracket`: the interval that sightings give, without any stated date.",
  }),
  known_at: instantText(
    'The earliest moment at which the evidence was known and sufficient. Null if it is not.',
  ).nullable(),
};

export const modelSummarySchema = z
  .object({
    ...nameFields,
    ...knownFields,
    first_seen_at: instantText('When a feed first listed it.'),
    url: z.string().meta({ description: 'Path of the model with its evidence.', example: modelExample.url }),
  })
  .meta({ id: 'ModelSummary', description: 'A model and what is known about its release.' });

export type ModelRow = Omit<Awaited<ReturnType<typeof listModels>>[number], 'dueAt'>;

export function modelRowToJson(row: ModelRow): z.infer<typeof modelSummarySchema> {
  const { vendor, slug, family, modelVersion: version, tier, grade, stage, basis } = row;
  return {
    ...nameToJson({ vendor, family, version, tier }, slug),
    grade,
    stage,
    occurred: grade === null ? null : formatInterval(intervalOf(row)),
    basis,
    known_at: instantOrNull(row.establishedAt),
    first_seen_at: formatInstant(row.firstSeenAt),
    url: urlOf(vendor, slug),
  };
}

function intervalOf({ occurredFrom, occurredTo }: ModelRow): Interval {
  return { from: occurredFrom ?? Number.NEGATIVE_INFINITY, to: occurredTo ?? Number.POSITIVE_INFINITY };
}

export function instantOrNull(at: Instant | null): string | null {
  return at === null || !Number.isFinite(at) ? null : formatInstant(at);
}

export const modelSchema = z
  .object({
    ...nameFields,
    ...knownFields,
    missing: z
      .string()
      .nullable()
      .meta({ description: 'What evidence is missing for the release to be admissible. Null if nothing is missing.' }),
    why: z.string().nullable().meta({
      description: 'Which feeds list it and since when, and which of them state a date.',
      example: modelExample.why,
    }),
    bracket: z
      .object({
        after: z.string().nullable().meta({
          description: 'The last moment at which enough feeds were read that did not list the model. Null if unknown.',
        }),
        by: z
          .string()
          .nullable()
          .meta({ description: 'The moment by which as many origins listed it as the policy requires.' }),
      })
      .nullable()
      .meta({ description: 'The interval of the release according to sightings alone, without stated dates.' }),
    trust: z.enum(trusts).nullable().meta({ description: 'Highest trust among the rows that list it.' }),
    stages: z.array(stageFactSchema).meta({ description: 'Every stage with evidence, in the order of a life cycle.' }),
    retirement: retirementSchema
      .nullable()
      .meta({ description: 'Its withdrawal. Null if no row of its vendor states one.' }),
    ends: z.array(endSchema).meta({
      description: `The stated ends of its ids, at its vendor, hosts and in plans; the most urgent first, at most ${endsOfModelMax}.`,
    }),
    attributes: z
      .array(attributeSchema)
      .meta({ description: "Prices and limits in the vendor's own rows, one entry per value." }),
    witnesses: z.array(witnessRowSchema).meta({
      description: `The rows that list it, at most ${witnessRowsMax}: the vendor's own first, then by first sighting.`,
    }),
    witnesses_total: z.int().meta({ description: 'Total number of such rows.' }),
    predictions: z
      .array(z.object({ id: z.string(), slug: z.string(), statement: z.string(), url: z.string() }))
      .meta({ description: 'Predictions whose criterion matches it, newest first.' }),
    more_predictions: z.boolean().meta({ description: 'True if there may be more predictions than are listed.' }),
    links: z.object({
      observations: z.string().meta({ description: 'Path of the observations of its family.' }),
      predictions: z.string().meta({ description: 'Path of the predictions on its family.' }),
    }),
    as_of: stampSchema.nullable().meta({
      description: 'The moment and the versions of the evaluation if the request has `as_of`; otherwise null.',
    }),
  })
  .meta({ id: 'Model', description: 'A model with the evidence for everything that is known about it.' });

export type Model = z.infer<typeof modelSchema>;

export function modelToJson(view: ModelView, stamp: z.infer<typeof stampSchema> | null): Model {
  const { record, slug, release } = view;
  const { vendor, family } = record.model;
  const bracket = release?.dating.bracket ?? null;
  return {
    ...nameToJson(record.model, slug),
    grade: release?.grade ?? null,
    stage: view.stage,
    occurred: release === null ? null : formatInterval(release.occurred),
    basis: release?.dating.basis ?? null,
    known_at: instantOrNull(view.establishedAt),
    missing: release?.missing ?? null,
    why: release === null ? null : `${listedBy(release)}; ${datedBy(release)}`,
    bracket: bracket === null ? null : { after: instantOrNull(bracket.from), by: instantOrNull(bracket.to - 1) },
    trust: release?.trust ?? null,
    stages: view.stages.map(stageToJson),
    retirement: retirementToJson(view),
    ends: view.ends.slice(0, endsOfModelMax).map((end) => endToJson(end, view.at)),
    attributes: view.attributes.map(attributeToJson),
    witnesses: record.rows.slice(0, witnessRowsMax).map(witnessRowToJson),
    witnesses_total: record.rows.length,
    predictions: view.predictions.map(({ id, slug: name, statement }) => ({
      id,
      slug: name,
      statement,
      url: `/v1/predictions/${id}`,
    })),
    more_predictions: view.morePredictions,
    links: {
      observations: `/v1/observations?vendor=${vendor}&family=${family}`,
      predictions: `/v1/predictions?vendor=${vendor}&family=${family}`,
    },
    as_of: stamp,
  };
}
