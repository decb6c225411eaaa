/**
 * How Outturn represents time: an instant is UTC epoch milliseconds, a date has a precision, and the time of an event in
 * the world is an interval, because feeds give days, months or years.
 */

/** Milliseconds since 1970-01-01T00:00Z. */
export type Instant = number;

/** Half-open `[from, to)`; an unknown bound is minus or plus infinity. */
export type Interval = { readonly from: Instant; readonly to: Instant };

export type Precision = 'year' | 'month' | 'day' | 'instant';

/** A date as written, with the interval of UTC time that it covers. */
export type DatedText = { readonly text: string; readonly precision: Precision; readonly interval: Interval };

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Dates with years outside these bounds are refused as mistakes. */
export const yearMin = 1950;
export const yearMax = 2200;

/** The maximum length of an instant: one with nanoseconds and a numeric zone. */
export const momentCharsMax = 35;

const datePattern = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const instantPattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Parses `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or an RFC 3339 instant with a zone.
 * Returns null for anything else, including calendar dates that do not exist and years out of bounds.
 */
export function parseDate(text: string): DatedText | null {
  const date = datePattern.exec(text);
  if (date) return parseCalendarDate(text, date);
  return parseInstantText(text);
}

function parseCalendarDate(text: string, match: RegExpExecArray): DatedText | null {
  const year = Number(match[1]);
  if (year < yearMin || year > yearMax) return null;
  if (match[2] === undefined) return { text, precision: 'year', interval: utcSpan(year, 0, 1, year + 1, 0, 1) };
  const month = Number(match[2]);
  if (month < 1 || month > 12) return null;
  if (match[3] === undefined)
    return { text, precision: 'month', interval: utcSpan(year, month - 1, 1, year, month, 1) };
  const day = Number(match[3]);
  const from = Date.UTC(year, month - 1, day);
  if (day < 1 || new Date(from).getUTCMonth() !== month - 1) return null;
  return { text, precision: 'day', interval: { from, to: from + dayMs } };
}

function parseInstantText(text: string): DatedText | null {
  const match = instantPattern.exec(text);
  if (!match) return null;
  const day = parseDate(text.slice(0, 10));
  if (day === null || Number(match[4]) > 23 || Number(match[5]) > 59 || Number(match[6] ?? 0) > 59) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) return null;
  return { text, precision: 'instant', interval: { from: at, to: at + 1 } };
}

function utcSpan(y1: number, m1: number, d1: number, y2: number, m2: number, d2: number): Interval {
  return { from: Date.UTC(y1, m1, d1), to: Date.UTC(y2, m2, d2) };
}

/** Parses an RFC 3339 instant; null for a date without a time and for anything else. */
export function parseInstant(text: string): Instant | null {
  const parsed = parseDate(text);
  return parsed?.precision === 'instant' ? parsed.interval.from : null;
}

/** RFC 3339 in UTC; without a fraction if it is zero. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** The calendar day, `YYYY-MM-DD`, that an instant falls on in UTC. */
export function formatDay(at: Instant): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Scheduled runs are identified by their minute, so that several nodes that start one agree on which run it is. */
export function startOfMinute(at: Instant): Instant {
  return Math.floor(at / 60_000) * 60_000;
}

export function startOfDay(at: Instant): Instant {
  return Math.floor(at / dayMs) * dayMs;
}

/**
 * An interval of world time as ISO 8601: an instant if it is one, a date if it lies within one UTC day, otherwise
 * `start/end` (a day as the end is inclusive), or `../end` if it has no lower bound.
 */
export function formatInterval(interval: Interval): string {
  const { from, to } = interval;
  if (to - from === 1) return formatInstant(from);
  if (Number.isFinite(from) && Number.isFinite(to) && startOfDay(from) === startOfDay(to - 1)) return formatDay(from);
  return `${formatBound(from, from)}/${formatBound(to, to - 1)}`;
}

function formatBound(at: Instant, inclusive: Instant): string {
  if (!Number.isFinite(at)) return '..';
  return at % dayMs === 0 ? formatDay(inclusive) : formatInstant(inclusive);
}

/**
 * Parses an `effective_at`: a date, an instant, `start/end`, or `../end` if it has no lower bound.
 * Null for anything else.
 */
export function parseEffective(text: string): Interval | null {
  const [start = '', end = start, ...more] = text.split('/');
  if (more.length > 0) return null;
  const from = start === '..' ? Number.NEGATIVE_INFINITY : parseDate(start)?.interval.from;
  const to = end === '..' ? undefined : parseDate(end)?.interval.to;
  return from === undefined || to === undefined || from >= to ? null : { from, to };
}
