import { Refusal } from '../src/domain/refusal.ts';
import { watchFeeds } from '../src/services/feeds/health.ts';
import { cronRule, readCron } from './cron.ts';
import type { Job } from './job.ts';

/** Reports feeds that have accepted nothing for several polls. `pollCron` is the schedule of the polls. */
export function watchFeedsJob(pollCron: string): Job {
  const expected = readCron(pollCron);
  if (expected === null) throw new Refusal('validation_failed', `poll-feeds: "${pollCron}" must have ${cronRule}`);
  return { name: 'watch-feeds', cron: '* * * * *', run: (deps) => watchFeeds(deps, expected) };
}
