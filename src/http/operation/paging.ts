import type { z } from 'zod';
import { numberPosition, type Position, pageDefault, readCursor, writeCursor } from './cursor.ts';
import type { Reply, Target } from './reply.ts';

/** The parts of an operation's input that paging needs. */
export type PageInput = {
  readonly query: { readonly cursor?: string | undefined; readonly limit?: number | undefined };
  readonly listing: () => string;
  readonly target: Target;
};

/** How one list is read, in pages that start after a position. */
type PageSpec<P extends Position, Row> = {
  readonly position: z.ZodType<P>;
  /** At most `limit` rows after a position, or from the start if it is null. */
  readonly list: (after: P | null, limit: number) => Promise<readonly Row[]>;
  readonly positionOf: (row: Row) => P;
  readonly toJson: (row: Row) => unknown;
  /** True for a response about the past, which never changes. */
  readonly past?: boolean;
  /** More members of the body, from the position of the last row, or of the cursor if there is no row. */
  readonly extra?: (last: P | null) => object;
};

/** Replies with one page. Refuses with `invalid_cursor`. `[]` in the type makes TypeScript infer positions as tuples. */
export async function replyWithPage<P extends Position | [], Row>(
  input: PageInput,
  { position, list, positionOf, toJson, past, extra }: PageSpec<P, Row>,
): Promise<Reply> {
  const after = readPosition(input, position);
  const size = input.query.limit ?? pageDefault;
  // One row more than fits, to find out whether there is a next page.
  const found = await list(after, size + 1);
  const rows = found.slice(0, size);
  const lastRow = rows.at(-1);
  const last = lastRow === undefined ? after : positionOf(lastRow);
  return pageReply(input, rows.map(toJson), found.length > size ? last : null, {
    ...(past === undefined ? {} : { past }),
    ...(extra === undefined ? {} : { extra: extra(last) }),
  });
}

/** Replies with one page of a list to which entries are only appended: an offset is a stable position. */
export function replyWithAppended<Row>(
  input: PageInput,
  { listAll, toJson }: { readonly listAll: () => Promise<readonly Row[]>; readonly toJson: (row: Row) => unknown },
): Promise<Reply> {
  return replyWithPage(input, {
    position: numberPosition,
    list: async (after, limit) => {
      const start = after ?? 0;
      const rows = (await listAll()).slice(start, start + limit);
      return rows.map((row, index) => ({ row, position: start + index + 1 }));
    },
    positionOf: ({ position }) => position,
    toJson: ({ row }) => toJson(row),
  });
}

/** The position in the cursor of a request, or null for the first page. Refuses with `invalid_cursor`. */
export function readPosition<P extends Position>({ query, listing }: PageInput, position: z.ZodType<P>): P | null {
  return query.cursor === undefined ? null : readCursor(listing(), query.cursor, position);
}

/** A page with its cursor and its `Link`. `next` is the position of its last row, or null on the last page. */
export function pageReply(
  { listing, target }: PageInput,
  data: readonly unknown[],
  next: Position | null,
  more: { readonly past?: boolean; readonly extra?: object } = {},
): Reply {
  const cursor = next === null ? null : writeCursor(listing(), next);
  const headers = cursor === null ? {} : { link: `<${nextTarget(target, cursor)}>; rel="next"` };
  return { body: { data, next_cursor: cursor, ...more.extra }, headers, past: more.past ?? false };
}

const pageStart = Buffer.from('{"data":[');
const comma = Buffer.from(',');

/** The same, for entries that are pieces of JSON in UTF-8. */
export function bytesPageReply(
  input: PageInput,
  entries: readonly (readonly Uint8Array[])[],
  next: Position | null,
  more: { readonly extra?: object } = {},
): Reply {
  const { body, ...reply } = pageReply(input, [], next, more);
  // `data` is the first member.
  const end = Buffer.from(JSON.stringify(body).slice('{"data":['.length));
  const pieces = entries.flatMap((entry, index) => (index === 0 ? entry : [comma, ...entry]));
  return { ...reply, text: Buffer.concat([pageStart, ...pieces, end]) };
}

function nextTarget(target: Target, cursor: string): string {
  const search = new URLSearchParams(target.search);
  search.set('cursor', cursor);
  return `${target.path}?${search.toString()}`;
}
