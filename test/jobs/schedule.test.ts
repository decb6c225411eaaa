import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Job } from '../../jobs/job.ts';
import { startJobs } from '../../jobs/schedule.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Deps } from '../../src/services/deps.ts';

const logged: { level: string; fields: object; message: string }[] = [];
const log = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message });
// Of all that services may reach, starting jobs needs the log alone.
const deps = { log: { info: log('info'), warn: log('warn'), error: log('error') } } as unknown as Deps;

beforeEach(() => {
  logged.length = 0;
  vi.useFakeTimers({ now: new Date('2025-01-01T00:00:30Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

function job(run: Job['run'], cron = '* * * * *'): Job {
  return { name: 'count', cron, run };
}

describe('jobs', () => {
  test('receive the start of the minute that they run for', async () => {
    const ticks: Instant[] = [];
    const run: Job['run'] = async (_deps, tick) => {
      ticks.push(tick);
      return { done: 1 };
    };
    const jobs = startJobs(deps, [job(run)]);
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    await jobs.stop();
    expect(ticks.map((tick) => new Date(tick).toISOString())).toEqual([
      '2025-01-01T00:01:00.000Z',
      '2025-01-01T00:02:00.000Z',
      '2025-01-01T00:03:00.000Z',
    ]);
    expect(logged.at(-1)).toEqual({ level: 'info', fields: { job: 'count', done: 1 }, message: 'job done' });
  });

  test('with an invalid schedule are rejected before any job starts', () => {
    const run = vi.fn(async () => null);
    expect(() => startJobs(deps, [job(run), job(run, 'every now and then')])).toThrowError(
      expect.objectContaining({ code: 'validation_failed', message: expect.stringContaining('every now and then') }),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  test('never overlap with their own previous run', async () => {
    let finish = () => {};
    let started = 0;
    const slow = () =>
      new Promise<null>((resolve) => {
        started += 1;
        finish = () => resolve(null);
      });
    const jobs = startJobs(deps, [job(slow)]);
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    expect(started).toBe(1);
    expect(logged.map((line) => line.level)).toEqual(['warn', 'warn']);
    finish();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toBe(2);
    finish();
    await jobs.stop();
  });

  test('go on with the next minute after the clock was set back an hour, or forward a day and back', async () => {
    const ticks: string[] = [];
    const run: Job['run'] = async (_deps, tick) => {
      ticks.push(new Date(tick).toISOString());
      return { done: 1 };
    };
    const jobs = startJobs(deps, [job(run)]);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.setSystemTime(new Date('2024-12-31T23:01:30Z'));
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(ticks).toEqual(['2025-01-01T00:01:00.000Z', '2024-12-31T23:02:00.000Z', '2024-12-31T23:03:00.000Z']);

    vi.setSystemTime(new Date('2025-01-01T23:03:30Z'));
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(ticks.slice(3).filter((tick) => tick >= '2025-01-01T23:04')).toEqual([
      '2025-01-01T23:04:00.000Z',
      '2025-01-01T23:05:00.000Z',
    ]);
    vi.setSystemTime(new Date('2024-12-31T23:05:30Z'));
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    expect(ticks.slice(-2)).toEqual(['2024-12-31T23:06:00.000Z', '2024-12-31T23:07:00.000Z']);
    await jobs.stop();
    expect(logged.filter(({ message }) => message.includes('the clock was set back'))).toHaveLength(2);
    expect(logged.filter(({ level }) => level === 'warn').length).toBeLessThan(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('do not overlap with a run that began before the clock was set back', async () => {
    let finish = () => {};
    let started = 0;
    const slow = () =>
      new Promise<null>((resolve) => {
        started += 1;
        finish = () => resolve(null);
      });
    const jobs = startJobs(deps, [job(slow)]);
    await vi.advanceTimersByTimeAsync(60_000);
    vi.setSystemTime(new Date('2024-12-31T23:01:30Z'));
    await vi.advanceTimersByTimeAsync(3 * 60_000);
    expect(started).toBe(1);
    finish();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(started).toBe(2);
    finish();
    await jobs.stop();
  });

  test('that are running finish before stop() resolves', async () => {
    let finish = () => {};
    const slow = () =>
      new Promise<null>((resolve) => {
        finish = () => resolve(null);
      });
    const jobs = startJobs(deps, [job(slow)]);
    await vi.advanceTimersByTimeAsync(60_000);
    let stopped = false;
    const stopping = jobs.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(stopped).toBe(false);
    finish();
    await stopping;
    expect(logged.map((line) => line.message)).toEqual(['skipped: another node is running this job']);
  });

  test('that throw are logged and run again at the next tick', async () => {
    let runs = 0;
    const jobs = startJobs(deps, [
      job(async () => {
        runs += 1;
        if (runs === 1) throw new Error('the disk is full');
        return { done: runs };
      }),
    ]);
    await vi.advanceTimersByTimeAsync(2 * 60_000);
    await jobs.stop();
    expect(logged.map((line) => line.level)).toEqual(['error', 'info']);
    expect(JSON.stringify(logged[0]?.fields)).toContain('the disk is full');
  });
});
