/** Who settled a claim: the resolver from evidence, or people, alone or as a panel. */
export const deciders = ['resolver', 'people'] as const;
export type Decider = (typeof deciders)[number];
