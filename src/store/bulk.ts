import type { Instant } from '../domain/instant.ts';

/** Rows per statement: keeps one parameter well under the size at which drivers and logs suffer. */
export const rowsPerInsert = 1000;

/** An instant as text, for rows that travel as JSON. */
export function iso(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
