import { z } from '@hono/zod-openapi';
import type { ExplanationNode } from '../../domain/evaluation/explanation.ts';
import { trusts } from '../../domain/feeds/trust.ts';

export const witnessSchema = z
  .object({
    observation_id: z.string(),
    feed: z.string().meta({ description: 'Slug of the feed.' }),
    origin: z.string().meta({ description: 'Feeds of one origin count once.' }),
    trust: z.enum(trusts),
    name: z.string().meta({ description: 'The model id as published.' }),
    model: z.string().meta({ description: 'What it was read as.' }),
    observed_at: z.string().meta({ description: 'The knowledge time.' }),
    source_as_of: z.string().nullable().meta({ description: 'The date that the publisher states.' }),
  })
  .meta({ id: 'Witness', description: 'An observation that a verdict rests on.' });

export const watermarkSchema = z
  .object({
    feed: z.string(),
    origin: z.string(),
    vendor: z.string(),
    read_from: z.string().nullable().meta({ description: 'Since when it has been read.' }),
    watermark: z.string().nullable().meta({ description: 'Up to when it has been read.' }),
    settlement_lag_hours: z.number().meta({ description: 'How long it may take to list a release.' }),
  })
  .meta({ id: 'Watermark', description: 'How far a feed has been read that covers the vendor.' });

/** Mirrors the criterion node by node. */
export const explanationNodeSchema = z
  .object({
    op: z.string().meta({ description: 'The operator of the criterion at this place.', example: 'released' }),
    verdict: z.enum(['yes', 'no', 'undetermined']),
    reason: z.string().meta({ description: 'A code for why.', example: 'released_in_window' }),
    text: z.string().meta({ description: 'Why, in one sentence.' }),
    effective_at: z.string().nullable(),
    witnesses: z.array(witnessSchema),
    watermarks: z.array(watermarkSchema),
    get of(): z.ZodType<ExplanationNode[]> {
      // The getter refers to the schema it stands in, whose type TypeScript cannot infer from itself.
      return z.array(explanationNodeSchema as unknown as z.ZodType<ExplanationNode>);
    },
  })
  .meta({
    id: 'ExplanationNode',
    description: 'Why one node of the criterion came out as it did. Recursive through `of`.',
  });

/** The tree is made in its JSON shape by the evaluation itself; copied so that it can be handed on. */
export function explanationToJson(node: ExplanationNode): z.infer<typeof explanationNodeSchema> {
  return { ...node, witnesses: [...node.witnesses], watermarks: [...node.watermarks], of: [...node.of] };
}
