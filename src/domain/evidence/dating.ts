import { dayMs, type Instant, type Interval } from '../instant.ts';
import {
  coverDates,
  coverStated,
  datedRow,
  earliestGroup,
  isLoose,
  type StatedDate,
  stampsDay,
  statedDate,
} from './stated-dates.ts';
import { steadyVersions, youngVersions } from './steady-dates.ts';
import { durability, futureToleranceMs, type KnownSighting, type Timeline } from './timeline.ts';

/** A curated date is used only up to this long before the bracket: a listing may be late, but not later than that. */
export const dateBeforeBracketMaxMs = 90 * dayMs;
/** When one model was released, and what the bounds are based on. */
export type Dating = {
  readonly occurred: Interval;
  /**
   * `stated`: a ledger or first-party date. `curated`: a date of a vendor's own row, inside the bracket. `late`: from a
   * curated date to the sighting. `bracket`: sightings alone.
   */
  readonly basis: 'stated' | 'curated' | 'late' | 'bracket';
  /** The sightings whose dates were used. */
  readonly dated: readonly KnownSighting[];
  /** Stated dates that are not used, with the reason. */
  readonly setAside: readonly SetAside[];
  /** The bounds from sightings and reads alone, without stated dates; absent for ends and values. */
  readonly bracket?: Interval;
  /**
   * Wider bounds that would apply if further reads contradicted the dates used. Default: `occurred`. A NO respects
   * them, so that a missing read never settles one.
   */
  readonly possible?: Interval;
};

/** A row whose stated date is not used, and why, as a text that continues from the date. */
export type SetAside = { readonly row: KnownSighting; readonly why: string };

type Question = {
  readonly timeline: Timeline;
  readonly at: Instant;
  /** The ids under which the model was listed, at any stage. */
  readonly ids: readonly string[];
  /** Every sighting known, oldest first; never empty. */
  readonly known: readonly KnownSighting[];
  readonly firstParty: KnownSighting | null;
  /** When each origin with a seasoned row first listed it. */
  readonly seasonedFrom: readonly { readonly origin: string; readonly at: Instant }[];
  readonly originsMin: number;
  /** The latest moment up to which its absence was proven before it was first seen; minus infinity if it never was. */
  readonly absentTo: Instant;
};

/** `any`: dates that are not seasoned yet also count. */
type Steadiness = 'steady' | 'any';

/**
 * Dates a model. Whether it exists and when it was released are separate facts, and the bracket belongs to the model,
 * not to a row. A ledger or first-party date is used as stated. Otherwise the release is after the time for which
 * absence was proven, and no later than the moment at which as many origins as the policy requires list the model: a
 * single early row, such as a placeholder, bounds nothing.
 */
export function dateModel(question: Question): Dating {
  const bracket = { from: question.absentTo, to: upperBound(question, []) };
  return { ...dateSteadily(question), bracket };
}

function dateSteadily(question: Question): Dating {
  const full = dateBy(question, 'any');
  const young = question.known.flatMap((row) => youngDates(question, row));
  if (young.length === 0) return full;
  // A curated date that is not seasoned can widen the bounds, but settles nothing.
  const steady = dateBy(question, 'steady');
  const occurred = hull(full.occurred, steady.occurred);
  if (occurred.from === full.occurred.from && occurred.to === full.occurred.to) return full;
  const aside = young.map((row) => ({ row, why: 'has not been confirmed yet by a read a day later' }));
  const possible = hull(full.possible ?? full.occurred, steady.possible ?? steady.occurred);
  return { ...steady, occurred, possible, setAside: [...steady.setAside, ...aside] };
}

function hull(a: Interval, b: Interval): Interval {
  return { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) };
}

function dateBy(question: Question, steadiness: Steadiness): Dating {
  const standing = standingDates(question.known);
  if (standing.length > 0) {
    const occurred = earliestGroup(standing);
    return { occurred: occurred.interval, basis: 'stated', dated: occurred.dates.map(rowOf), setAside: [] };
  }
  const low = question.absentTo;
  const { usable, setAside } = curatedDates(question, steadiness);
  // A date vouches for the release only if it could date it, or if it is the day on which another origin first listed
  // the model. An earlier date may be that of an announcement.
  const vouching = usable.filter(
    (date) => (low < date.interval.to && !isStamped(question, date.stated)) || meetsListing(question, date),
  );
  const bracket = { from: low, to: upperBound(question, Number.isFinite(low) ? vouching : []) };
  if (usable.length === 0) return { occurred: bracket, basis: 'bracket', dated: [], setAside };
  const best = earliestGroup(usable);
  const dating = { ...dateWithin(question, best, bracket), dated: best.dates.map(rowOf), setAside };
  return { ...dating, possible: possibleTime(question, best.dates, dating) };
}

