import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import { rereadWatches } from '../src/services/model-watches/model-watches.ts';
import { sendNotices } from '../src/services/model-watches/notices.ts';
import type { Job } from './job.ts';

/** Announces the ends whose notice day has come. Before that, it reads the ids of watches again if what they mean may have changed. */
export const sendNoticesJob: Job = {
  name: 'send-notices',
  cron: '* * * * *',
  run: async (given) => {
    const deps = await withCurrentIdentity(given);
    return { watches: await rereadWatches(deps), events: await sendNotices(deps) };
  },
};
