import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import { refreshModels } from '../src/services/models/states.ts';
import type { Job } from './job.ts';

/** Weighs the models that time alone may have changed, or that were weighed otherwise; what feeds change is weighed as they are read. */
export const refreshModelsJob: Job = {
  name: 'refresh-models',
  cron: '* * * * *',
  run: async (deps) => ({ families: await refreshModels(await withCurrentIdentity(deps)) }),
};
