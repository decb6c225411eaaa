import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from '../../domain/refusal.ts';
import { isStorable } from './text.ts';

/** Entries of a page unless the caller asks for another number. */
export const pageDefault = 50;
/** A larger number is lowered to this. */
export const pageMax = 200;

const cursorCharsMax = 1024;

/** Where a listing goes on; what it means is the listing's own business. */
export type Position = string | number | readonly (string | number)[];

/** Positions end up in statements, and a cursor is easily forged. */
export const textPosition = z.string().min(1).max(500).refine(isStorable);
export const numberPosition = z.int().min(0);
/** An instant that a database can hold: before the year 3000. */
export const instantPosition = z
  .int()
  .min(0)
  .max(Date.UTC(3000, 0, 1));

const positionSchema = z.union([textPosition, numberPosition, z.array(z.union([textPosition, numberPosition])).max(4)]);
const cursorSchema = z.strictObject({ of: z.string(), at: positionSchema });

/** Names a listing with its filters: a cursor of one is of no use to another. */
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

/** The position in a cursor. Refuses with `invalid_cursor` what is garbage, of another listing, or of another form. */
export function readCursor<P extends Position>(listing: string, cursor: string, form: z.ZodType<P>): P {
  const decoded = decode(cursor);
  if (decoded === null) throw new Refusal('invalid_cursor', 'this is no cursor; take it as it stands in next_cursor');
  if (decoded.of !== listing)
    throw new Refusal(
      'invalid_cursor',
      'this cursor belongs to another listing, or to other filters; start again without it',
    );
  const at = form.safeParse(decoded.at);
  if (!at.success) throw new Refusal('invalid_cursor', 'this is no cursor; take it as it stands in next_cursor');
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
