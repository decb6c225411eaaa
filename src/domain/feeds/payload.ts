import { Refusal } from '../refusal.ts';
import { type FeedItem, feedItemsMax, type ParsedPayload } from './item.ts';

/** Helpers for all feed parsers: from bytes to JSON, and from rows to items without dropping any silently. */

/** A longer key or name is not a model id and would not fit into an index. */
export const keyCharactersMax = 500;

/** A longer text is not a date. */
export const dateCharactersMax = 64;

/** A longer address is not stored. */
export const urlCharactersMax = 2000;

/** Rows nested deeper than this are not stored. */
export const rowDepthMax = 32;

/** How many characters of an unexpected payload a refusal quotes. */
const quotedCharactersMax = 60;

/** A longer text is not a price. */
const decimalCharactersMax = 40;

const decimalPattern = /^\d+(\.\d+)?(e-?\d{1,2})?$/i;

const textUnstorable = /[\0\p{Cs}]/u;

/** The bytes as strict UTF-8; a byte order mark is dropped. Throws `Refusal('feed_unparsable')`. */
export function decodePayload(bytes: Uint8Array, expected: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unparsable('bytes that are not UTF-8', expected);
  }
}

/** Parses the bytes as a JSON object. Throws `Refusal('feed_unparsable')` for anything else; it says what was found. */
export function readJsonObject(bytes: Uint8Array, expected: string): Record<string, unknown> {
  const value = readJson(bytes, expected);
  if (!isRecord(value)) throw unparsable(describeValue(value), expected);
  return value;
}

/** Parses the bytes as JSON. Throws `Refusal('feed_unparsable')` if they are not JSON; it says what was found. */
export function readJson(bytes: Uint8Array, expected: string): unknown {
  const text = decodePayload(bytes, expected);
  try {
    return JSON.parse(text);
  } catch {
    throw unparsable(describeText(text), expected);
  }
}

export function unparsable(found: string, expected: string): Refusal {
  return new Refusal('feed_unparsable', `Found ${found}; expected ${expected}.`);
}

/** Whether a part occurs in a text more than `max` times. Used to refuse input that would slow a parser down. */
export function countsMoreThan(text: string, part: string, max: number): boolean {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    count += 1;
    if (count > max) return true;
  }
  return false;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describeText(text: string): string {
  const start = text.trimStart().slice(0, quotedCharactersMax);
  if (start === '') return 'an empty body';
  if (start.startsWith('<')) return 'an HTML or XML document';
  if (start.startsWith('{') || start.startsWith('[')) return 'malformed or truncated JSON';
  return `text that is not JSON, starting with ${JSON.stringify(start)}`;
}

export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Why a published row cannot be stored, or null: a key or text in it has a NUL or a lone surrogate, which the database
 * rejects, or it nests deeper than `rowDepthMax`.
 */
export function findRowFlaw(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') return findTextFlaw(value);
  if (typeof value !== 'object' || value === null) return null;
  if (depth >= rowDepthMax) return `nested deeper than ${rowDepthMax} levels`;
  for (const [key, inner] of Object.entries(value)) {
    const flaw = findTextFlaw(key) ?? findRowFlaw(inner, depth + 1);
    if (flaw !== null) return flaw;
  }
  return null;
}

function findTextFlaw(text: string): string | null {
  return textUnstorable.test(text) ? 'contains a NUL or a lone surrogate' : null;
}

/** A parsed row: its key, and either the item or the reason why it could not be read. */
export type Row = { readonly key: string; readonly item: FeedItem } | { readonly key: string; readonly lost: string };

/**
 * Collects rows into a payload. Flawed rows are lost, and so are rows that repeat the key of an earlier one.
 * Throws `Refusal('feed_unparsable')` when there are more than `feedItemsMax`.
 */
