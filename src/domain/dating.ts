import { dayMs, type Instant, type Interval, parseDate } from './instant.ts';
import { futureToleranceMs, type KnownSighting } from './timeline.ts';

/** A curated date this far before the bracket may still be the start of a late listing; further off it decides nothing. */
export const dateBeforeBracketMaxMs = 90 * dayMs;
/** Nothing in this field was released before this; earlier stated dates are placeholders. */
export const earliestReleaseAt = Date.UTC(2018, 0, 1);

/** When one model was released, with the reason for each bound. */
export type Dating = {
  readonly occurred: Interval;
  /** `stated`: a ledger or first-party date. `curated`: a vendor row's date inside the bracket. `late`: from a curated date to the sighting. `bracket`: sightings alone. */
  readonly basis: 'stated' | 'curated' | 'late' | 'bracket';
  /** The sightings whose dates were used. */
  readonly dated: readonly KnownSighting[];
  /** Dates that were read and set aside, in words. */
  readonly setAside: readonly string[];
};

type Question = {
  /** Every sighting known, oldest first; never empty. */
  readonly known: readonly KnownSighting[];
  readonly firstParty: KnownSighting | null;
  /** When each seasoned origin first listed it. */
  readonly seasonedFrom: readonly { readonly origin: string; readonly at: Instant }[];
  readonly originsMin: number;
  /** Enough coverage had been read without it up to here, lag taken off. */
  readonly coveredBefore: Instant;
};

type StatedDate = { readonly sighting: KnownSighting; readonly interval: Interval };

/**
 * Existence and date are two facts, and the bracket belongs to the model, not to a row.
 * A ledger or first-party date stands. Otherwise the model was out by the moment that as many origins vouch for as the
 * policy asks (a lone early row, such as a placeholder, bounds nothing), and not out while enough was read without it.
 */
export function dateModel(question: Question): Dating {
  const standing = standingDates(question.known);
  if (standing.length > 0) {
    const occurred = earliestGroup(standing);
    return {
      occurred: occurred.interval,
      basis: 'stated',
      dated: occurred.dates.map((date) => date.sighting),
      setAside: [],
    };
  }
  const { usable, setAside } = curatedDates(question.known);
  const low = lowerBound(question);
  const high = upperBound(question, usable);
  const best = usable.length === 0 ? null : earliestGroup(usable);
  if (best === null) return { occurred: { from: low, to: high }, basis: 'bracket', dated: [], setAside };
  return dateWithin(best, { from: low, to: high }, question.known, setAside);
}

function dateWithin(
  best: { interval: Interval; dates: readonly StatedDate[] },
  bracket: Interval,
  known: readonly KnownSighting[],
  setAside: readonly string[],
): Dating {
  const dated = best.dates.map((date) => date.sighting);
  const stated = best.interval;
  // Listed up to two days before the stated day: somewhere from the listing to the end of that day.
  if (stated.from >= bracket.to)
    return { occurred: { from: bracket.to - 1, to: stated.to }, basis: 'late', dated, setAside };
  const closed = Number.isFinite(bracket.from);
  const inside = closed && stated.to > bracket.from;
  const stamped = known.some(
    ({ sighting }) => sighting.model.snapshotDay !== null && stampsDay(sighting.model.snapshotDay, stated),
  );
  if (inside && !stamped) {
    return { occurred: { from: stated.from, to: Math.min(stated.to, bracket.to) }, basis: 'curated', dated, setAside };
  }
  if (inside || stamped || !closed || bracket.from - stated.to <= dateBeforeBracketMaxMs) {
    return { occurred: { from: stated.from, to: bracket.to }, basis: 'late', dated, setAside };
  }
  const reason = `${dated[0]?.version.released?.text ?? ''} lies more than 90 days before it could first be listed`;
  return { occurred: bracket, basis: 'bracket', dated: [], setAside: [...setAside, reason] };
}

