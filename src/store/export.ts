import type { Sql } from './db.ts';
import { columnsLeftOut, type RecordTable, recordTables, rowsLeftOut } from './record-tables.ts';

/** A column of the record: its name, the name quoted if necessary, and its type as `format_type` returns it. */
export type RecordColumn = { readonly name: string; readonly quoted: string; readonly type: string };

/** The columns of one table of the record, from the system catalogue. */
export type RecordShape = {
  readonly table: RecordTable;
  readonly columns: readonly RecordColumn[];
  /** The columns of its primary key, in key order; all columns if it has none. */
  readonly key: readonly RecordColumn[];
};

/** The newest migration of a database. An import requires the same one as the export. */
export type NewestMigration = { readonly version: number; readonly name: string; readonly sha256: string };

/**
 * How a value of each type is written: as a JSON value if that is exact, otherwise as text. The output does not depend on
 * the time zone, locale or settings of the session. A type that is missing here cannot be exported.
 */
const written: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => column,
  'text[]': (column) => column,
  boolean: (column) => column,
  integer: (column) => column,
  'integer[]': (column) => column,
  bigint: (column) => `${column}::text`,
  numeric: (column) => `${column}::text`,
  'double precision': (column) => `${column}::text`,
  json: (column) => `${column}::text`,
  jsonb: (column) => `${column}::text`,
  'timestamp with time zone': (column) =>
    `case when isfinite(${column}) then to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') else ${column}::text end`,
};

/** Makes the transaction read one snapshot of the database; it may be idle for `idleMsMax` while its reader is slow. */
export async function openSnapshot(tx: Sql, idleMsMax: number): Promise<void> {
  await tx`set transaction isolation level repeatable read read only`;
  await liftTimeouts(tx, idleMsMax);
  await tx`set local extra_float_digits = 1`;
}

/** Removes the limits on the statements of this transaction and lets it be idle for `idleMsMax`. */
export async function liftTimeouts(tx: Sql, idleMsMax: number): Promise<void> {
  await tx`set local statement_timeout = 0`;
  await tx`set local lock_timeout = 0`;
  await tx.unsafe(`set local idle_in_transaction_session_timeout = ${idleMsMax}`);
}

export async function findNewestMigration(tx: Sql): Promise<NewestMigration> {
  const [newest] = await tx<NewestMigration[]>`
    select version, name, sha256 from schema_migrations order by version desc limit 1`;
  if (newest === undefined) throw new Error('the database has no migrations');
  return newest;
}

/** The shapes of all tables of the record, in the order of `recordTables`. */
export async function listShapes(tx: Sql): Promise<RecordShape[]> {
  const columns = await tx<(RecordColumn & { table: string; place: number | null })[]>`
    select c.relname as table, a.attname as name, quote_ident(a.attname) as quoted, format_type(a.atttypid, a.atttypmod) as type,
      array_position(i.indkey::int2[], a.attnum) as place
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by c.relname, a.attnum`;
  return recordTables.map((table) => {
    const own = columns.filter((column) => column.table === table && !(`${table}.${column.name}` in columnsLeftOut));
    const keyed = own.filter((column) => column.place !== null);
    const key = keyed.sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
    return { table, columns: own, key: key.length === 0 ? own : key };
  });
}

export async function countRows(tx: Sql, table: RecordTable): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*) as count from ${tx(table)} where not (${tx.unsafe(leftOut(table))})`;
  return row?.count ?? 0;
}

/** The condition for the rows of a table that are not exported. */
function leftOut(table: RecordTable): string {
  return rowsLeftOut.get(table) ?? 'false';
}

/**
 * Opens a cursor over the rows of one table, each as JSON, in key order. The inner query sorts the stored rows, which are
 * smaller than their JSON text.
 */
export async function openRecordCursor(tx: Sql, { table, columns, key }: RecordShape): Promise<void> {
  const fields = columns.map(({ quoted, type }) => `${writerOf(table, type)(quoted)} as ${quoted}`).join(', ');
  const order = key.map(({ quoted, type }) => orderOf(quoted, type)).join(', ');
  await tx.unsafe(`
    declare record no scroll cursor for
    select row_to_json(r)::text as row from (
      select ${fields} from (select * from ${table} where not (${leftOut(table)}) order by ${order}) t) r`);
}

/** Text is sorted by its bytes, because the default collations of databases differ. */
function orderOf(quoted: string, type: string): string {
  const byItself = ['integer', 'bigint', 'timestamp with time zone', 'boolean'].includes(type);
  return byItself ? quoted : `${quoted}::text collate "C"`;
}

function writerOf(table: RecordTable, type: string): (column: string) => string {
  const writer = written[type];
  if (writer === undefined) throw new Error(`${table} has a column of the type ${type}, which the export cannot write`);
  return writer;
}

/** The next rows of the cursor; an empty list at the end. */
export async function fetchRecordRows(tx: Sql, count: number): Promise<string[]> {
  const rows = await tx.unsafe<{ row: string }[]>(`fetch ${count} from record`);
  return rows.map((row) => row.row);
}

export async function closeRecordCursor(tx: Sql): Promise<void> {
  await tx`close record`;
}
