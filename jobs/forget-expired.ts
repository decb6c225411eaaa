import { forgetAnswers } from '../src/services/access/idempotency.ts';
import { forgetWindows } from '../src/services/access/rate-limits.ts';
import type { Job } from './job.ts';

/** Forgets what is kept for a while only: answers for whoever asks again, and who asked how much. */
export const forgetExpiredJob: Job = {
  name: 'forget-expired',
  cron: '17 * * * *',
  run: async (deps) => ({ answers: await forgetAnswers(deps), windows: await forgetWindows(deps) }),
};
