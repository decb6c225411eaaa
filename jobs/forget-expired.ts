import { forgetAnswers } from '../src/services/access/idempotency.ts';
import { forgetWindows } from '../src/services/access/rate-limits.ts';
import type { Job } from './job.ts';

/** Deletes stored answers of idempotent requests and rate-limit windows that have expired. */
export const forgetExpiredJob: Job = {
  name: 'forget-expired',
  cron: '17 * * * *',
  run: async (deps) => ({ answers: await forgetAnswers(deps), windows: await forgetWindows(deps) }),
};
