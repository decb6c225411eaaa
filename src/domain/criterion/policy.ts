import { z } from 'zod';

/** The evidence that a prediction requires beyond the default. A policy can only be stricter than the default. */
export const evidencePolicySchema = z
  .strictObject({
    origins: z.int().min(2).max(5).optional().meta({
      description:
        'Number of independent origins, from 2 to 5, whose curated or aggregator feeds must agree. Default: 2.',
    }),
    first_party: z.literal(true).optional().meta({
      description:
        "If true, only evidence from the vendor's own feeds counts. If omitted, the agreement of several origins counts as well.",
    }),
    miss_max: z.number().gt(0).max(0.01).multipleOf(0.000001).optional().meta({
      description:
        'Upper limit for a NO by absence: the largest accepted chance that every origin missed the event. Greater than 0 and at most 0.01, in steps of 0.000001. Divided among the parts of a criterion. Default: 0.01.',
    }),
  })
  .meta({
    id: 'EvidencePolicy',
    description: 'The evidence that settles the prediction. It can be stricter than the default, never less strict.',
  });

export type EvidencePolicy = {
  readonly originsMin: number;
  readonly firstPartyOnly: boolean;
  /** The largest accepted chance of a miss, in millionths, so that chances are compared as integers. */
  readonly missMaxMillionths: number;
};

/** Evidence from one first-party feed, or from two origins. */
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
