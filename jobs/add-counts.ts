import { addCountDifferences } from '../src/services/predictions/counts.ts';
import type { Job } from './job.ts';

/** Adds up the kept counts of predictions, so that a read of them has one row for each source and tag. */
export const addCountsJob: Job = {
  name: 'add-counts',
  cron: '* * * * *',
  run: async (deps) => ({ added: await addCountDifferences(deps) }),
};
