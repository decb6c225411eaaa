import { dayMs } from '../../domain/instant.ts';
import { listWatchedDates } from '../../store/end-notices.ts';
import type { Deps } from '../deps.ts';

/** The most series of the metric; the most urgent ends are kept. */
export const watchSeriesMax = 2000;
/** For how long an end whose date has passed is still shown, with a negative number of days. */
const passedDaysMax = 30;

/** An id of a watch, and the days until its planned or firm end. */
export type DaysToEnd = { readonly watch: string; readonly id: string; readonly days: number };

/** The days until the planned and firm ends of watched ids, the most urgent first. */
export async function getDaysToEnd(deps: Deps): Promise<DaysToEnd[]> {
  const today = Math.floor(deps.now() / dayMs) * dayMs;
  const dates = await listWatchedDates(deps.db.sql, today - passedDaysMax * dayMs, watchSeriesMax);
  return dates.map(({ watch, id, date }) => ({ watch, id, days: Math.round((date - today) / dayMs) }));
}
