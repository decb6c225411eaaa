import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/db.ts';
import { migrate, migrationState, migrationsDirectory } from '../../src/store/migrate.ts';
import { openEmptyDatabase, openTestDatabase } from '../support/database.ts';

let db: Database;
let directory: string;

beforeAll(async () => {
  db = await openEmptyDatabase();
});

afterAll(() => db.close());

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'outturn-migrations-'));
  await db.sql.unsafe('drop table if exists schema_migrations, fruit');
  writeMigration('0001_fruit.sql', 'create table fruit (name text primary key);');
  writeMigration(
    '0002_apple.sql',
    "insert into fruit (name) values ('apple');\ninsert into fruit (name) values ('pear');",
  );
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function writeMigration(name: string, sql: string): void {
  writeFileSync(join(directory, name), sql);
}

async function listFruit(): Promise<string[]> {
  const rows = await db.sql<{ name: string }[]>`select name from fruit order by name`;
  return rows.map((row) => row.name);
}

describe('migrate', () => {
  test('applies the files in order, each once', async () => {
    expect(await migrate(db, directory)).toEqual(['0001_fruit.sql', '0002_apple.sql']);
    expect(await migrate(db, directory)).toEqual([]);
    expect(await listFruit()).toEqual(['apple', 'pear']);
  });

  test('applies new files to a database with data', async () => {
    await migrate(db, directory);
    writeMigration('0003_plum.sql', "insert into fruit (name) values ('plum');");
    expect(await migrate(db, directory)).toEqual(['0003_plum.sql']);
    expect(await listFruit()).toEqual(['apple', 'pear', 'plum']);
  });

  test('rolls back a file that fails, and keeps the files before it', async () => {
    writeMigration('0003_broken.sql', "insert into fruit (name) values ('fig'); select 1 / 0;");
    await expect(migrate(db, directory)).rejects.toMatchObject({ code: '22012' });
    expect(await listFruit()).toEqual(['apple', 'pear']);
    expect(await migrationState(db, directory)).toEqual({ state: 'pending', pending: ['0003_broken.sql'] });
  });

  test('rejects a file that was changed after it was applied', async () => {
    await migrate(db, directory);
    writeMigration('0001_fruit.sql', 'create table fruit (name text primary key, colour text);');
    await expect(migrate(db, directory)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('0001_fruit.sql was changed'),
    });
  });

  test('does not treat other line endings as a change', async () => {
    await migrate(db, directory);
    writeMigration(
      '0002_apple.sql',
      "insert into fruit (name) values ('apple');\r\ninsert into fruit (name) values ('pear');",
    );
    expect(await migrate(db, directory)).toEqual([]);
  });

  test('rejects a database that is newer than the program', async () => {
    await migrate(db, directory);
    rmSync(join(directory, '0002_apple.sql'));
    await expect(migrate(db, directory)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is at migration 2, which this program does not know'),
    });
  });

  test('allows several nodes to start at once', async () => {
    const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(db, directory)));
    expect(applied.flat().sort()).toEqual(['0001_fruit.sql', '0002_apple.sql']);
    expect(await listFruit()).toEqual(['apple', 'pear']);
  });

  test.each(['0002_other.sql', '0004_gap.sql', '0003-dash.sql'])('rejects the file name %s', async (name) => {
    writeMigration(name, 'select 1;');
    await expect(migrate(db, directory)).rejects.toThrow('expected the name 000');
  });

  test('ignores files without a number', async () => {
    writeMigration('schema.sql', 'this is a dump');
    expect(await migrate(db, directory)).toHaveLength(2);
  });
});

describe('migrationState', () => {
  test('distinguishes an empty, a current, a newer and a changed database', async () => {
    expect(await migrationState(db, directory)).toEqual({
      state: 'pending',
      pending: ['0001_fruit.sql', '0002_apple.sql'],
    });
    await migrate(db, directory);
    expect(await migrationState(db, directory)).toEqual({ state: 'current', version: 2 });
    writeMigration('0001_fruit.sql', 'select 1;');
    expect(await migrationState(db, directory)).toEqual({ state: 'changed', name: '0001_fruit.sql' });
    rmSync(join(directory, '0002_apple.sql'));
    expect(await migrationState(db, directory)).toEqual({ state: 'newer', version: 2 });
  });
});

test('the shipped migrations bring an empty database up to date', async () => {
  const own = await openTestDatabase();
  expect(await migrate(own, migrationsDirectory())).toEqual([]);
  expect((await migrationState(own)).state).toBe('current');
  await own.close();
});
