import { type Logger, schedule, validate } from 'node-cron';
import { startOfMinute } from '../src/domain/instant.ts';
import { Refusal } from '../src/domain/refusal.ts';
import type { Deps } from '../src/services/deps.ts';
import type { Job } from './job.ts';

export type Schedule = { readonly stop: () => Promise<void> };

/** Starts jobs in UTC. A job never overlaps itself in one process. `stop` waits for runs in progress. */
export function startJobs(deps: Deps, jobs: readonly Job[]): Schedule {
  for (const job of jobs)
    if (!validate(job.cron))
      throw new Refusal('validation_failed', `"${job.cron}" is not a cron expression (job ${job.name})`);
  const running = new Set<Promise<void>>();
  const tasks = jobs.map((job) =>
    schedule(
      job.cron,
      async ({ date }) => {
        const run = runJob(deps, job, date);
        running.add(run);
        await run.finally(() => running.delete(run));
      },
      { name: job.name, timezone: 'UTC', noOverlap: true, logger: schedulerLog(deps, job) },
    ),
  );
  return {
    stop: async () => {
      for (const task of tasks) await task.stop();
      await Promise.allSettled(running);
    },
  };
}

/** Logs the warnings of the scheduler itself: a run that is still in progress, a missed tick. */
function schedulerLog(deps: Deps, job: Job): Logger {
  const say = (level: 'warn' | 'error') => (message: string | Error) =>
    deps.log[level]({ job: job.name }, String(message));
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
