import { z } from 'zod';

/** The evidence that a prediction requires beyond the default. A policy can only be stricter than the default. */
export const evidencePolicySchema = z
  .strictObject({
    origins: z.int().min(2).max(5).optional().meta({
      description: 'How many independent origins of curated and aggregator feeds must agree, from 2 to 5. Default: 2.',
    }),
    first_party: z.literal(true).optional().meta({
      description:
        "If true, only evidence from the vendor's own feeds counts. Default: first-party evidence, or that of several origins.",
    }),
    miss_max: z.number().gt(0).max(0.01).multipleOf(0.000001).optional().meta({
      description:
        'The largest chance of all origins having missed the event at which absence still settles a NO. At most 0.01, in steps of 0.000001. Shared among the parts of a criterion. Default: 0.01.',
    }),
  })
  .meta({
    id: 'EvidencePolicy',
    description: 'The evidence that settles the prediction. It can be stricter than the default, never less strict.',
  });

export type EvidencePolicy = {
  readonly originsMin: number;
  readonly firstPartyOnly: boolean;
  /** The largest accepted chance of a miss, in millionths: comparisons are by integers. */
  readonly missMaxMillionths: number;
};

/** One first-party feed, or two origins. */
export const defaultPolicy: EvidencePolicy = { originsMin: 2, firstPartyOnly: false, missMaxMillionths: 10_000 };

export function readPolicy(input: z.infer<typeof evidencePolicySchema> | null | undefined): EvidencePolicy {
  if (input === null || input === undefined) return defaultPolicy;
  return {
    originsMin: input.origins ?? defaultPolicy.originsMin,
    firstPartyOnly: input.first_party === true,
    missMaxMillionths:
      input.miss_max === undefined ? defaultPolicy.missMaxMillionths : Math.round(input.miss_max * 1_000_000),
  };
}
