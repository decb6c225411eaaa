import type postgres from 'postgres';
import type { Instant } from '../domain/instant.ts';
import { arrayTypes } from './postgres-arrays.ts';

/**
 * How column values reach the program:
 * - `timestamptz` and `timestamp` are `Instant` numbers (UTC epoch milliseconds; finer digits are cut off, so a
 *   keyset cursor over them needs a tie-breaker), `infinity` is `Infinity`;
 * - `int8` is a number, and a value that a number cannot hold exactly is an error: select it as text;
 * - `numeric` stays text: cast to `float8` in SQL where a float is meant;
 * - `date` stays text, `YYYY-MM-DD`: a calendar day has no instant;
 * - `json` and `jsonb` are parsed; a parameter of those types is passed as a value, not as text.
 */
export const postgresTypes = {
  instant: { to: 1184, from: [1184, 1114], serialize: writeInstant, parse: readInstant },
  day: { to: 1082, from: [1082], serialize: (day: string) => day, parse: (text: string) => text },
  int8: { to: 20, from: [20], serialize: String, parse: readInt8 },
  ...arrayTypes({ read: readInstant, write: writeInstant }),
};

/** How an instant is passed to a statement. */
export type Timestamp = Date | 'infinity' | '-infinity';

/**
 * An instant as a parameter of a statement, or as a value in `json`. The driver declares a `Date` as `timestamptz`, so
 * that Postgres also knows its type where the statement leaves it open, as in `$1 + interval '1 second'`.
 */
export function timestamp(instant: Instant): Timestamp;
export function timestamp(instant: Instant | null): Timestamp | null;
export function timestamp(instant: Instant | null): Timestamp | null {
  if (instant === null) return null;
  if (instant === Number.POSITIVE_INFINITY) return 'infinity';
  if (instant === Number.NEGATIVE_INFINITY) return '-infinity';
  return new Date(instant);
}

/**
 * Instants as a parameter that the statement casts to `timestamptz[]`. They are text because the driver declares a list
 * of `Date` as a single `timestamptz`, which cannot be cast to a list.
 */
export function timestampTexts(instants: readonly Instant[]): string[] {
  return instants.map((instant) => writeInstant(instant));
}

/** A column of instants as a value in JSON that is selected: the number that `timestamptz` columns reach the program as. */
export function instantInJson(db: postgres.ISql, column: postgres.Fragment) {
  return db`floor(extract(epoch from ${column}) * 1000)::bigint`;
}

/**
 * A value as a parameter of type `json`, which a `jsonb` column accepts as well; null and undefined are SQL null. It
 * travels as text because the driver would encode a string that Postgres declares as `json` a second time, and because
 * its own `sql.json` declares `jsonb`, which does not keep the order of keys.
 */
export function json(db: postgres.ISql, value: unknown) {
  return db`${value === null || value === undefined ? null : JSON.stringify(value)}::text::json`;
}

/** Rows in one statement: keeps a parameter well below the size at which drivers and logs become slow. */
const rowsPerStatement = 1000;

/** Splits rows into batches, one statement each. */
export function* batchesOf<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += rowsPerStatement) yield rows.slice(start, start + rowsPerStatement);
}

function writeInstant(value: Date | Instant | string): string {
  if (typeof value === 'string') return value;
  const given = typeof value === 'number' ? timestamp(value) : value;
  return given instanceof Date ? given.toISOString() : given;
}

function readInstant(text: string): Instant {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  // `2026-11-22 23:00:59.629123+00`, or without a zone: sessions are in UTC. ISO 8601 is what every engine reads alike.
  const zoned = /(?:[+-]\d{2})(?::?\d{2})?$/.test(text.slice(10)) ? text.replace(/([+-]\d{2})$/, '$1:00') : `${text}Z`;
  const instant = Date.parse(zoned.replace(' ', 'T'));
  if (Number.isNaN(instant)) throw new RangeError(`not an instant that a number can hold: ${text}`);
  return instant;
}

function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 beyond 2^53: ${text}; select it as text`);
  return value;
}
