import { z } from '@hono/zod-openapi';
import { type AbsenceNote, type ExplanationNode, witnessesPerNodeMax } from '../../domain/evaluation/explanation.ts';
import {
  evidenceIdsMax,
  explanationEntriesMax,
  explanationTextCharsMax,
  type LimitedExplanation,
} from '../../domain/evaluation/limit-explanation.ts';
import { trusts } from '../../domain/feeds/trust.ts';

export const witnessSchema = z
  .object({
    observation_id: z.string(),
    feed: z.string().meta({ description: 'Slug of the feed.' }),
    origin: z.string().meta({ description: 'Origin of the data. Feeds of one origin count as one.' }),
    trust: z.enum(trusts),
    name: z.string().meta({ description: 'Model id as published.' }),
    model: z.string().meta({ description: 'The model that the name was parsed as.' }),
    observed_at: z.string().meta({ description: 'When the publisher served the row.' }),
    source_as_of: z.string().nullable().meta({ description: 'Date stated by the publisher.' }),
  })
  .meta({ id: 'Witness', description: 'An observation that supports a verdict.' });

export const watermarkSchema = z
  .object({
    feed: z.string().meta({ description: 'Slug of the feed.' }),
    origin: z.string(),
    vendor: z.string(),
    read_from: z.string().nullable().meta({ description: 'When the feed was first read.' }),
    watermark: z.string().nullable().meta({ description: 'When the feed was last read successfully.' }),
    measured: z.boolean().meta({
      description:
        'Whether it has been measured how often the origin misses such facts about the vendor. If not, absence from the feed is not evidence.',
    }),
  })
  .meta({ id: 'Watermark', description: 'How far a feed that covers the vendor has been read.' });

export const absenceSchema = z
  .object({
    vendor: z.string(),
    fact: z
      .string()
      .meta({ description: 'What is absent: `listing`, `end`, or the name of an attribute.', example: 'listing' }),
    absent_to: z.string().meta({ description: 'The last moment for which the absence is established.' }),
    miss_chance: z.number().meta({ description: 'The chance, from 0 to 1, that all these origins missed the fact.' }),
    miss_max: z
      .number()
      .meta({ description: 'The largest chance, from 0 to 1, that is accepted for this part of the criterion.' }),
    origins: z
      .array(
        z.object({
          origin: z.string(),
          feeds: z.array(z.string()).meta({ description: 'Slugs of its feeds.' }),
          read_to: z.string().meta({ description: 'Time of the last accepted read.' }),
          patience_days: z.number().meta({ description: 'Whole days from `absent_to` to `read_to`.' }),
          missed: z.number().meta({
            description: 'Number of the `known` models that the origin still did not list after `patience_days`.',
          }),
          known: z.number().meta({
            description:
              'Number of models of the vendor that were released at least `patience_days` before the measurement ended.',
          }),
        }),
      )
      .meta({ description: 'The origins from which the absence is inferred.' }),
  })
  .meta({
    id: 'Absence',
    description:
      'The absence that a verdict is based on: the origins from which it is inferred, and the chance that all of them missed the model.',
  });

/** The explanation: one node for each node of the criterion. */
export const explanationNodeSchema = z
  .object({
    op: z.string().meta({ description: 'Operator of this node of the criterion.', example: 'released' }),
    verdict: z.enum(['yes', 'no', 'undetermined']),
    reason: z.string().meta({ description: 'Machine-readable code for the reason.', example: 'released_in_window' }),
    text: z.string().meta({
      description: `The reason, in one sentence. Text after ${explanationTextCharsMax} characters is omitted.`,
    }),
    effective_at: z.string().nullable(),
    witnesses: z.array(witnessSchema).meta({
      description: `Observations that support the verdict: at most ${witnessesPerNodeMax} per node, those that settled it first. \`omitted\` has the number left out of the response.`,
    }),
    watermarks: z.array(watermarkSchema).meta({
      description:
        'How far the feeds that the verdict depends on have been read. `omitted` has the number left out of the response.',
    }),
    absence: absenceSchema
      .nullable()
      .meta({ description: 'The absence that the verdict is based on. Null if it is not based on absence.' }),
    get of(): z.ZodType<ExplanationNode[]> {
      // The getter refers to its own schema, so TypeScript cannot infer the type.
      return z.array(explanationNodeSchema as unknown as z.ZodType<ExplanationNode>);
    },
  })
  .meta({
    id: 'ExplanationNode',
    description: 'The verdict of one node of the criterion, with its reason. Recursive through `of`.',
  });

/** The ids of the deciding observations, and how much an answer leaves out. */
export const evidenceSchema = z.array(z.string()).meta({
  description: `Ids of the observations that decide the verdict: the first ${evidenceIdsMax}. \`omitted\` has the number left out.`,
});

export const omittedSchema = z
  .object({
    evidence: z.number().int().meta({ description: 'Number of ids left out of `evidence`.' }),
    witnesses: z.number().int().meta({ description: 'Number of witnesses left out, in all nodes of the explanation.' }),
    watermarks: z
      .number()
      .int()
      .meta({ description: 'Number of watermarks left out, in all nodes of the explanation.' }),
    origins: z.number().int().meta({ description: 'Number of origins left out, in all nodes of the explanation.' }),
  })
  .meta({
    id: 'OmittedEntries',
    description: `Number of entries that this response leaves out of each list. The response contains at most ${evidenceIdsMax} ids in \`evidence\` and, in all nodes of the explanation together, at most ${explanationEntriesMax} witnesses, ${explanationEntriesMax} watermarks and ${explanationEntriesMax} origins, in the order of the criterion.`,
  });

/** The part of an answer that explains an evaluation. */
export function limitedToJson({ explanation, evidence, omitted }: LimitedExplanation) {
  return { evidence: [...evidence], explanation: explanationToJson(explanation), omitted: { ...omitted } };
}

/** The evaluation builds the tree in its JSON shape already; only readonly arrays become mutable ones. */
function explanationToJson(node: ExplanationNode): z.infer<typeof explanationNodeSchema> {
  return {
    ...node,
    witnesses: [...node.witnesses],
    watermarks: [...node.watermarks],
    absence: absenceToJson(node.absence),
    of: [...node.of],
  };
}

function absenceToJson(absence: AbsenceNote | null): z.infer<typeof absenceSchema> | null {
  if (absence === null) return null;
  return { ...absence, origins: absence.origins.map((origin) => ({ ...origin, feeds: [...origin.feeds] })) };
}
