import { deleteExpiredResults } from '../src/services/access/idempotency.ts';
import { deleteEndedWindows } from '../src/services/access/rate-limits.ts';
import type { Job } from './job.ts';

/** Deletes stored results of idempotent requests and rate-limit windows that have expired. */
export const deleteExpiredJob: Job = {
  name: 'delete-expired',
  cron: '17 * * * *',
  run: async (deps) => ({ results: await deleteExpiredResults(deps), windows: await deleteEndedWindows(deps) }),
};
