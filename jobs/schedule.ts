import { type Logger, schedule, validate } from 'node-cron';
import { startOfMinute } from '../src/domain/instant.ts';
import { Refusal } from '../src/domain/refusal.ts';
import type { Deps } from '../src/services/deps.ts';
import type { Job } from './job.ts';

export type Schedule = { readonly stop: () => Promise<void> };

/** How often the clock is compared with its last reading. */
const clockCheckMs = 10_000;

/**
 * Starts jobs in UTC. A job never overlaps itself in one process. `stop` waits for runs in progress. After the clock was set back,
 * the ticks follow it: the scheduler waits for the next tick by the clock, which would be hours away.
 */
export function startJobs(deps: Deps, jobs: readonly Job[]): Schedule {
  for (const job of jobs)
    if (!validate(job.cron))
      throw new Refusal('validation_failed', `"${job.cron}" is not a cron expression (job ${job.name})`);
  const running = new Map<string, Promise<void>>();
  const tasks = jobs.map((job) =>
    schedule(
      job.cron,
      async ({ date }) => {
        // The scheduler forgets a run when its task is restarted.
        if (running.has(job.name)) return;
        const run = runJob(deps, job, date);
        running.set(job.name, run);
        await run.finally(() => running.delete(job.name));
      },
      { name: job.name, timezone: 'UTC', noOverlap: true, logger: schedulerLog(deps, job) },
    ),
  );
  const restart = async (): Promise<void> => {
    deps.log.warn({}, 'the clock was set back; the jobs follow it');
    for (const task of tasks) {
      await task.stop();
      await task.start();
    }
  };
  const clock = watchClock(restart);
  return {
    stop: async () => {
      clearInterval(clock);
      for (const task of tasks) await task.stop();
      await Promise.allSettled(running.values());
    },
  };
}

function watchClock(steppedBack: () => Promise<void>): NodeJS.Timeout {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now < last) void steppedBack();
    last = now;
  }, clockCheckMs);
  return timer.unref();
}

/** The scheduler reports every tick that it missed, of which there are thousands when a machine wakes up. */
const warningPeriodMs = 60_000;

/** Logs the warnings of the scheduler itself, not too often: a run that is still in progress, a missed tick. */
function schedulerLog(deps: Deps, job: Job): Logger {
  const say = (level: 'warn' | 'error') => {
    let lastAt = Number.NEGATIVE_INFINITY;
    return (message: string | Error): void => {
      const now = performance.now();
      if (now - lastAt < warningPeriodMs) return;
      lastAt = now;
      deps.log[level]({ job: job.name }, String(message));
    };
  };
  return { debug: () => {}, info: () => {}, warn: say('warn'), error: say('error') };
}

async function runJob(deps: Deps, job: Job, date: Date): Promise<void> {
  const tick = startOfMinute(date.getTime());
  try {
    const counts = await job.run(deps, tick);
    deps.log.info(
      { job: job.name, ...counts },
      counts === null ? 'skipped: another node is running this job' : 'job done',
    );
  } catch (error) {
    deps.log.error(
      { job: job.name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'job failed; it runs again at the next tick',
    );
  }
}
