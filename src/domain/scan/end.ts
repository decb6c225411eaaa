import type { EndKind, EndScope } from '../feeds/stated-end.ts';
import { dayMs, type Instant, parseDate, startOfDay } from '../instant.ts';

/** What is known of the end of an id that a repository uses. */
export type KnownEnd = {
  /** The id for which it is stated. It differs from the id in use if that is another spelling, or stands for it. */
  readonly id: string;
  /** A day or a month; null for an end without a date. */
  readonly date: string | null;
  readonly kind: EndKind;
  readonly scope: EndScope;
  /** The host whose service ends; null for the vendor's own. */
  readonly host: string | null;
  readonly sources: readonly { readonly name: string; readonly url: string | null }[];
  /** Earlier dates, oldest first. */
  readonly movedFrom: readonly string[];
  /** Whether evidence shows that it has ended, whatever the date. */
  readonly hasEnded: boolean;
  /** Whether the vendor's own list shows it in service after the day. */
  readonly isContradicted: boolean;
};

/** What an alias stands for, as its vendor's own list states. */
export type KnownAlias = {
  readonly standsFor: string;
  /** The canonical name of its model: `mistral/mistral-3-large`. */
  readonly model: string;
  /** Slug of the feed. */
  readonly feed: string;
  /** Since when it states so, as a UTC day. */
  readonly since: string;
};

/** The answer of a source of ends about one id. */
export type EndAnswer = {
  readonly end: KnownEnd | null;
  /** The id that is recommended instead. */
  readonly successor: string | null;
  /** Omitted for an id that is no alias, or an alias that no feed explains. */
  readonly alias?: KnownAlias;
};

export const noEnd: EndAnswer = { end: null, successor: null };

/**
 * `ended`: it has ended. `ending`: the day is stated. `may_end`: only the earliest possible day is stated. `no_end`: no end is
 * stated. `unknown`: the identity data cannot tell which model it is.
 */
export const scanStatuses = ['ended', 'ending', 'may_end', 'unknown', 'no_end'] as const;

export type ScanStatus = (typeof scanStatuses)[number];

/** Whole days in UTC until the first day of the end; negative after it. Null without a date. */
export function daysLeft(end: KnownEnd, now: Instant): number | null {
  const date = end.date === null ? null : parseDate(end.date);
  return date === null ? null : Math.round((startOfDay(date.interval.from) - startOfDay(now)) / dayMs);
}

/**
 * A planned or firm end has passed once its day, or the last day of its month, is over, unless the vendor's own list still shows
 * the id: then it is overdue.
 */
export function statusOf(end: KnownEnd | null, now: Instant): Exclude<ScanStatus, 'unknown'> {
  if (end === null) return 'no_end';
  if (end.hasEnded || end.kind === 'passed') return 'ended';
  if (end.kind === 'earliest') return 'may_end';
  const date = end.date === null ? null : parseDate(end.date);
  return date !== null && date.interval.to <= now && !end.isContradicted ? 'ended' : 'ending';
}
