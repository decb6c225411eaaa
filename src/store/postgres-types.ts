import type { Instant } from '../domain/instant.ts';

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
};

/**
 * An instant as a statement's parameter. Where the statement makes the type plain (a column, a cast) the bare
 * number does as well.
 */
export function at(instant: Instant): Date | 'infinity' | '-infinity' {
  if (instant === Number.POSITIVE_INFINITY) return 'infinity';
  if (instant === Number.NEGATIVE_INFINITY) return '-infinity';
  return new Date(instant);
}

function writeInstant(value: Date | Instant | string): string {
  if (typeof value === 'string') return value;
  const given = typeof value === 'number' ? at(value) : value;
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
