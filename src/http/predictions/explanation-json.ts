import { z } from '@hono/zod-openapi';
import type { ExplanationNode } from '../../domain/evaluation/explanation.ts';
import { trusts } from '../../domain/feeds/trust.ts';

export const witnessSchema = z
  .object({
    observation_id: z.string(),
    feed: z.string().meta({ description: 'Slug of the feed.' }),
    origin: z.string().meta({ description: 'Feeds with the same origin count as one.' }),
    trust: z.enum(trusts),
    name: z.string().meta({ description: 'Model id as published.' }),
    model: z.string().meta({ description: 'The model that the name was parsed as.' }),
    observed_at: z.string().meta({ description: 'When the feed was read.' }),
    source_as_of: z.string().nullable().meta({ description: 'Date stated by the publisher.' }),
  })
  .meta({ id: 'Witness', description: 'An observation that supports a verdict.' });

export const watermarkSchema = z
  .object({
    feed: z.string(),
    origin: z.string(),
    vendor: z.string(),
    read_from: z.string().nullable().meta({ description: 'When the feed was first read.' }),
    watermark: z.string().nullable().meta({ description: 'When the feed was last read successfully.' }),
    settlement_lag_hours: z
      .number()
      .meta({ description: 'How long after a release the feed may take to list it, in hours.' }),
  })
  .meta({ id: 'Watermark', description: 'How far a feed that covers the vendor has been read.' });

/** Has the same shape as the criterion, node by node. */
export const explanationNodeSchema = z
  .object({
    op: z.string().meta({ description: 'Operator of this node of the criterion.', example: 'released' }),
    verdict: z.enum(['yes', 'no', 'undetermined']),
    reason: z.string().meta({ description: 'Machine-readable code for the reason.', example: 'released_in_window' }),
    text: z.string().meta({ description: 'The reason, in one sentence.' }),
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
    description: 'The verdict of one node of the criterion, with its reason. Recursive through `of`.',
  });

/** The evaluation builds the tree in its JSON shape already; only readonly arrays become mutable ones. */
export function explanationToJson(node: ExplanationNode): z.infer<typeof explanationNodeSchema> {
  return { ...node, witnesses: [...node.witnesses], watermarks: [...node.watermarks], of: [...node.of] };
}
