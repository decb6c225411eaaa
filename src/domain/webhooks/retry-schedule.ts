import { dayMs, hourMs } from '../instant.ts';
import { Refusal } from '../refusal.ts';

/** Delays in milliseconds. The first precedes the first attempt; each further one follows a failed attempt. */
export type RetrySchedule = readonly number[];

/** The delays that Standard Webhooks 1.0.0 gives as an example: ten attempts over 75 hours. */
export const retryScheduleDefault = '0s,5s,5m,30m,2h,5h,10h,14h,20h,24h';

export const retryStepsMax = 50;
export const retryDelayMsMax = 7 * dayMs;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: hourMs, d: dayMs };

/**
 * Reads delays such as `0s,5s,5m,2h`. `none` means a single attempt at once, without retries.
 * Throws `Refusal('validation_failed')` with the first invalid entry.
 */
export function parseSchedule(text: string): RetrySchedule {
  if (text.trim() === 'none') return [];
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.length > retryStepsMax)
    throw new Refusal('validation_failed', `must have at most ${retryStepsMax} delays, not ${entries.length}`);
  return entries.map((entry) => {
    const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(entry);
    const ms = Number(match?.[1]) * (unitMs[match?.[2] ?? ''] ?? Number.NaN);
    if (Number.isNaN(ms))
      throw new Refusal('validation_failed', `"${entry.slice(0, 40)}" is not a delay such as 30s or 5m`);
    if (ms > retryDelayMsMax) throw new Refusal('validation_failed', `${entry} is longer than seven days`);
    return ms;
  });
}

export function firstDelayMs(schedule: RetrySchedule): number {
  return schedule[0] ?? 0;
}

/** Jitter is up to a tenth of the delay, within these bounds. */
export const jitterMsMin = 1000;
export const jitterMsMax = 15 * 60_000;

/** The jitter to add to a delay, for a random number in [0, 1). A delay of zero gets none. */
export function jitterMs(delayMs: number, random: number): number {
  if (delayMs === 0) return 0;
  return Math.floor(random * Math.min(Math.max(delayMs / 10, jitterMsMin), jitterMsMax));
}

/**
 * The delay after a failed attempt that was preceded by `step` delays of the schedule; null if the schedule is used up.
 * The receiver's `Retry-After` can only lengthen it.
 */
export function retryDelayMs(
  schedule: RetrySchedule,
  step: number,
  { retryAfterMs, random }: { readonly retryAfterMs: number | null; readonly random: number },
): number | null {
  const planned = schedule[step + 1];
  if (planned === undefined) return null;
  return Math.max(planned + jitterMs(planned, random), retryAfterMs ?? 0);
}
