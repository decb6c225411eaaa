import { dayMs } from '../../domain/instant.ts';
import type { PredictionFilter } from '../../store/prediction-filter.ts';
import { listDeadlines } from '../../store/prediction-lists.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import type { Deps } from '../deps.ts';

/** The most deadlines in one calendar; the earliest are kept. */
export const calendarDeadlinesMax = 1000;
/** How long a passed deadline stays in the calendar while its prediction waits for coverage or for a person. */
export const passedDaysMax = 90;

/** Open and proposed predictions with a deadline, earliest first. */
export async function getCalendar(
  deps: Deps,
  filter: Omit<PredictionFilter, 'states' | 'outcome' | 'resolvedAsOf'>,
): Promise<PredictionRow[]> {
  const since = deps.now() - passedDaysMax * dayMs;
  return await listDeadlines(deps.db.sql, filter, { since, limit: calendarDeadlinesMax });
}
