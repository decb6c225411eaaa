import { parse } from 'node-cron';
import type { CronFields } from '../src/domain/feeds/cron.ts';

/** The rule that messages state when they refuse a schedule. */
export const cronRule =
  'five fields: minute, hour, day of month, month and day of week, each of numbers, names (MON, JAN), ranges, lists and steps; L, W, # and names such as @hourly are not supported';

/**
 * Reads a five-field cron expression the way the scheduler does; null for anything else. Days such as `L`, `15W` and `5#2`
 * are refused although the scheduler knows them, because they are not values of a field.
 */
export function readCron(text: string): CronFields | null {
  if (text.trim().split(/\s+/).length !== 5) return null;
  try {
    const { minute, hour, dayOfMonth, month, dayOfWeek } = parse(text.trim());
    if (!areNumbers(dayOfMonth) || !areNumbers(dayOfWeek)) return null;
    return { minute, hour, dayOfMonth, month, dayOfWeek };
  } catch {
    return null;
  }
}

function areNumbers(values: readonly (number | string)[]): values is readonly number[] {
  return values.every((value) => typeof value === 'number');
}
