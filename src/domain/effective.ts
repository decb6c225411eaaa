import { type Interval, parseDate } from './instant.ts';

/**
 * Reads an `effective_at`: a date, an instant, `start/end`, or `../end` where nothing bounds it below.
 * Null for anything else.
 */
export function parseEffective(text: string): Interval | null {
  const [start = '', end = start, ...more] = text.split('/');
  if (more.length > 0) return null;
  const from = start === '..' ? Number.NEGATIVE_INFINITY : parseDate(start)?.interval.from;
  const to = end === '..' ? undefined : parseDate(end)?.interval.to;
  return from === undefined || to === undefined || from >= to ? null : { from, to };
}
