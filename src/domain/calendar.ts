import { dayMs, type Instant, startOfDay } from './instant.ts';

const pattern = /^P(?!$)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$/;

/**
 * The day that lies a calendar duration (`P3M`, `P1Y6M`, `P90D`) after a day, as its first moment in UTC. Months clamp to
 * the last day of the month: a month after 31 January is 28 or 29 February.
 */
export function addDuration(day: Instant, duration: string): Instant {
  const match = pattern.exec(duration);
  const [years = 0, months = 0, weeks = 0, days = 0] = (match ?? []).slice(1).map((part) => Number(part ?? 0));
  const start = new Date(startOfDay(day));
  const month = start.getUTCMonth() + months + years * 12;
  const lastDay = new Date(Date.UTC(start.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return Date.UTC(start.getUTCFullYear(), month, Math.min(start.getUTCDate(), lastDay)) + (weeks * 7 + days) * dayMs;
}
