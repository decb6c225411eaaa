import { readStatedRelease } from '../feeds/stated-date.ts';
import { formatDay, type Interval } from '../instant.ts';
import type { ItemVersion, KnownSighting } from './timeline.ts';

/** Nothing in this field was released before this; earlier stated dates are placeholders. */
export const earliestReleaseAt = Date.UTC(2018, 0, 1);

/**
 * The steady dates of one row as one span: `stated` as the row says, `interval` widened by the slack of feeds whose
 * dates are sometimes a day off. `sighting` has the version that stated the last of them.
 */
export type StatedDate = { readonly sighting: KnownSighting; readonly stated: Interval; readonly interval: Interval };

/**
 * Whether an id contains the digits of a day: `20250219`, `2025-02-19`, `0709`, `05-06`. Such a stamp is not a release
 * date.
 */
export function stampsDay(id: string, interval: Interval): boolean {
  const day = formatDay(interval.from);
  const [year = '', month = '', date = ''] = day.split('-');
  const words = id.split(/[^0-9]+/);
  const stamp = new RegExp(`(^|[^0-9])${month}-${date}([^0-9]|$)`);
  return words.includes(`${year}${month}${date}`) || words.includes(`${month}${date}`) || stamp.test(id);
}

export function datedRow(row: KnownSighting, version: ItemVersion): KnownSighting {
  return { ...row, version };
}

export function coverDates(rows: readonly KnownSighting[]): StatedDate | null {
  return coverStated(
    rows.flatMap((sighting) => {
      const date = statedDate(sighting);
      return date === null ? [] : [{ sighting, ...date }];
    }),
  );
}

export function coverStated(dates: readonly StatedDate[]): StatedDate | null {
  const last = dates.at(-1);
  if (last === undefined) return null;
  const stated = spanOf(dates.map((date) => ({ ...date, interval: date.stated })));
  return { sighting: last.sighting, stated, interval: spanOf(dates) };
}

export function statedDate(sighting: KnownSighting): Omit<StatedDate, 'sighting'> | null {
  const { released } = sighting.version;
  const read = released === null ? null : readStatedRelease(released);
  if (read === null || read.date.precision === 'year' || read.interval.from < earliestReleaseAt) return null;
  return { stated: read.date.interval, interval: read.interval };
}

/**
 * The dates of a model's first release. Dates are grouped by stage and snapshot, and the earliest group counts. Dates
 * in a group that disagree are covered by one interval.
 */
export function earliestGroup(dates: readonly StatedDate[]): { interval: Interval; dates: readonly StatedDate[] } {
  const groups = new Map<string, StatedDate[]>();
  for (const date of dates) {
    const key = `${date.sighting.version.stage} ${date.sighting.sighting.model.snapshotDay ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), date]);
  }
  return [...groups.values()]
    .map((group) => ({ interval: coverOf(group), dates: group }))
    .reduce((best, group) => (group.interval.from < best.interval.from ? group : best));
}

/** The interval that covers all dates. A date with slack is ignored if the exact dates lie within its slack. */
export function coverOf(dates: readonly StatedDate[]): Interval {
  const exact = dates.filter((date) => !isLoose(date));
  const sure = spanOf(exact);
  const disagrees = ({ interval }: StatedDate): boolean => interval.from > sure.from || interval.to < sure.to;
  return spanOf([...exact, ...dates.filter((date) => isLoose(date) && (exact.length === 0 || disagrees(date)))]);
}

/** Whether the date has slack: the row states a day, but the real day may be one earlier or later. */
export function isLoose({ stated, interval }: StatedDate): boolean {
  return interval.from < stated.from;
}

export function spanOf(dates: readonly StatedDate[]): Interval {
  return {
    from: Math.min(...dates.map((date) => date.interval.from)),
    to: Math.max(...dates.map((date) => date.interval.to)),
  };
}
