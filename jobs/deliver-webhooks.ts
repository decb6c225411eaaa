import type { Deps } from '../src/services/deps.ts';
import { startSender } from '../src/services/webhooks/sender.ts';
import { sweepWebhooks } from '../src/services/webhooks/sweep.ts';
import type { Job } from './job.ts';
import type { Schedule } from './schedule.ts';

/** How long exchanges under way may take to end once the process was told to stop; the rest are made anew by another. */
const drainMsMax = 8000;

/** Tells subscribers as things happen, woken by the database and by the time of what is due, not by a cron. */
export async function deliverWebhooks(deps: Deps): Promise<Schedule> {
  const sender = await startSender(deps);
  return { stop: () => sender.stop(drainMsMax) };
}

/** Puts right what no attempt does. */
export const sweepWebhooksJob: Job = { name: 'sweep-webhooks', cron: '* * * * *', run: sweepWebhooks };