export function collectRows(rows: Iterable<Row>, expected: string): ParsedPayload {
  const items = new Map<string, FeedItem>();
  const lost: { key: string; why: string }[] = [];
  let count = 0;
  for (const row of rows) {
    count += 1;
    if (count > feedItemsMax) throw unparsable(`more than ${feedItemsMax} rows`, expected);
    const why = 'lost' in row ? row.lost : findItemFlaw(row.item, items);
    if (why !== null) lost.push({ key: showKey(row.key), why });
    else if ('item' in row) items.set(row.key, row.item);
  }
  return { items: [...items.values()], lost };
}

function findItemFlaw(item: FeedItem, seen: ReadonlyMap<string, FeedItem>): string | null {
  if (item.key === '' || item.name === '') return 'has no name';
  if (Math.max(item.key.length, item.host?.length ?? 0) > keyCharactersMax)
    return `has a key or host longer than ${keyCharactersMax} characters`;
  if (item.name.length > keyCharactersMax) return `has a name longer than ${keyCharactersMax} characters`;
  if (seen.has(item.key)) return 'repeats the key of an earlier row';
  const texts = [item.key, item.name, item.host ?? '', item.shutdown ?? '', item.released?.text ?? ''];
  return findTextFlaw([...texts, item.sourceUrl ?? ''].join(' ')) ?? findRowFlaw(item.raw);
}

/** The key of a lost row in a form that can be stored: truncated, with unstorable characters replaced. */
function showKey(key: string): string {
  return key.slice(0, keyCharactersMax).replaceAll(/[\0\p{Cs}]/gu, '\uFFFD');
}

/** A date as text, verbatim; undefined for other types, an empty text, and a text too long to be a date. */
export function readDateText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= dateCharactersMax ? value : undefined;
}

/** The form of a model id, as opposed to words about one or to "N/A". */
const idForm = /^(?!n\/?a$)[a-z0-9][a-z0-9._:@/-]{1,199}$/i;

/** A model id, verbatim; undefined for other types and other texts. */
export function readId(value: unknown): string | undefined {
  return typeof value === 'string' && idForm.test(value) ? value : undefined;
}

/** The first model id of a list. */
export function readFirstId(value: unknown): string | undefined {
  return Array.isArray(value) ? value.map(readId).find((id) => id !== undefined) : undefined;
}

/** An http or https address; undefined for anything else and for addresses that are too long. */
export function readUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > urlCharactersMax || !URL.canParse(value)) return undefined;
  return /^https?:$/.test(new URL(value).protocol) ? value : undefined;
}

/** A price of zero or more, multiplied by `factor` and rounded to a millionth of a dollar; undefined for anything else. */
export function readPrice(value: unknown, factor: number): number | undefined {
  if (typeof value !== 'number' || value < 0) return undefined;
  const price = Math.round(value * factor * 1e6) / 1e6;
  return Number.isFinite(price) ? price : undefined;
}

/** The same for a decimal text (`"0.00000125"`); undefined for anything else, including the `"-1"` of routers. */
export function readDecimalPrice(value: unknown, factor: number): number | undefined {
  const decimal = typeof value === 'string' && value.length <= decimalCharactersMax && decimalPattern.test(value);
  return decimal ? readPrice(Number(value), factor) : undefined;
}

/** A whole number of at least one; undefined for anything else. */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/**
 * Parameter counts outside these bounds are mistakes: no language model has fewer, and none with more has been trained.
 */
export const parametersMin = 1e6;
export const parametersMax = 1e14;

/** A number in the given unit as a parameter count; undefined for anything else and for counts outside the bounds. */
export function boundParameters(value: unknown, unit: number): number | undefined {
  const count = typeof value === 'number' ? Math.round(value * unit) : Number.NaN;
  return count >= parametersMin && count <= parametersMax ? count : undefined;
}

/** The object without its undefined members; undefined if no member remains. */
export function dropUndefined<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T | undefined {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  // The cast is sound: every remaining member is one of T's with T's type, and all members of the result are optional.
  return kept.length === 0 ? undefined : (Object.fromEntries(kept) as T);
}
