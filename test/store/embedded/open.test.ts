import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { type Database, openDatabase } from '../../../src/store/db.ts';
import { findImage } from '../../../src/store/embedded/image.ts';
import { openEmbedded } from '../../../src/store/embedded/open.ts';
import { startChild } from '../../support/child.ts';
import { openEmptyDatabase } from '../../support/database.ts';

/** Databases on disk start from the image of the build, as those of users do. */
function builtImage(): string {
  const image = findImage();
  if (image === undefined) throw new Error('the build made no image');
  return image;
}

describe('on disk', () => {
  let dataDir: string;
  let options: { dataDir: string; imagePath: string };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'outturn-embedded-'));
    options = { dataDir, imagePath: builtImage() };
  });

  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  test('a second process is rejected while the first one lives, and admitted after it was killed', async () => {
    const child = startChild(options, `await openDatabase(options); console.log('open');`);
    expect(await child.nextLine()).toBe('open');
    await expect(openDatabase(options)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`in use by process ${child.pid}`),
    });
    await child.kill();
    const db = await openDatabase(options);
    expect(await db.sql`select 1 as one`).toEqual([{ one: 1 }]);
    await db.close();
    expect(existsSync(join(dataDir, 'outturn.lock'))).toBe(false);
  });

  test('a start waits for a process that is just ending', async () => {
    const child = startChild(options, `await openDatabase(options); console.log('open');`);
    expect(await child.nextLine()).toBe('open');
    const opening = openDatabase(options);
    await child.kill();
    await (await opening).close();
  });

  test('a killed process loses none of its acknowledged inserts, in repeated rounds', async () => {
    const seen = new Set<number>();
    for (let round = 0; round < 3; round += 1) {
      const child = startChild(
        options,
        `const db = await openDatabase(options);
        await db.sql\`create table if not exists kept (id integer primary key, filler text)\`;
        const [{ last }] = await db.sql\`select coalesce(max(id), 0) as last from kept\`;
        for (let id = last + 1; ; id += 1) {
          await db.sql\`insert into kept (id, filler) values (\${id}, \${'x'.repeat(200)})\`;
          console.log(id);
        }`,
      );
      for (let line = 0; line < 300; line += 1) seen.add(Number(await child.nextLine()));
      await child.kill();
      for await (const line of child.remainingLines()) seen.add(Number(line));
    }
    const db = await openDatabase(options);
    const rows = await db.sql<{ id: number }[]>`select id from kept order by id`;
    const kept = new Set(rows.map((row) => row.id));
    expect(seen.size).toBeGreaterThanOrEqual(900);
    expect([...seen].filter((id) => !kept.has(id))).toEqual([]);
    await db.close();
  });

  test('a runaway statement is stopped, committed rows remain, and the next statement works', async () => {
    const warnings: string[] = [];
    const log = { warn: (_fields: object, message: string) => warnings.push(message) };
    const db = await openDatabase({ ...options, queryMsMax: 500, log });
    await db.sql`create table kept as select 1 as id`;
    const runaway = db.sql`select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b`;
    await expect(runaway).rejects.toThrow('a statement ran longer than 500 ms');
    expect(await db.sql`select id from kept`).toEqual([{ id: 1 }]);
    expect(warnings).toEqual(['the embedded database was stopped']);
    await db.close();
  });

  test('a transaction stopped by the watchdog fails as a whole', async () => {
    const db = await openDatabase({ ...options, queryMsMax: 500 });
    await db.sql`create table kept (id integer)`;
    const runaway = db.begin(async (tx) => {
      await tx`insert into kept (id) values (1)`;
      await tx`select pg_sleep(60)`.catch(() => {});
      await tx`insert into kept (id) values (2)`;
    });
    await expect(runaway).rejects.toThrow();
    expect(await db.sql`select id from kept`).toEqual([]);
    await db.close();
  });

  test('the remains of an interrupted start are not used as a database', async () => {
    const watcher = watch(dataDir);
    const child = startChild({ dataDir }, 'await openDatabase(options);');
    for await (const { filename } of watcher) if (filename === 'postgres.unfinished') break;
    await child.kill();
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    const db = await openDatabase(options);
    expect(await db.sql`select 1 as one`).toEqual([{ one: 1 }]);
    expect(existsSync(join(dataDir, 'postgres.unfinished'))).toBe(false);
    await db.close();
  });
});

