import { dayMs, hourMs, type Instant, startOfDay } from '../instant.ts';

/** When a schedule was due: five-field cron in UTC, read back from a moment. Every field must match, as the scheduler has it. */

type Schedule = {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
};

/** How far back a schedule is looked for: one that is due once a year is found. */
const lookBackDaysMax = 3 * 366;

const minuteMs = 60_000;

/** What is expected of a schedule that is written in a way this file does not know. */
const hourly: Schedule = {
  minutes: [0],
  hours: span(0, 23),
  days: span(1, 31),
  months: span(1, 12),
  weekdays: span(0, 6),
};

/** The latest `count` moments at or before `until` at which the schedule was due, newest first; fewer where there are not so many. */
export function lastTicks(cron: string, until: Instant, count: number): Instant[] {
  const schedule = readSchedule(cron) ?? hourly;
  const ticks: Instant[] = [];
  const today = startOfDay(until);
  for (let back = 0; back < lookBackDaysMax && ticks.length < count; back += 1) {
    const day = today - back * dayMs;
    if (isDue(schedule, new Date(day))) ticks.push(...ticksOf(schedule, day, until).slice(0, count - ticks.length));
  }
  return ticks;
}

function isDue({ days, months, weekdays }: Schedule, date: Date): boolean {
  return (
    days.includes(date.getUTCDate()) && months.includes(date.getUTCMonth() + 1) && weekdays.includes(date.getUTCDay())
  );
}

function ticksOf({ hours, minutes }: Schedule, day: Instant, until: Instant): Instant[] {
  const all = hours.flatMap((hour) => minutes.map((minute) => day + hour * hourMs + minute * minuteMs));
  return all.filter((tick) => tick <= until).sort((a, b) => b - a);
}

/** Numbers, lists, ranges and steps; null for names and whatever else a field may hold. */
function readSchedule(cron: string): Schedule | null {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = cron.trim().split(/\s+/);
  const minutes = readField(minute, 0, 59);
  const hours = readField(hour, 0, 23);
  const days = readField(day, 1, 31);
  const months = readField(month, 1, 12);
  const weekdays = readField(weekday, 0, 7)?.map((value) => value % 7) ?? null;
  if (minutes === null || hours === null || days === null || months === null || weekdays === null) return null;
  return more.length > 0 ? null : { minutes, hours, days, months, weekdays };
}

function readField(text: string, min: number, max: number): number[] | null {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return null;
    const step = Number(match[3] ?? 1);
    const from = match[1] === undefined ? min : Number(match[1]);
    const to = Number(match[2] ?? (match[1] === undefined || match[3] !== undefined ? max : match[1]));
    if (step < 1 || from < min || to > max || from > to) return null;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

function span(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
