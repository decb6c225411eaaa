/** How an item of evidence relates to a claim: it speaks for it, against it, or only explains it. */
export const stances = ['for', 'against', 'context'] as const;
export type Stance = (typeof stances)[number];