describe('in memory', () => {
  let db: Database;

  beforeAll(async () => {
    db = await openEmptyDatabase({ idleInTransactionMsMax: 50, transactionMsMax: 5_000 });
    await db.sql`create table kept (id integer)`;
  });

  afterAll(() => db.close());

  test('COPY ... FROM STDIN is rejected and the database stays usable', async () => {
    await expect(db.sql.unsafe('copy kept from stdin')).rejects.toMatchObject({ code: '0A000' });
    await expect(db.sql`copy kept from stdin`).rejects.toMatchObject({ code: '0A000' });
    await expect(db.begin((tx) => tx.unsafe('copy kept (id) from stdin'))).rejects.toMatchObject({ code: '0A000' });
    expect(await db.sql`select id from kept`).toEqual([]);
  });

  test('COPY ... TO STDOUT works', async () => {
    const chunks: string[] = [];
    const rows = await db.sql.unsafe('copy (select generate_series(1, 3)) to stdout').readable();
    for await (const chunk of rows) chunks.push(String(chunk));
    expect(chunks.join('')).toBe('1\n2\n3\n');
  });

  test('an idle transaction is aborted, and other connections continue', async () => {
    const idle = db.begin(async (tx) => {
      await tx`insert into kept (id) values (1)`;
      await new Promise(() => {});
    });
    await expect(idle).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await db.sql`select id from kept`).toEqual([]);
  });

  test('after a runaway statement it reports that its contents are lost', async () => {
    const short = await openEmptyDatabase({ queryMsMax: 200 });
    await expect(short.sql`select pg_sleep(60)`).rejects.toThrow('longer than 200 ms');
    await expect(short.sql`select 1`).rejects.toThrow('the embedded database is closed');
    await short.close();
  });
});

describe('several connections', () => {
  test('a connection dropped during a transaction leaves no changes behind', async () => {
    const embedded = await openEmbedded({ dataDir: 'memory://', imagePath: inject('embedded').empty });
    const connect = () => postgres({ ...{ socket: () => embedded.connect() }, max: 1, onnotice: () => {} });
    const [staying, leaving] = [connect(), connect()];
    await staying`create table kept (id integer)`;
    const dropped = leaving.begin(async (tx) => {
      await tx`insert into kept (id) values (1)`;
      void leaving.end({ timeout: 0 });
      await new Promise(() => {});
    });
    await expect(dropped).rejects.toThrow();
    expect(await staying`select id from kept`).toEqual([]);
    await staying.end();
    await embedded.close();
  });

  test('each receives its own results while others are in transactions', async () => {
    const embedded = await openEmbedded({ dataDir: 'memory://', imagePath: inject('embedded').empty });
    const pool = postgres({ ...{ socket: () => embedded.connect() }, max: 8, onnotice: () => {} });
    await pool`create table counters as select 0 as value`;
    const work = Array.from({ length: 200 }, async (_, i) => {
      if (i % 4 > 0) return (await pool`select ${i}::int as i`)[0]?.i;
      return pool.begin(async (tx) => {
        const [row] = await tx`select value from counters`;
        await tx`update counters set value = ${row?.value + 1}`;
        return i;
      });
    });
    expect(await Promise.all(work)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect((await pool`select value from counters`)[0]?.value).toBe(50);
    await pool.end();
    await embedded.close();
  });
});

test('the engine is pinned to one exact version', () => {
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  expect(manifest.dependencies['@electric-sql/pglite']).toMatch(/^\d+\.\d+\.\d+$/);
  expect(manifest.dependencies.postgres).toMatch(/^\d+\.\d+\.\d+$/);
});
