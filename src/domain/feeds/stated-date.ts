import { type DatedText, dayMs, type Interval, parseDate, startOfDay } from '../instant.ts';

/** A release date as a row states it. */
export type StatedRelease = {
  /** As published. */
  readonly text: string;
  /** `stands`: accepted as stated (the ledger). `curated`: checked against the bracket of the sightings. */
  readonly weight: 'stands' | 'curated';
  /** How many days such dates are known to be off in either direction. Default: 0. */
  readonly slackDays?: number;
};

/** The date as parsed, and the interval that it may mean, including slack. Null if the text is not a date. */
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
 * Parses a date, or an interval as two days or instants with a slash between them, for a release whose exact day is not
 * known: `2025-11-12/2025-11-13`. Null for anything else.
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
