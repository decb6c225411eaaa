/** Days before a planned or firm end on which a notice is sent, unless a watch states others. */
export const noticeDaysDefault: readonly number[] = [90, 60, 30, 7, 1, 0];

export const noticeDayMax = 365;
export const noticeDaysMax = 20;

/** Distinct days, the earliest notice first. */
export function sortNoticeDays(days: readonly number[]): number[] {
  return [...new Set(days)].sort((a, b) => b - a);
}
