import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import { refreshModels } from '../src/services/models/states.ts';
import type { Job } from './job.ts';

/** Recomputes models that changed because time passed or the rules changed. Polls recompute the others. */
export const refreshModelsJob: Job = {
  name: 'refresh-models',
  cron: '* * * * *',
  run: async (deps) => ({ families: await refreshModels(await withCurrentIdentity(deps)) }),
};