function stampsDay(snapshotDay: string, interval: Interval): boolean {
  const stamp = parseDate(snapshotDay);
  return stamp !== null && stamp.interval.from === interval.from;
}

function standingDates(known: readonly KnownSighting[]): StatedDate[] {
  return known.flatMap((sighting) => {
    const date = statedDate(sighting);
    return sighting.version.released?.weight === 'stands' && date !== null ? [{ sighting, interval: date }] : [];
  });
}

function curatedDates(known: readonly KnownSighting[]): { usable: StatedDate[]; setAside: string[] } {
  const usable: StatedDate[] = [];
  const setAside: string[] = [];
  const firstSeen = known[0]?.seenFrom ?? Number.POSITIVE_INFINITY;
  for (const sighting of known) {
    const released = sighting.version.released;
    if (released === null || released.weight !== 'curated' || !sighting.sighting.model.own) continue;
    const interval = statedDate(sighting);
    const text = `${released.text} stated by ${sighting.feed.slug} for ${sighting.sighting.name}`;
    if (interval === null) setAside.push(`${text} is no date that could be`);
    else if (interval.from > firstSeen + futureToleranceMs)
      setAside.push(`${text} lies after the model was first seen`);
    else usable.push({ sighting, interval });
  }
  return { usable, setAside };
}

function statedDate(sighting: KnownSighting): Interval | null {
  const released = sighting.version.released;
  const date = released === null ? null : parseDate(released.text);
  if (date === null || date.precision === 'year' || date.interval.from < earliestReleaseAt) return null;
  return date.interval;
}

/**
 * The earliest of what is stated for different snapshots and stages of a model is its first release;
 * rows that speak of the same one and disagree are covered by one interval, never the smaller of the two.
 */
function earliestGroup(dates: readonly StatedDate[]): { interval: Interval; dates: readonly StatedDate[] } {
  const groups = new Map<string, { interval: Interval; dates: StatedDate[] }>();
  for (const date of dates) {
    const key = `${date.sighting.version.stage} ${date.sighting.sighting.model.snapshotDay ?? ''}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { interval: date.interval, dates: [date] });
    else {
      group.interval = {
        from: Math.min(group.interval.from, date.interval.from),
        to: Math.max(group.interval.to, date.interval.to),
      };
      group.dates.push(date);
    }
  }
  return [...groups.values()].reduce((best, group) => (group.interval.from < best.interval.from ? group : best));
}

function lowerBound(question: Question): Instant {
  const first = question.known[0];
  if (first === undefined) return Number.NEGATIVE_INFINITY;
  const absent = first.sighting.absentAt;
  const covers = first.feed.covers === 'any' || first.feed.covers.includes(first.sighting.model.vendor);
  const own =
    absent !== null && covers && first.feed.trust !== 'community'
      ? absent - first.feed.settlementLagMs
      : Number.NEGATIVE_INFINITY;
  return Math.max(own, question.coveredBefore);
}

/**
 * The moment (exclusive) by which enough origins vouch for it: each by listing it, or by a vendor row's date.
 * Below the policy nothing vouches for it; the first sighting then shows where it would fall if it were believed.
 */
function upperBound(question: Question, usable: readonly StatedDate[]): Instant {
  const byOrigin = new Map(question.seasonedFrom.map(({ origin, at }) => [origin, at + 1]));
  for (const { sighting, interval } of usable) {
    const listed = byOrigin.get(sighting.feed.origin);
    if (listed !== undefined) byOrigin.set(sighting.feed.origin, Math.min(listed, interval.to));
  }
  const vouched = [...byOrigin.values()].sort((a, b) => a - b)[question.originsMin - 1] ?? Number.POSITIVE_INFINITY;
  const firstParty = question.firstParty === null ? Number.POSITIVE_INFINITY : question.firstParty.seenFrom + 1;
  const high = Math.min(vouched, firstParty);
  return Number.isFinite(high) ? high : (question.known[0]?.seenFrom ?? high) + 1;
}
