import { dayMs, parseDate } from '../instant.ts';

/** A fact that one feed states about one snapshot of a model, in the vendor's own namespace. */
export type Statement = {
  readonly feedId: string;
  /** Feeds of one origin copy each other, so they are not compared. */
  readonly origin: string;
  /** Statements with the same subject are about the same fact. */
  readonly subject: string;
  readonly kind: 'date' | 'number';
  readonly text: string;
};

/** How many of a feed's statements have a counterpart from another origin, and how many of those agree with none. */
export type Disagreement = { readonly compared: number; readonly differing: number };

/**
 * Dates differ if they are further apart than this. Time zones explain up to a day; the time from announcement to API
 * availability explains another.
 */
export const dateToleranceMs = 2 * dayMs;

/** Numbers differ if they are further apart than this share of the larger one. */
export const numberToleranceShare = 0.01;

/** Compares each statement with those of other origins on the same subject. An unparsable one agrees with none. */
export function countDisagreements(statements: readonly Statement[]): Map<string, Disagreement> {
  const bySubject = new Map<string, Statement[]>();
  for (const statement of statements) {
    const others = bySubject.get(statement.subject);
    if (others === undefined) bySubject.set(statement.subject, [statement]);
    else others.push(statement);
  }
  const counts = new Map<string, Disagreement>();
  for (const group of bySubject.values()) {
    for (const statement of group) {
      const others = group.filter((other) => other.origin !== statement.origin);
      if (others.length === 0) continue;
      const { compared, differing } = counts.get(statement.feedId) ?? { compared: 0, differing: 0 };
      const differs = !others.some((other) => agree(statement, other));
      counts.set(statement.feedId, { compared: compared + 1, differing: differing + (differs ? 1 : 0) });
    }
  }
  return counts;
}

function agree(a: Statement, b: Statement): boolean {
  if (a.kind === 'number') {
    const [one, other] = [Number(a.text), Number(b.text)];
    return Math.abs(one - other) <= numberToleranceShare * Math.max(Math.abs(one), Math.abs(other));
  }
  const [one, other] = [parseDate(a.text), parseDate(b.text)];
  if (one === null || other === null) return false;
  return (
    one.interval.from < other.interval.to + dateToleranceMs && other.interval.from < one.interval.to + dateToleranceMs
  );
}
