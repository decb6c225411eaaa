import { dayMs, formatDay, type Instant, type Interval, parseDate } from './instant.ts';
import { durability, futureToleranceMs, type KnownSighting, lastReadAt, type Timeline } from './timeline.ts';

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
  readonly timeline: Timeline;
  readonly at: Instant;
  /** The ids under which the model was met, whatever their stage. */
  readonly ids: readonly string[];
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
  const { known, at } = question;
  const isYoung = (row: KnownSighting): boolean => curatedText(row) !== null && durability(row, at) === 'young';
  const full = dateBy(question, known);
  const young = known.filter(isYoung);
  if (young.length === 0) return full;
  // A curated date that has not stood for a day may hold an answer back; it decides nothing.
  const steady = dateBy(
    question,
    known.filter((row) => !isYoung(row)),
  );
  const occurred = {
    from: Math.min(full.occurred.from, steady.occurred.from),
    to: Math.max(full.occurred.to, steady.occurred.to),
  };
  if (occurred.from === full.occurred.from && occurred.to === full.occurred.to) return full;
  const aside = young.map((row) => `${curatedText(row) ?? ''} has not stood for 24 hours`);
  return { ...steady, occurred, setAside: [...steady.setAside, ...aside] };
}

function dateBy(question: Question, datable: readonly KnownSighting[]): Dating {
  const standing = standingDates(datable, question.at);
  if (standing.length > 0) {
    const occurred = earliestGroup(standing);
    return { occurred: occurred.interval, basis: 'stated', dated: occurred.dates.map(rowOf), setAside: [] };
  }
  const low = lowerBound(question);
  const { usable, setAside } = curatedDates(question, datable, low);
  // Only a date that would give the day lets its origin vouch, or one on which another origin first listed the model:
  // an earlier one may be that of an announcement.
  const vouching = usable.filter(
    (date) => (low < date.interval.to && !isStamped(question, date.interval)) || meetsListing(question, date),
  );
  const bracket = { from: low, to: upperBound(question, Number.isFinite(low) ? vouching : []) };
  if (usable.length === 0) return { occurred: bracket, basis: 'bracket', dated: [], setAside };
  const best = earliestGroup(usable);
  return { ...dateWithin(question, best, bracket), dated: best.dates.map(rowOf), setAside };
}

function dateWithin(
  question: Question,
  best: { interval: Interval; dates: readonly StatedDate[] },
  bracket: Interval,
): Pick<Dating, 'occurred' | 'basis'> {
  const stated = best.interval;
  const closed = Number.isFinite(bracket.from);
  // Listed up to two days before the stated day: the listing may be early, or the day wrong. Either may be right.
  const seen = firstSeen(question.known);
  if (stated.from > seen) {
    return { occurred: { from: closed ? bracket.from : seen, to: Math.max(stated.to, bracket.to) }, basis: 'late' };
  }
  const stamped = best.dates.some((date) => isStamped(question, date.interval));
  if (closed && stated.to > bracket.from && !stamped) {
    return { occurred: { from: stated.from, to: Math.min(stated.to, bracket.to) }, basis: 'curated' };
  }
  return { occurred: { from: stated.from, to: bracket.to }, basis: 'late' };
}

function rowOf(date: StatedDate): KnownSighting {
  return date.sighting;
}

function firstSeen(known: readonly KnownSighting[]): Instant {
  return known[0]?.seenFrom ?? Number.POSITIVE_INFINITY;
}

/** The stated day is the very day on which another origin first listed the model: two facts that do not copy each other. */
function meetsListing(question: Question, { sighting, interval }: StatedDate): boolean {
  if (interval.to - interval.from > dayMs) return false;
  return question.seasonedFrom.some(
    ({ origin, at }) => origin !== sighting.feed.origin && at >= interval.from && at < interval.to,
  );
}

function isStamped(question: Question, date: Interval): boolean {
  return question.ids.some((id) => stampsDay(id, date));
}

