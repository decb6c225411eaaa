import { dayMs, hourMs, type Instant, startOfDay } from '../instant.ts';

/** A cron schedule in UTC as the values of its five fields. It is due when all fields match. Sunday is 0. */
export type CronFields = {
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: readonly number[];
  readonly month: readonly number[];
  readonly dayOfWeek: readonly number[];
};

const minuteMs = 60_000;

/** How far back to search for matching days: far enough for three matches of a yearly schedule. */
const lookBackDaysMax = 3 * 366;

/** The latest `count` moments at or before `until` at which the schedule was due, newest first; fewer if it was due less often. */
export function lastTicks(schedule: CronFields, until: Instant, count: number): Instant[] {
  const ticks: Instant[] = [];
  const today = startOfDay(until);
  for (let back = 0; back < lookBackDaysMax && ticks.length < count; back += 1) {
    const day = today - back * dayMs;
    if (isDue(schedule, new Date(day))) ticks.push(...ticksOf(schedule, day, until).slice(0, count - ticks.length));
  }
  return ticks;
}

function isDue({ dayOfMonth, month, dayOfWeek }: CronFields, day: Date): boolean {
  return (
    dayOfMonth.includes(day.getUTCDate()) &&
    month.includes(day.getUTCMonth() + 1) &&
    dayOfWeek.includes(day.getUTCDay())
  );
}

function ticksOf({ hour, minute }: CronFields, day: Instant, until: Instant): Instant[] {
  const all = hour.flatMap((hours) => minute.map((minutes) => day + hours * hourMs + minutes * minuteMs));
  return all.filter((tick) => tick <= until).sort((a, b) => b - a);
}
