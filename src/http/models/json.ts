import { z } from '@hono/zod-openapi';
import { datedBy, listedBy } from '../../domain/evaluation/answer.ts';
import { stages } from '../../domain/feeds/item.ts';
import { trusts } from '../../domain/feeds/trust.ts';
import { formatInstant, formatInterval, type Instant, type Interval } from '../../domain/instant.ts';
import type { listModels, ModelView } from '../../services/models/models.ts';
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
import { witnessRowSchema, witnessRowToJson } from './witness-json.ts';

/** Rows told of at most beside a model; the vendor's own come first. */
export const witnessRowsMax = 100;

const nameFields = {
  id: z.string().meta({ description: 'Vendor and slug.', example: modelExample.id }),
  vendor: z.string().meta({ example: modelExample.vendor }),
  slug: z.string().meta({
    description:
      'The one spelling of its name: family, version and tier joined by dashes, with dots inside the version; `family~version~tier` where that could be read otherwise.',
    example: modelExample.slug,
  }),
  family: z.string().meta({ example: modelExample.family }),
  version: z
    .string()
    .nullable()
    .meta({ description: 'Null where the vendor gives none.', example: modelExample.version }),
  tier: z.string().nullable().meta({ description: 'Null for the unsuffixed model.' }),
};

const knownFields = {
  grade: z.enum(['admissible', 'short']).nullable().meta({
    description:
      'admissible: the evidence satisfies the default policy, and the model is taken to be out. short: it was seen, below the policy. null: only announced so far.',
  }),
  stage: z
    .enum(stages)
    .nullable()
    .meta({ description: 'The last stage that is established, or that anything speaks of while none is.' }),
  occurred: z.string().nullable().meta({
    description:
      'When it came out, as far as the evidence bounds it: a date, an instant, or `start/end`; `..` where nothing bounds it.',
    example: modelExample.occurred,
  }),
  basis: z.enum(['stated', 'curated', 'late', 'bracket']).nullable().meta({
    description:
      'Where that comes from. stated: a date of the vendor or of the ledger. curated: the date in a vendor row of a catalogue, inside the bracket of sightings. late: from such a date to the sighting that proves it. bracket: sightings alone.',
  }),
  known_at: instantText('The earliest moment of knowledge at which the evidence sufficed.').nullable(),
};

export const modelSummarySchema = z
  .object({
    ...nameFields,
    ...knownFields,
    first_seen_at: instantText('When anything first listed it.'),
    url: z.string().meta({ description: 'Who said what when.', example: modelExample.url }),
  })
  .meta({ id: 'ModelSummary', description: 'A canonical model, and what is known of its release.' });

export type ModelRow = Awaited<ReturnType<typeof listModels>>[number];

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

function nameToJson(model: ModelView['record']['model'], slug: string) {
  const { vendor, family, version, tier } = model;
  return { id: `${vendor}/${slug}`, vendor, slug, family, version, tier };
}

export function urlOf(vendor: string, slug: string): string {
  return `/v1/models/${vendor}/${slug}`;
}

export function instantOrNull(at: Instant | null): string | null {
  return at === null || !Number.isFinite(at) ? null : formatInstant(at);
}

export const modelSchema = z
  .object({
    ...nameFields,
    ...knownFields,
    missing: z.string().nullable().meta({ description: 'What the evidence lacks; null when it lacks nothing.' }),
    why: z
      .string()
      .nullable()
      .meta({ description: 'Who lists it since when, and why it is dated so.', example: modelExample.why }),
    bracket: z
      .object({
        after: z
          .string()
          .nullable()
          .meta({ description: 'Enough had been read without it up to here; null: nothing says so.' }),
        by: z.string().nullable().meta({ description: 'By then as many origins vouched for it as the policy asks.' }),
      })
      .nullable()
      .meta({ description: 'What first sightings and reads without it say alone, whatever dates are stated.' }),
    trust: z.enum(trusts).nullable().meta({ description: 'The best trust among those who list it.' }),
    stages: z.array(stageFactSchema).meta({ description: 'Every stage that anything speaks of, in order.' }),
    retirement: retirementSchema.nullable().meta({ description: 'Null when no row of its vendor states an end.' }),
    attributes: z.array(attributeSchema).meta({ description: "What the vendor's own rows publish, value by value." }),
    witnesses: z.array(witnessRowSchema).meta({
      description: `Who said what when: the vendor's own rows first, then by first sighting; ${witnessRowsMax} at most.`,
    }),
    witnesses_total: z.int().meta({ description: 'How many rows there are in all.' }),
    predictions: z
      .array(z.object({ id: z.string(), slug: z.string(), statement: z.string(), url: z.string() }))
      .meta({ description: 'Predictions whose criterion speaks of it, the newest first.' }),
    more_predictions: z.boolean().meta({ description: 'There may be more of them than are named.' }),
    links: z.object({
      observations: z.string().meta({ description: 'The raw evidence of its family.' }),
      predictions: z.string().meta({ description: 'Predictions that watch its family.' }),
    }),
    as_of: stampSchema.nullable().meta({ description: 'Given when `as_of` was asked for.' }),
  })
  .meta({ id: 'Model', description: 'What is known of one canonical model, and from whom.' });

export function modelToJson(view: ModelView, stamp: z.infer<typeof stampSchema> | null): z.infer<typeof modelSchema> {
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
