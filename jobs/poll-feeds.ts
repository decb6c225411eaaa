import { pollDueFeeds } from '../src/services/feeds/polls.ts';
import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import type { Job } from './job.ts';

/** Polls every feed that is due. A lease makes sure that only one node polls a feed. */
export function pollFeedsJob(cron: string): Job {
  return {
    name: 'poll-feeds',
    cron,
    run: async (deps, tick) => {
      const { polled, failed, resolved, settling } = await pollDueFeeds(await withCurrentIdentity(deps), tick);
      return { polled, failed, resolved, settling };
    },
  };
}
