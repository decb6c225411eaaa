import type { Attributes, FeedItem, ParsedPayload } from '../item.ts';
import { findGap, type Paging } from '../pages.ts';
import { collectRows, describeValue, isRecord, type Row, readJsonObject, unparsable } from '../payload.ts';

/** The shape of a list of models: the field with the rows, the field with the name of a row, and the pagination. */
export type ListShape = {
  readonly rows: string;
  readonly name: string;
  readonly paging?: Paging;
  /** What the payload should be, for error messages. */
  readonly expected: string;
};

/** A row as published, with its name. */
export type ListRow = { readonly name: string; readonly row: Readonly<Record<string, unknown>> };

/**
 * Parses the list of models that most APIs serve: an object with an array of named rows. A row without a name is lost.
 * Throws `Refusal('feed_unparsable')` for another shape, if no row names a model, and for an incomplete list, because
 * the models on the missing pages would appear to be gone.
 */
export function readModelList(bytes: Uint8Array, shape: ListShape, readRow: (found: ListRow) => Row): ParsedPayload {
  const { expected, paging } = shape;
  const payload = readJsonObject(bytes, expected);
  const rows = payload[shape.rows];
  if (!Array.isArray(rows)) throw unparsable(`an object without a list of ${shape.rows}`, expected);
  const gap = paging === undefined ? null : findGap(paging, payload);
  if (gap !== null) throw unparsable(gap, expected);
  const parsed = collectRows(
    rows.map((row: unknown, index) => nameRow(row, index, shape, readRow)),
    expected,
  );
  if (parsed.items.length === 0 && rows.length > 0) throw unparsable(`${rows.length} rows without a model`, expected);
  return parsed;
}

/** Reads a row as an item of the vendor, with its attributes. */
export function readPlainRow({ name, row }: ListRow, vendor: string, attributes?: Attributes): Row {
  if (row.object !== undefined && row.object !== 'model')
    return { key: name, lost: 'is not an object of the kind model' };
  const item: FeedItem = {
    key: name,
    name,
    host: vendor,
    ...(attributes !== undefined && { attributes }),
    raw: row,
  };
  return { key: name, item };
}

function nameRow(row: unknown, index: number, shape: ListShape, readRow: (found: ListRow) => Row): Row {
  const key = `#${index}`;
  if (!isRecord(row)) return { key, lost: `is ${describeValue(row)}, not a model` };
  const name = row[shape.name];
  if (typeof name !== 'string' || name === '') return { key, lost: `has no ${shape.name}` };
  return readRow({ name, row });
}
