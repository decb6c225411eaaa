import { dayMs, type Instant, startOfDay } from './instant.ts';

const fixedPattern = /^P(?!$)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?!$)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/;

/** Milliseconds of an ISO 8601 duration of fixed length (weeks, days, hours, minutes, seconds); null for anything else. */
export function durationMs(text: string): number | null {
  const match = fixedPattern.exec(text);
  if (match === null) return null;
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return (((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

const calendarPattern = /^P(?!$)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$/;

/**
 * The first moment in UTC of the day that is a calendar duration (`P3M`, `P1Y6M`, `P90D`) after a day. If the month is too
 * short for the day, it is the month's last day: a month after 31 January is 28 or 29 February.
 */
export function addDuration(day: Instant, duration: string): Instant {
  const match = calendarPattern.exec(duration);
  const [years = 0, months = 0, weeks = 0, days = 0] = (match ?? []).slice(1).map((part) => Number(part ?? 0));
  const start = new Date(startOfDay(day));
  const month = start.getUTCMonth() + months + years * 12;
  const lastDay = new Date(Date.UTC(start.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return Date.UTC(start.getUTCFullYear(), month, Math.min(start.getUTCDate(), lastDay)) + (weeks * 7 + days) * dayMs;
}
