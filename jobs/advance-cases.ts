import { advanceCases } from '../src/services/cases/clock.ts';
import { withCurrentIdentity } from '../src/services/identity/identity.ts';
import type { Job } from './job.ts';

/** Closes rounds of voting, and writes the resolutions of decisions that were not appealed. */
export const advanceCasesJob: Job = {
  name: 'advance-cases',
  cron: '* * * * *',
  run: async (deps) => await advanceCases(await withCurrentIdentity(deps)),
};
