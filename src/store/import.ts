import type { Sql } from './db.ts';
import type { RecordShape } from './export.ts';
import { initialRows, type RecordTable, recordTables } from './record-tables.ts';

/**
 * Locks the tables of the record until the transaction ends, and disables their triggers: what a trigger does for a new
 * row (such as queueing an event) has already happened for an imported one.
 */
export async function lockRecord(tx: Sql): Promise<void> {
  await tx.unsafe(recordTables.map((table) => `alter table ${table} disable trigger user;`).join(''));
  await tx`set constraints all deferred`;
}

/** Checks the deferred references and enables the triggers again. */
export async function unlockRecord(tx: Sql): Promise<void> {
  await tx`set constraints all immediate`;
  await tx.unsafe(recordTables.map((table) => `alter table ${table} enable trigger user;`).join(''));
}

/** The first table with rows other than those the migrations insert; null if the database is empty. */
export async function findFilledTable(tx: Sql): Promise<RecordTable | null> {
  for (const table of recordTables) {
    const begun = tx.unsafe(initialRows.get(table) ?? 'false');
    const [row] = await tx<{ filled: boolean }[]>`
      select exists (select from ${tx(table)} where not (${begun})) as filled`;
    if (row?.filled === true) return table;
  }
  return null;
}

/** Deletes the rows that the migrations insert: the import has its own. */
export async function deleteInitialRows(tx: Sql): Promise<void> {
  for (const table of initialRows.keys()) await tx`delete from ${tx(table)}`;
}

/** Inserts rows of one table, each an object in the format of the export. */
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

export async function createSavepoint(tx: Sql): Promise<void> {
  await tx`savepoint import_step`;
}

export async function rollbackToSavepoint(tx: Sql): Promise<void> {
  await tx`rollback to savepoint import_step`;
}

export async function releaseSavepoint(tx: Sql): Promise<void> {
  await tx`release savepoint import_step`;
}

/** Moves every identity sequence past the highest imported number. */
export async function advanceIdentities(tx: Sql): Promise<void> {
  const columns = await tx<{ table: string; column: string; sequence: string }[]>`
    select c.relname as table, a.attname as column, pg_get_serial_sequence(quote_ident(c.relname), a.attname) as sequence
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attidentity <> '' order by 1, 2`;
  for (const { table, column, sequence } of columns)
    await tx`
      select setval(${sequence}::regclass, coalesce(max(${tx(column)}), 1), max(${tx(column)}) is not null) from ${tx(table)}`;
}

/** Updates the planner's statistics; the embedded database has no autovacuum that would. */
export async function analyseRecord(tx: Sql): Promise<void> {
  await tx`analyze ${tx(recordTables)}`;
}
