import { dayMs, type Instant } from '../instant.ts';
import { type RetrySchedule, retryDelayMs } from './retry-schedule.ts';

/** What became of one event for one endpoint. Held: the endpoint is disabled; cancelled: it was deleted. */
export const deliveryStates = ['pending', 'succeeded', 'failed', 'held', 'cancelled'] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** What set an attempt off. */
export const attemptTriggers = ['schedule', 'manual', 'recover', 'test'] as const;

export type AttemptTrigger = (typeof attemptTriggers)[number];

/** Why an attempt did not succeed: a closed set, for the log, for metrics and for the rules below. */
export const errorClasses = [
  'bad_status',
  'redirect',
  'gone',
  'throttled',
  'dns',
  'connect',
  'timeout',
  'reset',
  'tls',
  'protocol',
  'too_large',
  'bad_url',
  'refused_address',
  'secret_unreadable',
  'stopped',
  'lost',
  'internal',
] as const;

export type ErrorClass = (typeof errorClasses)[number];

/** What an answer's status says; null for success. 2xx alone is success, and no redirect is followed. */
export function classifyStatus(status: number): ErrorClass | null {
  if (status >= 200 && status <= 299) return null;
  if (status >= 300 && status <= 399) return 'redirect';
  if (status === 410) return 'gone';
  return status === 429 ? 'throttled' : 'bad_status';
}

/**
 * Whether a failure speaks against the endpoint. To be asked for patience does not (429), nor does what went wrong on
 * this side.
 */
export function countsAgainst(errorClass: ErrorClass): boolean {
  switch (errorClass) {
    case 'throttled':
    case 'secret_unreadable':
    case 'stopped':
    case 'lost':
    case 'internal':
      return false;
    default:
      return true;
  }
}

/** An endpoint that has failed for so long, with no success in between, is disabled when a delivery is given up. */
export const failingMsMax = 5 * dayMs;

/** A failure so long ago, with none since, is forgotten: whoever is rarely told anything fails rarely. */
export const failureForgottenMs = 10 * dayMs;

/** Since when an endpoint has been failing, after one more failure. */
export function failingSince(
  before: { readonly failingSince: Instant | null; readonly lastFailedAt: Instant | null },
  now: Instant,
): Instant {
  const { failingSince: since, lastFailedAt } = before;
  return since === null || lastFailedAt === null || now - lastFailedAt > failureForgottenMs ? now : since;
}

/** An attempt that has ended, with where in the schedule its delivery stood. */
export type EndedAttempt = {
  readonly errorClass: ErrorClass | null;
  readonly retryAfterMs: number | null;
  /** Delays of the schedule used up before this attempt. */
  readonly step: number;
  /** Whether the schedule goes on after a failure; not after a single attempt on demand. */
  readonly automatic: boolean;
};

export type NextStep = {
  readonly state: 'succeeded' | 'pending' | 'failed';
  readonly nextAttemptAt: Instant | null;
  readonly step: number;
};

/** What follows from an attempt, as long as its endpoint is enabled and nobody asked for another one meanwhile. */
export function nextStep(
  attempt: EndedAttempt,
  schedule: RetrySchedule,
  { now, chance }: { readonly now: Instant; readonly chance: number },
): NextStep {
  const { errorClass, retryAfterMs, step, automatic } = attempt;
  if (errorClass === null) return { state: 'succeeded', nextAttemptAt: null, step };
  // Stopping is no fault of the receiver: the same attempt is made again, by whoever comes next.
  if (errorClass === 'stopped') return { state: 'pending', nextAttemptAt: now, step };
  const delayMs = automatic ? retryDelayMs(schedule, step, { retryAfterMs, chance }) : null;
  if (delayMs === null) return { state: 'failed', nextAttemptAt: null, step };
  return { state: 'pending', nextAttemptAt: now + delayMs, step: step + 1 };
}
