import { forgetAnswers } from '../src/services/idempotency.ts';
import type { Job } from './job.ts';

/** Forgets the answers that were kept long enough for whoever asks again. */
export const forgetAnswersJob: Job = {
  name: 'forget-answers',
  cron: '17 * * * *',
  run: async (deps) => ({ forgotten: await forgetAnswers(deps) }),
};
