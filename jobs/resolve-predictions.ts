import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import { resolveDue } from '../src/services/settling/resolver.ts';
import type { Job } from './job.ts';

/** Settles what time alone may have changed; what feeds change is settled as they are read. */
export const resolvePredictionsJob: Job = {
  name: 'resolve-predictions',
  cron: '* * * * *',
  run: async (deps) => await resolveDue(await withCurrentIdentity(deps)),
};
