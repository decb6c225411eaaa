import { keepScorecards } from '../src/services/scores/scorecards.ts';
import type { Job } from './job.ts';

/** Computes the scorecards that a change or a deadline has made out of date, so that reading one is a look-up. */
export const keepScorecardsJob: Job = {
  name: 'keep-scorecards',
  cron: '* * * * *',
  run: async (deps) => ({ scorecards: await keepScorecards(deps) }),
};