/** Whether the digits of a day stand in an id: `20250219`, `2025-02-19`, `0709`, `05-06`. Such a stamp is not a release date. */
function stampsDay(id: string, interval: Interval): boolean {
  const day = formatDay(interval.from);
  const [year = '', month = '', date = ''] = day.split('-');
  const words = id.split(/[^0-9]+/);
  const stamp = new RegExp(`(^|[^0-9])${month}-${date}([^0-9]|$)`);
  return words.includes(`${year}${month}${date}`) || words.includes(`${month}${date}`) || stamp.test(id);
}

function standingDates(rows: readonly KnownSighting[], at: Instant): StatedDate[] {
  return rows.flatMap((sighting) => {
    const date = statedDate(sighting);
    if (sighting.version.released?.weight !== 'stands' || date === null || sighting.trust === 'community') return [];
    if (sighting.trust !== 'first_party' && durability(sighting, at) === 'slip') return [];
    return [{ sighting, interval: date }];
  });
}

function curatedDates(
  question: Question,
  rows: readonly KnownSighting[],
  low: Instant,
): { usable: StatedDate[]; setAside: string[] } {
  const usable: StatedDate[] = [];
  const setAside: string[] = [];
  for (const sighting of rows) {
    const text = curatedText(sighting);
    if (text === null) continue;
    const interval = statedDate(sighting);
    const flaw = interval === null ? 'is no date that could be' : flawOf(question, sighting, interval, low);
    if (interval !== null && flaw === null) usable.push({ sighting, interval });
    else setAside.push(`${text} ${flaw}`);
  }
  return { usable, setAside };
}

/** Why a curated date is kept and shown but decides nothing; null when it may. */
function flawOf(question: Question, row: KnownSighting, date: Interval, low: Instant): string | null {
  if (durability(row, question.at) === 'slip') return 'stood in a row that vanished within 24 hours';
  if (date.from > firstSeen(question.known) + futureToleranceMs) return 'lies after the model was first seen';
  const far = Number.isFinite(low) && low - date.to > dateBeforeBracketMaxMs;
  if (far && !isStamped(question, date)) return 'lies more than 90 days before it could first be listed';
  return null;
}

function curatedText(row: KnownSighting): string | null {
  const { released } = row.version;
  if (released === null || released.weight !== 'curated') return null;
  if (!row.sighting.model.own || row.trust === 'community') return null;
  return `${released.text} stated by ${row.feed.slug} for ${row.sighting.name}`;
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
  // A row that began as an announcement or a preview was read without what it later became for as long as it stood so.
  const changed = first.unseenAt >= first.sighting.seenFrom;
  const absent = changed
    ? lastReadAt(question.timeline, first.feed.id, first.sighting.model.vendor, first.unseenAt)
    : first.sighting.absentAt;
  const covers = first.feed.covers === 'any' || first.feed.covers.includes(first.sighting.model.vendor);
  const own =
    absent !== null && covers && first.feed.trust !== 'community'
      ? absent - first.feed.settlementLagMs
      : Number.NEGATIVE_INFINITY;
  return Math.max(own, question.coveredBefore);
}

/**
 * The moment (exclusive) by which enough origins vouch for it: each by listing it, or by a vendor row's date.
 * Dates alone never put it before the first sighting: catalogues copy one announcement from another. Below the policy
 * nothing vouches for it; the first sighting then shows where it would fall if it were believed.
 */
function upperBound(question: Question, vouching: readonly StatedDate[]): Instant {
  const byOrigin = new Map(question.seasonedFrom.map(({ origin, at }) => [origin, at + 1]));
  for (const { sighting, interval } of vouching) {
    const listed = byOrigin.get(sighting.feed.origin);
    if (listed !== undefined) byOrigin.set(sighting.feed.origin, Math.min(listed, interval.to));
  }
  const vouched = [...byOrigin.values()].sort((a, b) => a - b)[question.originsMin - 1] ?? Number.POSITIVE_INFINITY;
  const firstParty = question.firstParty === null ? Number.POSITIVE_INFINITY : question.firstParty.seenFrom + 1;
  const high = Math.min(vouched, firstParty);
  const seen = firstSeen(question.known) + 1;
  return Number.isFinite(high) ? Math.max(high, seen) : seen;
}
