import { dayMs } from '../../domain/instant.ts';
import { type EndFilter, type EndRow, listEnds } from '../../store/ends.ts';
import type { PredictionFilter } from '../../store/prediction-filter.ts';
import { listDeadlines } from '../../store/prediction-lists.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import type { Deps } from '../deps.ts';
import { requireWatch } from '../model-watches/model-watches.ts';

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

/**
 * The dated ends of a watch, a vendor or a family, earliest first, without those that passed long ago. Refuses with `not_found` if
 * there is no such watch.
 */
export async function getCalendarOfEnds(
  deps: Deps,
  filter: Pick<EndFilter, 'watch' | 'vendor' | 'family'>,
): Promise<EndRow[]> {
  if (filter.watch !== undefined) await requireWatch(deps.db.sql, filter.watch);
  const dueGte = deps.now() - passedDaysMax * dayMs;
  const page = { after: null, asOf: null, limit: calendarDeadlinesMax };
  return (await listEnds(deps.db.sql, { ...filter, dueGte }, page)).filter(({ date }) => date !== null);
}
