import { watchFeeds } from '../src/services/feeds/health.ts';
import type { Job } from './job.ts';

/** Notices feeds that have fallen silent, whoever should have read them; `pollCron` is when they are expected to be. */
export function watchFeedsJob(pollCron: string): Job {
  return { name: 'watch-feeds', cron: '* * * * *', run: (deps) => watchFeeds(deps, pollCron) };
}
