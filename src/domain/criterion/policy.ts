import { z } from 'zod';

/** What a prediction may ask of evidence beyond the default. It can only be tightened. */
export const evidencePolicySchema = z
  .strictObject({
    origins: z
      .int()
      .min(2)
      .max(5)
      .optional()
      .meta({ description: 'How many origins of curated and aggregator feeds it takes. Default 2.' }),
    first_party: z.literal(true).optional().meta({ description: 'Only the vendor itself settles it.' }),
  })
  .meta({ id: 'EvidencePolicy', description: 'A tighter evidence policy than the default. It can never be laxer.' });

export type EvidencePolicy = { readonly originsMin: number; readonly firstPartyOnly: boolean };

/** One first party, or two origins. */
export const defaultPolicy: EvidencePolicy = { originsMin: 2, firstPartyOnly: false };

export function readPolicy(input: z.infer<typeof evidencePolicySchema> | null | undefined): EvidencePolicy {
  if (input === null || input === undefined) return defaultPolicy;
  return { originsMin: input.origins ?? defaultPolicy.originsMin, firstPartyOnly: input.first_party === true };
}
