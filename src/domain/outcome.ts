/** The results that a resolution can record: two that the resolver reaches, and two that only a person decides. */
export const outcomes = ['yes', 'no', 'ambiguous', 'annulled'] as const;

export type Outcome = (typeof outcomes)[number];
