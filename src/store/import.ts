import type { Sql } from './db.ts';
import type { RecordShape } from './export.ts';
import { initialRows, type RecordTable, recordTables } from './record-tables.ts';

/**
 * Keeps everybody else from writing to the record until the transaction ends, and lets rows come in as they were: what a
 * new row would set off (an event that is queued) has long happened.
 */
export async function lockRecord(tx: Sql): Promise<void> {
  await tx.unsafe(recordTables.map((table) => `alter table ${table} disable trigger user;`).join(''));
  await tx`set constraints all deferred`;
}

/** Checks the references that were put off, and sets triggers to work again. */
export async function unlockRecord(tx: Sql): Promise<void> {
  await tx`set constraints all immediate`;
  await tx.unsafe(recordTables.map((table) => `alter table ${table} enable trigger user;`).join(''));
}

/** The first table that holds anything but what the migrations put there; null when the database is empty. */
export async function findFilledTable(tx: Sql): Promise<RecordTable | null> {
  for (const table of recordTables) {
    const begun = tx.unsafe(initialRows.get(table) ?? 'false');
    const [row] = await tx<{ filled: boolean }[]>`
      select exists (select from ${tx(table)} where not (${begun})) as filled`;
    if (row?.filled === true) return table;
  }
  return null;
}

/** Takes away what the migrations put there: the copy brings its own. */
export async function deleteInitialRows(tx: Sql): Promise<void> {
  for (const table of initialRows.keys()) await tx`delete from ${tx(table)}`;
}

/** Rows of one table, each an object of its columns as an export has them. */
export async function insertRows(tx: Sql, { table, columns }: RecordShape, rows: readonly object[]): Promise<void> {
  const names = columns.map(({ quoted }) => quoted).join(', ');
  const isJson = (type: string): boolean => type === 'json' || type === 'jsonb';
  const read = columns.map(({ quoted, type }) => `${quoted} ${isJson(type) ? 'text' : type}`).join(', ');
  const values = columns.map(({ quoted, type }) => (isJson(type) ? `${quoted}::${type}` : quoted)).join(', ');
  await tx.unsafe(
    `insert into ${table} (${names}) overriding system value
     select ${values} from json_to_recordset($1::text::json) as r (${read})`,
    [JSON.stringify(rows)],
  );
}

/** A place to come back to when a statement fails. */
export async function createSavepoint(tx: Sql): Promise<void> {
  await tx`savepoint place`;
}

export async function rollbackToSavepoint(tx: Sql): Promise<void> {
  await tx`rollback to savepoint place`;
}

export async function releaseSavepoint(tx: Sql): Promise<void> {
  await tx`release savepoint place`;
}

/** Numbers that are given to new rows go on after the highest that came in. */
export async function advanceIdentities(tx: Sql): Promise<void> {
  const columns = await tx<{ table: string; column: string; sequence: string }[]>`
    select c.relname as table, a.attname as column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attidentity <> '' order by 1, 2`;
  for (const { table, column, sequence } of columns)
    await tx`
      select setval(${sequence}::regclass, coalesce(max(${tx(column)}), 1), max(${tx(column)}) is not null) from ${tx(table)}`;
}

/** Tells the planner what there is now: the embedded database is never told otherwise. */
export async function analyseRecord(tx: Sql): Promise<void> {
  await tx`analyze ${tx(recordTables)}`;
}