/**
 * The bounds that would apply if later reads contradicted the stated day. A read without the model between that day and
 * its listing would do so, unless the row was listed by that day. The release may then be as late as the sightings
 * alone allow.
 */
function possibleTime(
  question: Question,
  dates: readonly StatedDate[],
  { occurred, basis }: Pick<Dating, 'occurred' | 'basis'>,
): Interval {
  const { known, absentTo } = question;
  const isListed = ({ sighting, interval }: StatedDate): boolean => {
    const first = known.find((row) => row.feed.id === sighting.feed.id);
    return first !== undefined && first.seenFrom < interval.to;
  };
  // If the stated day is after the first sighting, either may be wrong: the model may be older than its listing.
  const from = dates.every(({ stated }) => stated.from <= firstSeen(known)) ? occurred.from : absentTo;
  const to = basis === 'curated' && dates.every(isListed) ? occurred.to : upperBound(question, []);
  return hull(occurred, { from, to });
}

function dateWithin(
  question: Question,
  best: { interval: Interval; dates: readonly StatedDate[] },
  bracket: Interval,
): Pick<Dating, 'occurred' | 'basis'> {
  const stated = best.interval;
  const closed = Number.isFinite(bracket.from);
  // Listed up to two days before the stated day: either the listing was early or the day is wrong.
  const seen = firstSeen(question.known);
  if (stated.from > seen) {
    return { occurred: { from: closed ? bracket.from : seen, to: Math.max(stated.to, bracket.to) }, basis: 'late' };
  }
  const stamped = best.dates.some((date) => isStamped(question, date.stated));
  const disagrees = best.dates.some((date) => readsDisagree(question, date));
  if (closed && stated.to > bracket.from && !stamped && !disagrees) {
    const from = best.dates.every(isLoose) ? Math.max(stated.from, bracket.from) : stated.from;
    // A stated day is kept whole, and a longer period is cut off at the sighting.
    const isDay = stated.to - stated.from <= dayMs;
    return { occurred: { from, to: isDay ? stated.to : Math.min(stated.to, bracket.to) }, basis: 'curated' };
  }
  return { occurred: { from: stated.from, to: bracket.to }, basis: 'late' };
}

/** Whether the row's own feed was read after the stated day and still did not list the model. */
function readsDisagree({ known }: Question, { sighting, interval }: StatedDate): boolean {
  const first = known.find((row) => row.feed.id === sighting.feed.id);
  const absentAt = first?.sighting.absentAt ?? null;
  return absentAt !== null && interval.to <= absentAt;
}

function rowOf(date: StatedDate): KnownSighting {
  return date.sighting;
}

function firstSeen(known: readonly KnownSighting[]): Instant {
  return known[0]?.seenFrom ?? Number.POSITIVE_INFINITY;
}

/** Whether the stated day is the day on which another origin first listed the model: two independent facts. */
function meetsListing(question: Question, { sighting, interval }: StatedDate): boolean {
  if (interval.to - interval.from > dayMs) return false;
  return question.seasonedFrom.some(
    ({ origin, at }) => origin !== sighting.feed.origin && at >= interval.from && at < interval.to,
  );
}

/** The first sighting in a lasting own row that has always stated the day of this sighting as the release date. */
function ownDayListing(question: Question): Instant {
  const { timeline, at, known } = question;
  const listed = known.filter((row) => {
    if (durability(row) !== 'lasting' || !row.sighting.model.own || row.trust === 'community') return false;
    const versions = steadyVersions(timeline, row, at, 'steady');
    const date = coverDates(versions.map((version) => datedRow(row, version)));
    if (date === null || date.stated.to - date.stated.from > dayMs || isStamped(question, date.stated)) return false;
    return (versions[0]?.observedAt ?? row.seenFrom + 1) <= row.seenFrom && contains(date.stated, row.seenFrom);
  });
  return Math.min(...listed.map((row) => row.seenFrom), Number.POSITIVE_INFINITY);
}

function contains({ from, to }: Interval, moment: Instant): boolean {
  return moment >= from && moment < to;
}

function isStamped(question: Question, date: Interval): boolean {
  return question.ids.some((id) => stampsDay(id, date));
}

function standingDates(rows: readonly KnownSighting[]): StatedDate[] {
  return rows.flatMap((sighting) => {
    const date = statedDate(sighting);
    if (sighting.version.released?.weight !== 'stands' || date === null || sighting.trust === 'community') return [];
    if (sighting.trust !== 'first_party' && durability(sighting) === 'slip') return [];
    return [{ sighting, ...date }];
  });
}

