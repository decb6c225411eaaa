import { describe, expect, it, test } from 'vitest';
import {
  classifyStatus,
  countsAgainst,
  errorClasses,
  failingSince,
  failureForgottenMs,
  nextStep,
} from '../../../src/domain/webhooks/delivery.ts';

describe('a status', () => {
  it.each([
    [200, null],
    [204, null],
    [299, null],
    [300, 'redirect'],
    [308, 'redirect'],
    [400, 'bad_status'],
    [410, 'gone'],
    [429, 'throttled'],
    [500, 'bad_status'],
    [599, 'bad_status'],
  ])('of %i is %s', (status, errorClass) => expect(classifyStatus(status)).toBe(errorClass));
});

test('429 and errors of the sender do not count against an endpoint', () => {
  expect(errorClasses.filter((errorClass) => !countsAgainst(errorClass))).toEqual([
    'throttled',
    'secret_unreadable',
    'stopped',
    'lost',
    'internal',
  ]);
});

describe('failing_since', () => {
  it('starts with the first failure and remains with the next', () => {
    expect(failingSince({ failingSince: null, lastFailedAt: null }, 1000)).toBe(1000);
    expect(failingSince({ failingSince: 1000, lastFailedAt: 2000 }, 3000)).toBe(1000);
  });

  it('starts again if the last failure was long ago', () => {
    const before = { failingSince: 1000, lastFailedAt: 2000 };
    expect(failingSince(before, 2000 + failureForgottenMs)).toBe(1000);
    expect(failingSince(before, 2001 + failureForgottenMs)).toBe(2001 + failureForgottenMs);
  });
});

describe('after an attempt', () => {
  const schedule = [0, 5000, 300_000];
  const moment = { now: 1_000_000, random: 0 };
  const attempt = { errorClass: null, retryAfterMs: null, step: 0, automatic: true } as const;

  it('that succeeded, no attempt follows', () => {
    expect(nextStep(attempt, schedule, moment)).toEqual({ state: 'succeeded', nextAttemptAt: null, step: 0 });
  });

  it('that failed, the schedule continues until it is used up', () => {
    const failed = { ...attempt, errorClass: 'bad_status' } as const;
    expect(nextStep(failed, schedule, moment)).toEqual({ state: 'pending', nextAttemptAt: 1_005_000, step: 1 });
    expect(nextStep({ ...failed, step: 1 }, schedule, moment)).toMatchObject({ nextAttemptAt: 1_300_000, step: 2 });
    expect(nextStep({ ...failed, step: 2 }, schedule, moment)).toMatchObject({ state: 'failed', nextAttemptAt: null });
  });

  it('that was requested manually, no attempt follows', () => {
    const failed = { ...attempt, errorClass: 'timeout', automatic: false } as const;
    expect(nextStep(failed, schedule, moment)).toMatchObject({ state: 'failed', nextAttemptAt: null });
  });

  it('that the sender aborted, the same attempt follows', () => {
    const stopped = { ...attempt, errorClass: 'stopped', step: 2 } as const;
    expect(nextStep(stopped, schedule, moment)).toEqual({ state: 'pending', nextAttemptAt: 1_000_000, step: 2 });
  });
});
