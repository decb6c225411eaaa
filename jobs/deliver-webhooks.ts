import type { Deps } from '../src/services/deps.ts';
import { startSender } from '../src/services/webhooks/sender.ts';
import { sweepWebhooks } from '../src/services/webhooks/sweep.ts';
import type { Job } from './job.ts';
import type { Schedule } from './schedule.ts';

/** Time for requests in flight to finish after a stop; others are aborted, and another process retries them. */
const drainMsMax = 8000;

/** Delivers webhooks when the database notifies of a new delivery or one becomes due, so it needs no cron expression. */
export async function deliverWebhooks(deps: Deps): Promise<Schedule> {
  const sender = await startSender(deps);
  return { stop: () => sender.stop(drainMsMax) };
}

/** Housekeeping that delivery attempts do not do. */
export const sweepWebhooksJob: Job = { name: 'sweep-webhooks', cron: '* * * * *', run: sweepWebhooks };
