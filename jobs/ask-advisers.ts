import { askAdvisers } from '../src/services/cases/opinions.ts';
import type { Job } from './job.ts';

/** Asks the advisers of panels about rounds that have decided. A lease makes sure that only one node asks. */
export const askAdvisersJob: Job = { name: 'ask-advisers', cron: '* * * * *', run: askAdvisers };
