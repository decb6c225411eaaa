import { readStatedRelease } from '../feeds/stated-date.ts';
import { dayMs, formatDay, type Instant, type Interval } from '../instant.ts';
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
  /** Dates that were read, judged and set aside. */
  readonly setAside: readonly SetAside[];
  /** What first sightings and reads without it say alone, whatever dates are stated; an end and a value have none. */
  readonly bracket?: Interval;
};

/** A row whose stated date decides nothing, and why: a text that goes on from the date. */
export type SetAside = { readonly row: KnownSighting; readonly why: string };

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

/** `stated` is what the row says, `interval` when that was, where such dates are off by a day at times. */
type StatedDate = { readonly sighting: KnownSighting; readonly stated: Interval; readonly interval: Interval };

/**
 * Existence and date are two facts, and the bracket belongs to the model, not to a row.
 * A ledger or first-party date stands. Otherwise the model was out by the moment that as many origins vouch for as the
 * policy asks (a lone early row, such as a placeholder, bounds nothing), and not out while enough was read without it.
 */
export function dateModel(question: Question): Dating {
  const bracket = { from: lowerBound(question), to: upperBound(question, []) };
  return { ...dateSteadily(question), bracket };
}

function dateSteadily(question: Question): Dating {
  const { known, at } = question;
  const isYoung = (row: KnownSighting): boolean => isCurated(row) && durability(row, at) === 'young';
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
  const aside = young.map((row) => ({ row, why: 'has not stood for 24 hours' }));
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
    (date) => (low < date.interval.to && !isStamped(question, date.stated)) || meetsListing(question, date),
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
  const stamped = best.dates.some((date) => isStamped(question, date.stated));
  if (closed && stated.to > bracket.from && !stamped) {
    const from = best.dates.every(isLoose) ? Math.max(stated.from, bracket.from) : stated.from;
    return { occurred: { from, to: Math.min(stated.to, bracket.to) }, basis: 'curated' };
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
    return [{ sighting, ...date }];
  });
}

function curatedDates(
  question: Question,
  rows: readonly KnownSighting[],
  low: Instant,
): { usable: StatedDate[]; setAside: SetAside[] } {
  const usable: StatedDate[] = [];
  const setAside: SetAside[] = [];
  for (const sighting of rows) {
    if (!isCurated(sighting)) continue;
    const date = statedDate(sighting);
    const flaw = date === null ? 'is no date that could be' : flawOf(question, { sighting, ...date }, low);
    if (date !== null && flaw === null) usable.push({ sighting, ...date });
    else if (flaw !== null) setAside.push({ row: sighting, why: flaw });
  }
  return { usable, setAside };
}

const vanished = 'stood in a row that vanished within 24 hours';

/** Why a curated date is kept and shown but decides nothing; null when it may. */
function flawOf(question: Question, { sighting, stated, interval }: StatedDate, low: Instant): string | null {
  if (durability(sighting, question.at) === 'slip') return vanished;
  if (interval.from > firstSeen(question.known) + futureToleranceMs) return 'lies after the model was first seen';
  const far = Number.isFinite(low) && low - interval.to > dateBeforeBracketMaxMs;
  if (far && !isStamped(question, stated)) return 'lies more than 90 days before it could first be listed';
  return null;
}

/** Whether a row states a date that the bracket is held against: the vendor's own row in a catalogue. */
function isCurated(row: KnownSighting): boolean {
  return row.version.released?.weight === 'curated' && row.sighting.model.own && row.trust !== 'community';
}

/** A date that was set aside, with the reason: "2025-02-01 stated by models-dev for gpt-4.5 lies …". */
export function setAsideText({ row, why }: SetAside): string {
  return `${row.version.released?.text ?? ''} stated by ${row.feed.slug} for ${row.sighting.name} ${why}`;
}

/** Why the date that a witness states took no part in a dating, or null when it was used or none is stated. */
export function unusedDate(dating: Dating, row: KnownSighting, at: Instant): string | null {
  const { released } = row.version;
  if (released === null || dating.dated.some((used) => isSameRow(used, row))) return null;
  const aside = dating.setAside.find((candidate) => isSameRow(candidate.row, row));
  if (aside !== undefined) return aside.why;
  if (row.trust === 'community') return 'is stated by a feed that anybody writes';
  if (statedDate(row) === null) return 'is no date that could be';
  if (durability(row, at) === 'slip') return vanished;
  if (released.weight === 'curated' && !row.sighting.model.own) return "stands in a host's row, which dates nothing";
  if (released.weight === 'curated' && dating.basis === 'stated')
    return 'gives way to a date of the vendor or the ledger';
  return 'speaks of another snapshot or stage than the first';
}

function isSameRow(a: KnownSighting, b: KnownSighting): boolean {
  return a.sighting === b.sighting;
}

function statedDate(sighting: KnownSighting): Omit<StatedDate, 'sighting'> | null {
  const { released } = sighting.version;
  const read = released === null ? null : readStatedRelease(released);
  if (read === null || read.date.precision === 'year' || read.interval.from < earliestReleaseAt) return null;
  return { stated: read.date.interval, interval: read.interval };
}

/**
 * The earliest of what is stated for different snapshots and stages of a model is its first release;
 * rows that speak of the same one and disagree are covered by one interval, never the smaller of the two.
 */
function earliestGroup(dates: readonly StatedDate[]): { interval: Interval; dates: readonly StatedDate[] } {
  const groups = new Map<string, StatedDate[]>();
  for (const date of dates) {
    const key = `${date.sighting.version.stage} ${date.sighting.sighting.model.snapshotDay ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), date]);
  }
  return [...groups.values()]
    .map((group) => ({ interval: coverOf(group), dates: group }))
    .reduce((best, group) => (group.interval.from < best.interval.from ? group : best));
}

/** What covers all dates. One that may be off by days and leaves room for the exact ones agrees with them. */
function coverOf(dates: readonly StatedDate[]): Interval {
  const exact = dates.filter((date) => !isLoose(date));
  const sure = spanOf(exact);
  const disagrees = ({ interval }: StatedDate): boolean => interval.from > sure.from || interval.to < sure.to;
  return spanOf([...exact, ...dates.filter((date) => isLoose(date) && (exact.length === 0 || disagrees(date)))]);
}

/** It says a day and means that it may have been one before or after. */
function isLoose({ stated, interval }: StatedDate): boolean {
  return interval.from < stated.from;
}

function spanOf(dates: readonly StatedDate[]): Interval {
  return {
    from: Math.min(...dates.map((date) => date.interval.from)),
    to: Math.max(...dates.map((date) => date.interval.to)),
  };
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
