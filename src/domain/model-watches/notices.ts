import { daysLeft, type EndState } from '../ends/end.ts';
import { dayMs, type Instant } from '../instant.ts';

/** The parts of an end that decide when its notices are sent. */
export type NoticedEnd = Pick<EndState, 'kind' | 'date' | 'scope' | 'endedAt'>;

/**
 * Whether notices of an end are sent. The end of a plan ends nothing that an id is used for, and an end that has happened is
 * announced by an event of its own.
 */
export function isNoticed(end: NoticedEnd): boolean {
  return (
    end.date !== null && end.endedAt === null && end.scope !== 'plan' && end.kind !== null && end.kind !== 'passed'
  );
}

/** The days on which notices of an end are sent. A date before which a model does not end is worth one notice. */
function daysOf({ kind }: NoticedEnd, days: readonly number[]): readonly number[] {
  return kind === 'earliest' ? days.slice(0, 1) : days;
}

/**
 * The notice day that has come: the last of those that have passed. Null before the first, and once the date is past. `days` are
 * sorted, the earliest notice first.
 */
export function dueDay(end: NoticedEnd, days: readonly number[], at: Instant): number | null {
  if (end.date === null || !isNoticed(end)) return null;
  const left = daysLeft(end.date, at);
  if (left < 0) return null;
  return daysOf(end, days).findLast((day) => day >= left) ?? null;
}

/** When the next notice day begins; null if there is none. */
export function nextNoticeAt(end: NoticedEnd, days: readonly number[], at: Instant): Instant | null {
  const { date } = end;
  if (date === null || !isNoticed(end)) return null;
  const left = daysLeft(date, at);
  const next = daysOf(end, days).find((day) => day < left);
  return next === undefined ? null : date.from - next * dayMs;
}