/**
 * One date for each row, wide enough for every date that the row ever stated, except flawed dates and those replaced
 * within a day.
 */
function curatedDates(question: Question, steadiness: Steadiness): { usable: StatedDate[]; setAside: SetAside[] } {
  const usable: StatedDate[] = [];
  const setAside: SetAside[] = [];
  for (const row of question.known) {
    if (!row.sighting.model.own || row.trust === 'community') continue;
    const dates: StatedDate[] = [];
    for (const version of steadyVersions(question.timeline, row, question.at, steadiness)) {
      const stating = datedRow(row, version);
      const date = statedDate(stating);
      const flaw = date === null ? 'is not a possible release date' : flawOf(question, { sighting: stating, ...date });
      if (date !== null && flaw === null) dates.push({ sighting: stating, ...date });
      else if (flaw !== null) setAside.push({ row: stating, why: flaw });
    }
    const covered = coverStated(dates);
    if (covered !== null) usable.push(covered);
  }
  return { usable, setAside };
}

/** The versions of a row with a date that no read a day later has confirmed yet. */
function youngDates({ timeline, at }: Question, row: KnownSighting): KnownSighting[] {
  if (!row.sighting.model.own || row.trust === 'community') return [];
  return youngVersions(timeline, row, at).map((version) => datedRow(row, version));
}

const vanished = 'was in a row that had disappeared by the first read a day later';

/** Why a curated date is stored and shown but not used; null if it may be used. */
function flawOf(question: Question, { sighting, stated, interval }: StatedDate): string | null {
  const low = question.absentTo;
  if (durability(sighting) === 'slip') return vanished;
  if (interval.from > sighting.version.observedAt) return 'was in the future when it was stated';
  if (interval.from > firstSeen(question.known) + futureToleranceMs)
    return 'is later than the first sighting of the model';
  const far = Number.isFinite(low) && low - interval.to > dateBeforeBracketMaxMs;
  if (far && !isStamped(question, stated))
    return 'is more than 90 days before the last proof that the model was absent';
  return null;
}

/** A date that is not used, with the reason: "2025-02-01 stated by models-dev for gpt-4.5 is …". */
export function setAsideText({ row, why }: SetAside): string {
  return `${row.version.released?.text ?? ''} stated by ${row.feed.slug} for ${row.sighting.name} ${why}`;
}

/** Why the date that a witness states was not used; null if it was used or none is stated. */
export function unusedDate(dating: Dating, row: KnownSighting): string | null {
  const { released } = row.version;
  if (released === null || dating.dated.some((used) => isSameRow(used, row))) return null;
  const aside = dating.setAside.find((candidate) => isSameRow(candidate.row, row));
  if (aside !== undefined) return aside.why;
  if (row.trust === 'community') return 'is stated by a community feed';
  if (statedDate(row) === null) return 'is not a possible release date';
  if (durability(row) === 'slip') return vanished;
  if (released.weight === 'curated' && !row.sighting.model.own)
    return "is in a host's row, which is not used for dating";
  if (released.weight === 'curated' && dating.basis === 'stated')
    return 'is outranked by a date of the vendor or the ledger';
  return 'is the date of a later snapshot or stage';
}

function isSameRow(a: KnownSighting, b: KnownSighting): boolean {
  return a.sighting === b.sighting;
}

/**
 * The moment (exclusive) by which enough origins vouch for the release, each by listing the model or by the date of a
 * vendor's own row. Dates alone never put the release before the first sighting, because catalogues copy announcements
 * from each other. If too few origins vouch for it, the first sighting bounds a release that is not proven yet.
 */
function upperBound(question: Question, vouching: readonly StatedDate[]): Instant {
  const byOrigin = new Map(question.seasonedFrom.map(({ origin, at }) => [origin, at + 1]));
  for (const { sighting, interval } of vouching) {
    const listed = byOrigin.get(sighting.feed.origin);
    if (listed !== undefined) byOrigin.set(sighting.feed.origin, Math.min(listed, interval.to));
  }
  const vouched = [...byOrigin.values()].sort((a, b) => a - b)[question.originsMin - 1] ?? Number.POSITIVE_INFINITY;
  const firstParty = question.firstParty === null ? Number.POSITIVE_INFINITY : question.firstParty.seenFrom + 1;
  // An own row that states the day of its first listing needs no second origin to date the release.
  const ownDay =
    question.seasonedFrom.length >= question.originsMin ? ownDayListing(question) + 1 : Number.POSITIVE_INFINITY;
  const high = Math.min(vouched, firstParty, ownDay);
  const seen = firstSeen(question.known) + 1;
  return Number.isFinite(high) ? Math.max(high, seen) : seen;
}
