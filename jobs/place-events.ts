import { placeEvents } from '../src/services/events/event-log.ts';
import type { Job } from './job.ts';

/** Gives events their places even while nobody asks for them, so that the first who does need not wait. */
export const placeEventsJob: Job = {
  name: 'place-events',
  cron: '* * * * *',
  run: async (deps) => ({ placed: await placeEvents(deps) }),
};
