import { fetchCopies } from '../src/services/cases/copies.ts';
import type { Job } from './job.ts';

/** Archives the pages to which evidence in cases refers. A lease makes sure that only one node fetches a page. */
export const fetchCopiesJob: Job = { name: 'fetch-copies', cron: '* * * * *', run: fetchCopies };
