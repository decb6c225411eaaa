import type { Coverage, FeedMark } from '../evidence/coverage.ts';
import { isReadPast } from '../evidence/coverage.ts';
import { type CombinedMiss, type Rational, toNumber } from '../evidence/coverage-miss.ts';
import { coverageStepDays } from '../evidence/coverage-table.ts';
import { dayMs, formatInstant, type Instant } from '../instant.ts';
import { type AbsenceNote, lastMoment, type OriginAbsence } from './explanation.ts';

/** The absence of a fact up to a moment, as shown by the feeds that were read past it; null if too few were. */
export function noteAbsence(coverage: Coverage, to: Instant): AbsenceNote | null {
  const miss = coverage.missAt(to);
  if (miss === null) return null;
  return {
    vendor: coverage.vendor,
    fact: coverage.fact,
    absent_to: formatInstant(to),
    miss_chance: toNumber(miss),
    miss_max: toNumber(coverage.bound),
    origins: originsOf(coverage, to),
  };
}

function originsOf(coverage: Coverage, to: Instant): OriginAbsence[] {
  const byOrigin = new Map<string, FeedMark[]>();
  for (const mark of coverage.marks) {
    if (isReadPast(mark, to)) byOrigin.set(mark.feed.origin, [...(byOrigin.get(mark.feed.origin) ?? []), mark]);
  }
  return [...byOrigin].map(([origin, marks]) => {
    const readTo = Math.max(...marks.map(({ watermark }) => watermark ?? to));
    const { missed, known } = coverage.originMissAt(origin, to) ?? { missed: 0, known: 0 };
    const feeds = marks.map(({ feed }) => feed.slug);
    const patience = Math.floor((readTo - to) / dayMs);
    return { origin, feeds, read_to: formatInstant(readTo), patience_days: patience, missed, known };
  });
}

/** "absent from litellm (read 14 days past 2025-12-31; …) and …: together they would miss one in 160". */
export function absenceText(coverage: Coverage, to: Instant): string {
  const note = noteAbsence(coverage, to);
  if (note === null) return 'too few feeds with measured coverage have been read past it';
  const past = lastMoment({ from: to, to });
  const names = note.origins.map(
    ({ origin, patience_days: days, missed, known }) =>
      `${origin} (read ${countDays(days)} past ${past}; in the past, ${missed} of ${known} of ${note.vendor}'s models were still missing after that time)`,
  );
  return `absent from ${joinNames(names)}: ${chanceText(coverage.missAt(to))}`;
}

/** The chance that all origins missed the fact, as "one in 160". */
function chanceText(miss: CombinedMiss | null): string {
  const times = miss === null || miss.numerator === 0n ? 0n : miss.denominator / miss.numerator;
  return `together they would miss one in ${times}`;
}

/** What a NO still needs. */
export function waitingText(coverage: Coverage, to: Instant): string {
  const past = lastMoment({ from: to, to });
  const measured = coverage.marks.filter((mark) => mark.measured);
  const unread = measured.filter((mark) => !isReadPast(mark, to));
  const read = unread.map(
    ({ feed, watermark }) =>
      `${feed.slug} (${watermark === null ? 'never read' : `read to ${formatInstant(watermark)}`})`,
  );
  const miss = coverage.missAt(to);
  if (miss === null) return `${read.length === 0 ? 'one more origin' : joinNames(read)} to be read past ${past}`;
  const more = read.length === 0 ? '' : `, or for ${joinNames(read)} to be read past ${past}`;
  return `later reads: ${absenceText(coverage, to)}, and at most one in ${oneIn(coverage.bound)} is accepted${more}`;
}

/** Why no reads can prove absence. */
export function unprovableText(coverage: Coverage): string {
  const { vendor, fact, marks } = coverage;
  const what = vendor === 'any' ? 'every vendor' : vendor;
  const measured = marks.filter((mark) => mark.measured).map((mark) => mark.feed.slug);
  if (measured.length === 0) return `no feed's coverage of ${what} was measured for ${fact}`;
  const last = coverageStepDays.at(-1);
  return `even ${last} days after the deadline, ${joinNames(measured)} would together miss more than one in ${oneIn(coverage.bound)}`;
}

function oneIn(bound: Rational): string {
  return String(bound.denominator / bound.numerator);
}

function countDays(days: number): string {
  return `${days} day${days === 1 ? '' : 's'}`;
}

function joinNames(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
