import fc from 'fast-check';
import { createTask } from 'node-cron';
import { describe, expect, it, test } from 'vitest';
import { readCron } from '../../jobs/cron.ts';
import { watchFeedsJob } from '../../jobs/watch-feeds.ts';
import { lastTicks } from '../../src/domain/feeds/cron.ts';
import { cronFields } from '../support/cron.ts';

const minuteMs = 60_000;

describe('a cron expression', () => {
  it.each([
    '*/15 * * * *',
    '0 9 * * MON-FRI',
    '0 0 1 january *',
    '0 22-2 * * *',
    '0 0 ? * *',
    '0 0 * * 5-7',
    ' 0  0 * * * ',
  ])('accepts %s', (cron) => {
    expect(readCron(cron)).not.toBeNull();
  });

  it.each([
    ['the last day of a month', '0 0 L * *'],
    ['the last working day of a month', '0 0 LW * *'],
    ['the working day nearest to a day', '0 0 15W * *'],
    ['the second Friday of a month', '0 0 * * 5#2'],
    ['a nickname', '@hourly'],
    ['a minute out of range', '61 * * * *'],
    ['four fields', '* * * *'],
    ['six fields', '* * * * * *'],
    ['a step of zero', '*/0 * * * *'],
    ['words', 'now and then for a while'],
    ['nothing', ''],
  ])('rejects %s: %s', (_name, cron) => {
    expect(readCron(cron)).toBeNull();
  });

  test('an invalid expression is rejected when the feed health checks are set up, with the accepted range', () => {
    expect(() => watchFeedsJob('0 0 L * *')).toThrowError(
      expect.objectContaining({
        code: 'validation_failed',
        message: expect.stringMatching(/^poll-feeds: "0 0 L \* \*" must have five fields: minute, hour/),
      }),
    );
  });
});

describe('the times at which a schedule was due', () => {
  const field = (values: readonly string[]) => fc.constantFrom('*', ...values);
  const expression = fc
    .tuple(
      field(['0', '*/20', '7,52', '10-50/10', '58-2']),
      field(['*/6', '0', '22-2', '9-17/4']),
      field(['1', '28-31', '*/9', '15,29']),
      field(['JAN', 'feb-apr', '*/5', '2', 'nov-feb']),
      field(['MON-FRI', '0', '7', 'sat,SUN', 'FRI-MON', '1-5/2']),
    )
    .map((fields) => fields.join(' '));
  const now = fc.integer({ min: Date.UTC(2023, 0, 1), max: Date.UTC(2027, 0, 1) });

  test('are exactly the times at which the scheduler runs', () => {
    fc.assert(
      fc.property(expression, now, (cron, until) => {
        const task = createTask(cron, () => {}, { timezone: 'UTC' });
        const ticks = lastTicks(cronFields(cron), until, 3);
        for (const tick of ticks) expect(task.match(new Date(tick))).toBe(true);
        // The scheduler only looks ahead, so whole hours before the newest are tried one minute at a time.
        const newest = ticks[0] ?? Number.NEGATIVE_INFINITY;
        const start = Math.floor(until / minuteMs) * minuteMs;
        for (let at = start; at > newest && at > start - 90 * minuteMs; at -= minuteMs)
          expect(task.match(new Date(at))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});
