import { placeEvents } from '../src/services/events/event-log.ts';
import type { Job } from './job.ts';

/** Positions new events in the event log while nobody reads it, so that the next reader does not wait for a backlog. */
export const placeEventsJob: Job = {
  name: 'place-events',
  cron: '* * * * *',
  run: async (deps) => ({ placed: await placeEvents(deps) }),
};
