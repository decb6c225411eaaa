import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../domain/refusal.ts';
import { isStorable } from './text.ts';

/** Entries per page by default. */
export const pageDefault = 50;
/** The most entries per page; a larger `limit` is lowered to it. */
export const pageMax = 200;

export const cursorCharsMax = 1024;

/** The place in a list after which the next page starts. Each list defines its own form. */
export type Position = string | number | readonly (string | number)[];

/** Strict, because positions are used in SQL statements and clients can forge cursors. */
export const textPosition = z.string().min(1).max(500).refine(isStorable);
export const numberPosition = z.int().min(0);
/** An instant before the year 3000, which PostgreSQL can store. */
export const instantPosition = z
  .int()
  .min(0)
  .max(Date.UTC(3000, 0, 1));

/** The value by which a list sorts an entry (an instant or a sequence number; `none` if it has none), and its id. */
export const placePosition = z.tuple([
  z.union([
    z
      .int()
      .min(Date.UTC(1900, 0, 1))
      .max(Date.UTC(3000, 0, 1)),
    z.literal('none'),
  ]),
  textPosition,
]);

const positionSchema = z.union([textPosition, numberPosition, z.array(z.union([textPosition, z.int()])).max(4)]);
const cursorSchema = z.strictObject({ of: z.string(), at: positionSchema });

/** A hash of an operation and its filters. It ties a cursor to the list that it was made for. */
export function listingOf(operationId: string, query: Readonly<Record<string, unknown>>): string {
  const { cursor: _cursor, limit: _limit, ...filters } = query;
  const named = Object.entries(filters)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([operationId, named]))
    .digest('base64url')
    .slice(0, 12);
}

export function writeCursor(listing: string, at: Position): string {
  return Buffer.from(JSON.stringify({ of: listing, at }), 'utf8').toString('base64url');
}

/** The position in a cursor. Refuses with `invalid_cursor` if it is malformed or was made for another list. */
export function readCursor<P extends Position>(listing: string, cursor: string, form: z.ZodType<P>): P {
  const decoded = decode(cursor);
  if (decoded === null) throw new Refusal('invalid_cursor', 'the cursor is malformed; send next_cursor unchanged');
  if (decoded.of !== listing)
    throw new Refusal(
      'invalid_cursor',
      'the cursor is for another list or for other filters; start again without a cursor',
    );
  const at = form.safeParse(decoded.at);
  if (!at.success) throw new Refusal('invalid_cursor', 'the cursor is malformed; send next_cursor unchanged');
  return at.data;
}

function decode(cursor: string): z.infer<typeof cursorSchema> | null {
  if (cursor.length > cursorCharsMax || !/^[\w-]+$/.test(cursor)) return null;
  try {
    const parsed = cursorSchema.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
