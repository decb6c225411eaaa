import { dayMs, type Instant } from '../instant.ts';
import type { EndContradiction, EndDate, EndMove } from './end.ts';

/** What became of one stated end, as far as it was known at a moment. */
export type EndHistory = {
  readonly vendor: string;
  /** The date that stands; null if none does. */
  readonly date: EndDate | null;
  readonly isEarliest: boolean;
  readonly endedAt: Instant | null;
  readonly movedFrom: readonly EndMove[];
  /** How the vendor's own list ever contradicted it. */
  readonly contradicted: readonly EndContradiction['status'][];
};

/** The record of the stated ends of one vendor. Counts are of ends, unless stated otherwise. */
export type VendorRecord = {
  readonly vendor: string;
  readonly ends: number;
  /** The date passed, and never moved. An earliest date is left out. */
  readonly stood: number;
  /** The source that states it changed its date at least once. */
  readonly moved: number;
  /** Such changes. */
  readonly moves: number;
  /** By how many days dates moved: later if positive. Null without a move. */
  readonly shiftDays: Spread | null;
  /** How many days before the earlier date it moved: negative if that date had passed. */
  readonly noticeDays: Spread | null;
  readonly withdrawn: number;
  readonly ended: number;
  /** The vendor's own list said that the id was active after its date, or merely listed it. */
  readonly contradictedActive: number;
  readonly contradictedListed: number;
};

type Spread = { readonly least: number; readonly median: number; readonly most: number };

/** The record of every vendor, by vendor. `at` decides which dates have passed. */
export function recordEnds(histories: readonly EndHistory[], at: Instant): VendorRecord[] {
  const byVendor = new Map<string, EndHistory[]>();
  for (const history of histories) {
    const known = byVendor.get(history.vendor);
    if (known === undefined) byVendor.set(history.vendor, [history]);
    else known.push(history);
  }
  return [...byVendor].sort(([a], [b]) => (a < b ? -1 : 1)).map(([vendor, ends]) => recordVendor(vendor, ends, at));
}

function recordVendor(vendor: string, ends: readonly EndHistory[], at: Instant): VendorRecord {
  const moves = ends.flatMap(movesOf);
  const count = (is: (end: EndHistory) => boolean): number => ends.filter(is).length;
  return {
    vendor,
    ends: ends.length,
    stood: count((end) => movesOf(end).length === 0 && !end.isEarliest && end.date !== null && end.date.to <= at),
    moved: count((end) => movesOf(end).length > 0),
    moves: moves.length,
    shiftDays: spreadOf(moves.map((move) => move.shiftDays)),
    noticeDays: spreadOf(moves.map((move) => move.noticeDays)),
    withdrawn: count((end) => end.movedFrom.some(({ because }) => because === 'withdrawn')),
    ended: count(({ endedAt }) => endedAt !== null),
    contradictedActive: count(({ contradicted }) => contradicted.includes('active')),
    contradictedListed: count(({ contradicted }) => contradicted.includes('listed')),
  };
}

/** The changes of a date by the source that stated it. That another source counts instead is no move of a date. */
function movesOf({ movedFrom, date }: EndHistory): { shiftDays: number; noticeDays: number }[] {
  return movedFrom.flatMap((move, index) => {
    const next = movedFrom[index + 1]?.date ?? date;
    if (move.because !== 'moved' || next === null) return [];
    const days = (later: Instant, earlier: Instant): number => Math.round((later - earlier) / dayMs);
    return [{ shiftDays: days(next.from, move.date.from), noticeDays: days(move.date.from, move.to) }];
  });
}

function spreadOf(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [least] = sorted;
  const most = sorted.at(-1);
  if (least === undefined || most === undefined) return null;
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? least) + (sorted[Math.ceil(middle)] ?? least)) / 2;
  return { least, median, most };
}
