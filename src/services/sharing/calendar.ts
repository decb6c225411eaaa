import { dayMs } from '../../domain/instant.ts';
import type { EndRow } from '../../store/ends.ts';
import type { PredictionFilter } from '../../store/prediction-filter.ts';
import { listDeadlines } from '../../store/prediction-lists.ts';
import type { PredictionRow } from '../../store/predictions.ts';
import type { Deps } from '../deps.ts';
import { getWatch } from '../model-watches/model-watches.ts';

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

/** The dated ends of the ids of a watch, earliest first, without those that passed long ago. Refuses with `not_found`. */
export async function getCalendarOfEnds(deps: Deps, watch: string): Promise<EndRow[]> {
  const since = deps.now() - passedDaysMax * dayMs;
  const { ids } = await getWatch(deps, watch);
  const ends = new Map(
    ids.flatMap(({ end }) => (end === null ? [] : [[`${end.model.vendor} ${end.id} ${end.host}`, end] as const])),
  );
  return [...ends.values()]
    .filter(({ date }) => date !== null && date.to > since)
    .sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1))
    .slice(0, calendarDeadlinesMax);
}
