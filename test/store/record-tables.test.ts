import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/store/db.ts';
import { listShapes } from '../../src/store/export.ts';
import { columnsLeftOut, recordTables, tablesLeftOut } from '../../src/store/record-tables.ts';
import { openTestDatabase } from '../support/database.ts';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

test('every table is exported, or omitted with a reason', async () => {
  const rows = await db.sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by relname`;
  expect([...recordTables, ...Object.keys(tablesLeftOut)].sort()).toEqual(rows.map((row) => row.name));
});

test('every column of an exported table is exported, or omitted with a reason', async () => {
  const rows = await db.sql<{ name: string }[]>`
    select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public'`;
  const shapes = await listShapes(db.sql);
  const carried = shapes.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column.name}`));
  const expected = rows
    .map((row) => row.name)
    .filter((name) => recordTables.some((table) => name.startsWith(`${table}.`)));
  expect([...carried, ...Object.keys(columnsLeftOut)].sort()).toEqual(expected.sort());
});

test('a table comes after the tables that it references; references within a table are checked at the end', async () => {
  const references = await db.sql<{ name: string; from: string; to: string; deferrable: boolean }[]>`
    select conname as name, c.relname as from, t.relname as to, condeferrable as deferrable from pg_constraint
    join pg_class c on c.oid = conrelid join pg_class t on t.oid = confrelid where contype = 'f' order by conname`;
  const order: readonly string[] = recordTables;
  const wrong = references.filter(({ from, to, deferrable }) =>
    from === to ? !deferrable : order.includes(from) && order.indexOf(to) >= order.indexOf(from),
  );
  expect(references.length).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

test('no exported table references an omitted one', async () => {
  const rows = await db.sql<{ to: string }[]>`
    select distinct t.relname as to from pg_constraint join pg_class t on t.oid = confrelid where contype = 'f'`;
  expect(rows.map((row) => row.to).filter((name) => name in tablesLeftOut)).toEqual([]);
});
