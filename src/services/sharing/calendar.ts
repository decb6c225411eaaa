import { dayMs } from '../../domain/instant.ts';
import { listDeadlines, type PredictionFilter, type PredictionRow } from '../../store/predictions.ts';
import type { Deps } from '../deps.ts';

/** Deadlines that one calendar holds, the soonest first. */
export const calendarDeadlinesMax = 1000;
/** Deadlines that passed are kept so long in it while nothing has settled them: they wait for coverage, or for a person. */
export const passedDaysMax = 90;

/** Predictions that are not settled and have a deadline, the soonest first. */
export async function getCalendar(
  deps: Deps,
  filter: Omit<PredictionFilter, 'state' | 'outcome' | 'resolvedAsOf'>,
): Promise<PredictionRow[]> {
  const since = deps.now() - passedDaysMax * dayMs;
  return await listDeadlines(deps.db.sql, filter, { since, limit: calendarDeadlinesMax });
}
