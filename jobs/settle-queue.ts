import type { Deps } from '../src/services/deps.ts';
import { startSettler } from '../src/services/settling/settler.ts';
import type { Schedule } from './schedule.ts';

/** Settles the predictions that polls left in the queue when the database notifies of them, so it needs no cron expression. */
export async function settleWaiting(deps: Deps): Promise<Schedule> {
  return await startSettler(deps);
}
