import { type DatedText, dayMs, type Interval, parseDate, startOfDay } from '../instant.ts';

/** A release date as a row states it. */
export type StatedRelease = {
  /** As published. */
  readonly text: string;
  /** `stands`: first party or ledger; `curated`: subject to the rules of the bracket. */
  readonly weight: 'stands' | 'curated';
  /** By how many days either way such dates were found to be off; left out: they mean the very day. */
  readonly slackDays?: number;
};

/** When the row says that it was: the days that the text may mean, and the text as read. Null when it is no date. */
export function readStatedRelease({
  text,
  slackDays = 0,
}: StatedRelease): { date: DatedText; interval: Interval } | null {
  const date = parseReleaseText(text);
  if (date === null) return null;
  if (slackDays === 0) return { date, interval: date.interval };
  const from = startOfDay(date.interval.from) - slackDays * dayMs;
  const to = startOfDay(date.interval.to - 1) + (slackDays + 1) * dayMs;
  return { date, interval: { from, to } };
}

/**
 * A date, or the two ends of an interval with a slash between them, days or instants, where nobody gives the very day:
 * `2025-11-12/2025-11-13`. Null for anything else.
 */
export function parseReleaseText(text: string): DatedText | null {
  const [start = '', end, ...more] = text.split('/');
  const from = parseDate(start);
  if (end === undefined) return from;
  const to = parseDate(end);
  if (more.length > 0 || from === null || to === null || !isExact(from) || !isExact(to)) return null;
  if (from.interval.from >= to.interval.to) return null;
  return { text, precision: 'day', interval: { from: from.interval.from, to: to.interval.to } };
}

function isExact({ precision }: DatedText): boolean {
  return precision === 'day' || precision === 'instant';
}
