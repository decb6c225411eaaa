import { pollDueFeeds } from '../src/services/feeds/polls.ts';
import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import type { Job } from './job.ts';

/** Reads every feed that is due, on whichever node comes first. */
export function pollFeedsJob(cron: string): Job {
  return {
    name: 'poll-feeds',
    cron,
    run: async (deps, tick) => await pollDueFeeds(await withCurrentIdentity(deps), tick),
  };
}
