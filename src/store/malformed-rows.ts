import { type Criterion, criterionSchema } from '../domain/criterion/criterion.ts';
import { findAdapter } from '../domain/feeds/adapters/registry.ts';
import { entrySchema, type IdentityEntry } from '../domain/identity/entries.ts';

/**
 * A row whose JSON this program cannot read, because somebody changed the database or a disk failed, must not stop a job or
 * a list. Such a row is replaced by one that every reader can handle and that says what is wrong, or left out. Rows are read
 * in many places that have no log, so what is found is kept here, for the log and the metrics of the process.
 */

export type MalformedRow = { readonly table: string; readonly id: string; readonly problem: string };

/** Rows to remember. More are neither reported nor counted. */
const rowsMax = 10_000;

const found = new Map<string, MalformedRow>();
let report: (row: MalformedRow) => void = () => {};

/** Has `reporter` called for each malformed row once, starting with those found so far. */
export function reportMalformedRows(reporter: (row: MalformedRow) => void): void {
  report = reporter;
  for (const row of found.values()) report(row);
}

/** How many malformed rows this process has found in each table since its start. */
export function countMalformedRows(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { table } of found.values()) counts.set(table, (counts.get(table) ?? 0) + 1);
  return counts;
}

export function noteMalformedRow(row: MalformedRow): void {
  const key = `${row.table} ${row.id}`;
  if (found.has(key) || found.size >= rowsMax) return;
  found.set(key, row);
  report(row);
}

/** Stands for a criterion that cannot be read: only a person can settle it, and no feed is asked about it. */
export const unreadableCriterion: Criterion = {
  op: 'judged',
  question: 'The stored criterion of this prediction cannot be read. Which one is it?',
};

/** Rows in which a criterion that cannot be read is `unreadableCriterion`. `idOf` is the id of its prediction. */
export function withReadableCriteria<T extends { readonly criterion: Criterion }>(
  rows: readonly T[],
  idOf: (row: T) => string,
): T[] {
  return rows.map((row) => {
    if (isCriterion(row.criterion)) return row;
    noteMalformedRow({ table: 'criteria', id: idOf(row), problem: 'the criterion does not have the form of one' });
    return { ...row, criterion: unreadableCriterion };
  });
}

/** Criteria that were checked, as JSON, because the check takes longer than reading a row. */
const checked = new Map<string, boolean>();
const checkedMax = 5000;

function isCriterion(value: unknown): boolean {
  const text = JSON.stringify(value);
  const known = checked.get(text);
  if (known !== undefined) return known;
  if (checked.size >= checkedMax) checked.clear();
  const valid = fits(value);
  checked.set(text, valid);
  return valid;
}

/** False as well for a value nested so deeply that the recursive grammar overflows the stack. */
function fits(value: unknown): boolean {
  try {
    return criterionSchema.safeParse(value).success;
  } catch {
    return false;
  }
}

/** Additions to the identity data without those whose entry cannot be read. */
export function withReadableEntries<T extends { readonly id: string; readonly entry: IdentityEntry | null }>(
  rows: readonly T[],
): T[] {
  return rows.filter(({ id, entry }) => {
    if (entry === null || entrySchema.safeParse(entry).success) return true;
    noteMalformedRow({ table: 'identity_additions', id, problem: 'the entry does not have the form of one' });
    return false;
  });
}

type FeedOptions = { readonly id: string; readonly adapter: string; readonly options: unknown };

/** Feeds in which options that their adapter cannot read are null. */
export function withReadableOptions<T extends FeedOptions>(rows: readonly T[]): T[] {
  return rows.map((row) => {
    if (row.options === null || fitsAdapter(row)) return row;
    noteMalformedRow({
      table: 'feeds',
      id: row.id,
      problem: 'the options do not have the form that the adapter requires',
    });
    return { ...row, options: null };
  });
}

function fitsAdapter({ adapter, options }: FeedOptions): boolean {
  const known = findAdapter(adapter);
  // A database may name an adapter of a newer version.
  if (known === null) return true;
  try {
    return known.options?.read(options) !== undefined;
  } catch {
    return false;
  }
}

type EventText = { readonly id: string; readonly type: string; readonly body: string };

/** The text of an event; if it cannot be read, an event of the same type whose data states the problem. */
export function readEventBody({ id, type, body }: EventText): string {
  if (isEvent(body)) return body;
  noteMalformedRow({ table: 'events', id, problem: 'the body is not the JSON of an event' });
  return JSON.stringify({ type, data: { problem: 'the stored event cannot be read' } });
}

function isEvent(body: string): boolean {
  try {
    const event: unknown = JSON.parse(body);
    return isObject(event) && 'data' in event && isObject(event.data);
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
