import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import { resolveDue } from '../src/services/settling/resolver.ts';
import type { Job } from './job.ts';

/** Settles predictions that changed because time passed. Polls settle the others. */
export const resolvePredictionsJob: Job = {
  name: 'resolve-predictions',
  cron: '* * * * *',
  run: async (deps) => await resolveDue(await withCurrentIdentity(deps)),
};
