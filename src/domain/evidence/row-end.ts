import { statesVendorEnd } from '../feeds/stated-end.ts';
import { type Interval, parseDate } from '../instant.ts';
import { earliestReleaseAt } from './stated-dates.ts';
import { type ItemVersion, type KnownSighting, lastReadAt, type Timeline } from './timeline.ts';

/**
 * `over`: the row says that the model has ended. `day`: it states the day. `plan`: it states a day, which counts only
 * once a later status confirms it.
 */
export type End = { readonly interval: Interval; readonly kind: 'over' | 'day' | 'plan' };

/** What a row states about the end of the vendor's own service; null if it states nothing, or only an earliest day. */
export function endOf(timeline: Timeline, row: KnownSighting): End | null {
  const { feed, version } = row;
  if (!statesVendorEnd(version.end)) return null;
  const stated = statedEndOf(version);
  if (feed.ends !== 'by_status' || version.lifecycle !== 'retired')
    return stated === null ? null : { interval: stated, kind: feed.ends === 'by_status' ? 'plan' : 'day' };
  // If a row that calls the model retired states a day in the future, that day is not the day of the end.
  const interval = stated !== null && stated.from <= version.observedAt ? stated : retiredWithin(timeline, row);
  return { interval, kind: 'over' };
}

/** The day or month in which a row says that the vendor's own service ends; null if it states none that can be used. */
export function statedEndOf({ end, shutdown }: ItemVersion): Interval | null {
  return shutdown === undefined || !statesVendorEnd(end) ? null : readStatedEnd(shutdown);
}

/** An end as a row states it; null if it cannot be used: no date, only a year, or a placeholder such as the epoch. */
function readStatedEnd(text: string): Interval | null {
  const date = parseDate(text);
  return date === null || date.precision === 'year' || date.interval.from < earliestReleaseAt ? null : date.interval;
}

/** From the last read that showed the model in service (minus the feed's lag) to the first that called it retired. */
function retiredWithin(timeline: Timeline, { sighting, feed, version }: KnownSighting): Interval {
  const known = sighting.versions.filter((one) => one.observedAt <= version.observedAt);
  const served = known.findLast((one) => one.lifecycle !== 'retired');
  const first = known.find((one) => served === undefined || one.observedAt > served.observedAt) ?? version;
  const from =
    served === undefined ? null : lastReadAt(timeline, sighting.feedId, sighting.model.vendor, first.observedAt - 1);
  return { from: from === null ? Number.NEGATIVE_INFINITY : from - feed.settlementLagMs, to: first.observedAt + 1 };
}
