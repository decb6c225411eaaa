/** A share of the votes as a fraction of whole numbers, so that comparing votes with it is exact. */
export type Threshold = { readonly part: number; readonly whole: number };

export const thresholdDefault: Threshold = { part: 2, whole: 3 };
/** The largest number in a threshold: products with the number of votes stay exact. */
const termMax = 1000;

/** Reads `2/3` or `1`; null for anything else. */
export function parseThreshold(text: string): Threshold | null {
  const match = /^([1-9]\d{0,3})(?:\/([1-9]\d{0,3}))?$/.exec(text);
  const part = Number(match?.[1]);
  const whole = Number(match?.[2] ?? 1);
  return match === null || part > termMax || whole > termMax || part > whole ? null : { part, whole };
}

export function formatThreshold({ part, whole }: Threshold): string {
  return part === whole ? '1' : `${part}/${whole}`;
}

/** Whether a share is more than one half: then no two outcomes can reach it, and no bare majority suffices. */
export function isOverHalf({ part, whole }: Threshold): boolean {
  return 2 * part > whole;
}

export function reaches(votes: number, total: number, { part, whole }: Threshold): boolean {
  return total > 0 && votes * whole >= part * total;
}
