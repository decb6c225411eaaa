import { dayMs, type Instant } from '../instant.ts';
import { type RetrySchedule, retryDelayMs } from './retry-schedule.ts';

/** The state of one event's delivery to one endpoint. `held`: the endpoint is disabled; `cancelled`: it was deleted. */
export const deliveryStates = ['pending', 'succeeded', 'failed', 'held', 'cancelled'] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** What started an attempt. */
export const attemptTriggers = ['schedule', 'manual', 'recover', 'test'] as const;

export type AttemptTrigger = (typeof attemptTriggers)[number];

/** Why an attempt failed: a closed set, for logs, metrics and the rules below. */
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

/** The error class of a response status; null for success. Only 2xx is success; redirects are not followed. */
export function classifyStatus(status: number): ErrorClass | null {
  if (status >= 200 && status <= 299) return null;
  if (status >= 300 && status <= 399) return 'redirect';
  if (status === 410) return 'gone';
  return status === 429 ? 'throttled' : 'bad_status';
}

/**
 * Whether a failure counts towards disabling the endpoint. A 429 does not, and neither does a failure of this service.
 */
export function countsAgainst(errorClass: ErrorClass): boolean {
  switch (errorClass) {
    case 'throttled':
    case 'secret_unreadable':
    case 'stopped':
    case 'lost':
    case 'internal':
      return false;
    case 'bad_status':
    case 'redirect':
    case 'gone':
    case 'dns':
    case 'connect':
    case 'timeout':
    case 'reset':
    case 'tls':
    case 'protocol':
    case 'too_large':
    case 'bad_url':
    case 'refused_address':
      return true;
  }
}

/** An endpoint that has failed for this long without a success is disabled when a delivery runs out of attempts. */
export const failingMsMax = 5 * dayMs;

/**
 * A failure this long ago with none since no longer counts. Otherwise rare failures of an endpoint with few events
 * would add up.
 */
export const failureForgottenMs = 10 * dayMs;

/** The start of an endpoint's current run of failures, given one more failure now. */
export function failingSince(
  before: { readonly failingSince: Instant | null; readonly lastFailedAt: Instant | null },
  now: Instant,
): Instant {
  const { failingSince: since, lastFailedAt } = before;
  return since === null || lastFailedAt === null || now - lastFailedAt > failureForgottenMs ? now : since;
}

/** An attempt that has ended, with its delivery's position in the schedule. */
export type EndedAttempt = {
  readonly errorClass: ErrorClass | null;
  readonly retryAfterMs: number | null;
  /** How many delays of the schedule were used up before this attempt. */
  readonly step: number;
  /** Whether the schedule continues after a failure. After an attempt that was requested on demand, it does not. */
  readonly automatic: boolean;
};

export type NextStep = {
  readonly state: 'succeeded' | 'pending' | 'failed';
  readonly nextAttemptAt: Instant | null;
  readonly step: number;
};

/** The next step after an attempt, if its endpoint is enabled and no other attempt was requested meanwhile. */
export function nextStep(
  attempt: EndedAttempt,
  schedule: RetrySchedule,
  { now, random }: { readonly now: Instant; readonly random: number },
): NextStep {
  const { errorClass, retryAfterMs, step, automatic } = attempt;
  if (errorClass === null) return { state: 'succeeded', nextAttemptAt: null, step };
  // If this process stops, the receiver is not at fault: the next worker makes the same attempt again.
  if (errorClass === 'stopped') return { state: 'pending', nextAttemptAt: now, step };
  const delayMs = automatic ? retryDelayMs(schedule, step, { retryAfterMs, random }) : null;
  if (delayMs === null) return { state: 'failed', nextAttemptAt: null, step };
  return { state: 'pending', nextAttemptAt: now + delayMs, step: step + 1 };
}
