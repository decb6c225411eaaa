import { Refusal } from '../src/domain/refusal.ts';
import { watchFeeds } from '../src/services/feeds/health.ts';
import { cronRule, readCron } from './cron.ts';
import type { Job } from './job.ts';

/** Reports feeds that miss their expected polls, whichever node should have made them. `pollCron` is when polls are expected. */
export function watchFeedsJob(pollCron: string): Job {
  const expected = readCron(pollCron);
  if (expected === null) throw new Refusal('validation_failed', `poll-feeds: "${pollCron}" must have ${cronRule}`);
  return { name: 'watch-feeds', cron: '* * * * *', run: (deps) => watchFeeds(deps, expected) };
}
