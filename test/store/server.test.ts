import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Database, openDatabase } from '../../src/store/db.ts';
import { hasTextIndex, migrate, newestMigrationVersion } from '../../src/store/migrate.ts';
import { createServerDatabase, openEmptyDatabase } from '../support/database.ts';
import { startProxy } from '../support/proxy.ts';

describe('a lost connection to a server', () => {
  let admin: postgres.Sql;
  let own: Database;

  beforeAll(async () => {
    admin = postgres(inject('server').url, { max: 1 });
    own = await openEmptyDatabase({ poolMax: 1 });
  });

  afterAll(async () => {
    await own.close();
    await admin.end();
  });

  /** Ends a connection as a server does that is restarted. */
  async function kill(pid: number | undefined): Promise<void> {
    await admin`select pg_terminate_backend(${pid ?? null}, 5000)`;
  }

  /** The driver fails one more statement after a loss, without having sent it. */
  async function recover(): Promise<void> {
    await own.sql`select 1`.catch(() => {});
    await own.sql`select 1`.catch(() => {});
  }

  test('between two statements of a transaction fails it, and the next transaction works', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const lost = own.begin(async (tx) => {
      const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
      await kill(row?.pid);
      await new Promise(setImmediate);
      late = Promise.resolve(tx`create table leaked (id integer)`).catch((error) => error);
      throw await late;
    });
    await expect(lost).rejects.toThrow();
    await recover();
    await own.begin((tx) => tx`create table kept (id integer)`);
    const [row] = await own.sql`select to_regclass('leaked') as leaked, to_regclass('kept')::text as kept`;
    expect(row).toEqual({ leaked: null, kept: 'kept' });
  });

  test('during a statement fails the transaction even if the caller continues', async () => {
    const lost = own.begin(async (tx) => {
      await tx`select pg_terminate_backend(pg_backend_pid())`.catch(() => {});
      await tx`create table leaked (id integer)`;
    });
    await expect(lost).rejects.toThrow();
    await recover();
    expect((await own.sql`select to_regclass('leaked') as leaked`)[0]).toEqual({ leaked: null });
  });

  test('during a result never yields incomplete rows', async () => {
    const cut = own.sql`
      select i, repeat('x', 1000), case when i = 50 then pg_terminate_backend(pg_backend_pid()) end
      from generate_series(1, 100) i`;
    await expect(cut).rejects.toThrow();
    const answers = [];
    for (let i = 0; i < 4; i += 1) {
      answers.push(
        await own.sql`select ${i}::int as i`.then(
          (rows) => rows.map((row) => row.i),
          () => 'refused',
        ),
      );
    }
    expect(answers[3]).toEqual([3]);
    for (const [i, answer] of answers.entries()) expect(['refused', [i]]).toContainEqual(answer);
  });
});

describe('a commit', () => {
  let plain: Database;

  beforeAll(async () => {
    plain = await openEmptyDatabase({ poolMax: 1 });
    await plain.sql`create table rows (id integer)`;
  });
  afterAll(() => plain.close());

  const insertRow = (db: Database, id: number, after = ''): Promise<void> =>
    db.begin(async (tx) => {
      await tx`insert into rows values (${id})`;
      if (after !== '') await tx.unsafe(after);
    });
  const isThere = async (id: number): Promise<boolean> =>
    (await plain.sql<{ found: boolean }[]>`select exists (select from rows where id = ${id}) as found`)[0]?.found ===
    true;

  test('succeeds though the session has lost its prepared statements, as behind a pooler', async () => {
    await insertRow(plain, 1);
    await insertRow(plain, 2, 'deallocate all');
    expect(await Promise.all([1, 2].map(isThere))).toEqual([true, true]);
  });

  test('after a lost prepared statement, none are used any more', async () => {
    const db = await openEmptyDatabase({ poolMax: 1 });
    await db.sql`create table rows (id integer)`;
    const prepared = async () =>
      (await db.sql<{ count: number }[]>`select count(*)::int as count from pg_prepared_statements`)[0]?.count;
    await insertRow(db, 1);
    expect(await prepared()).toBeGreaterThan(0);
    await expect(
      db.begin(async (tx) => {
        await tx.unsafe('deallocate all');
        await tx`insert into rows values (${2})`;
      }),
    ).rejects.toMatchObject({ code: '26000' });
    await insertRow(db, 3);
    expect(await prepared()).toBe(0);
    expect((await db.sql`select id from rows order by id`).map((row) => row.id)).toEqual([1, 3]);
    await db.close();
  });

  test('that the database answers with a rollback rejects', async () => {
    const [row] = await plain.sql<{ name: string }[]>`select current_database() as name`;
    const target = new URL(inject('server').url);
    target.pathname = `/${row?.name}`;
    const proxy = await startProxy(target, (bytes) => {
      const start = bytes.indexOf('commit and chain\0');
      if (start >= 0) bytes.write('abort ', start);
    });
    const db = await openDatabase({ databaseUrl: proxy.url });
    await expect(insertRow(db, 4)).rejects.toThrow('the transaction was not committed: the database answered ROLLBACK');
    expect(await isThere(4)).toBe(false);
    await db.close();
    await proxy.close();
  });
});

describe('a transaction that the database rolls back because of another one', () => {
  let db: Database;

  beforeAll(async () => {
    db = await openEmptyDatabase({ poolMax: 3 });
    await db.sql`create table accounts (id integer primary key, amount integer not null)`;
    await db.sql`insert into accounts values (1, 0), (2, 0)`;
  });
  afterAll(() => db.close());

  /** Adds to two rows in the given order; two of these in opposite orders deadlock. */
  function addBoth(order: readonly number[], runs: number[], meet: () => Promise<void>, repeatable: boolean) {
    return db.begin(
      async (tx) => {
        runs.push(runs.length);
        await tx`update accounts set amount = amount + 1 where id = ${order[0] ?? 0}`;
        await meet();
        await tx`update accounts set amount = amount + 1 where id = ${order[1] ?? 0}`;
      },
      { repeatable },
    );
  }

  /** Resolves when two callers have met; later callers do not wait. */
  function meeting(): () => Promise<void> {
    let arrived = 0;
    let open: () => void = () => {};
    const met = new Promise<void>((resolve) => {
      open = resolve;
    });
    return async () => {
      arrived += 1;
      if (arrived >= 2) open();
      await met;
    };
  }

  test.each([
    ['runs again if it may', true, [2, 2], 3],
    ['fails if it may not', false, [1, 1], 2],
  ] as const)('%s', async (_name, repeatable, amounts, runsExpected) => {
    await db.sql`update accounts set amount = 0`;
    const runs: number[] = [];
    const meet = meeting();
    const both = [
      [1, 2],
      [2, 1],
    ].map((order) => addBoth(order, runs, meet, repeatable));
    const failed = (await Promise.allSettled(both)).filter(({ status }) => status === 'rejected');
    expect(failed.map((one) => 'reason' in one && one.reason.code)).toEqual(repeatable ? [] : ['40P01']);
    expect(runs).toHaveLength(runsExpected);
    expect((await db.sql`select amount from accounts order by id`).map((row) => row.amount)).toEqual(amounts);
  });

  test('fails after three attempts', async () => {
    let runs = 0;
    const conflicting = db.begin(
      async (tx) => {
        runs += 1;
        await tx.unsafe("do $$ begin raise exception 'conflict' using errcode = '40001'; end $$");
      },
      { repeatable: true },
    );
    await expect(conflicting).rejects.toMatchObject({ code: '40001' });
    expect(runs).toBe(3);
  });
});

test('a connection to a server that accepts only reads is replaced', async () => {
  const db = await openEmptyDatabase({ poolMax: 1 });
  const pid = async () => (await db.sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid;
  await db.sql`create table rows (id integer)`;
  const before = await pid();
  await db.sql`set default_transaction_read_only = on`;
  await expect(db.sql`insert into rows values (1)`).rejects.toMatchObject({ code: '25006' });
  expect(await pid()).not.toBe(before);
  await db.sql`insert into rows values (2)`;
  expect((await db.sql`select id from rows`).map((row) => row.id)).toEqual([2]);
  await db.close();
});

test('a transaction begins on a new connection if the pooled one was lost', async () => {
  const db = await openEmptyDatabase({ poolMax: 1 });
  const admin = postgres(inject('server').url, { max: 1 });
  const [row] = await db.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await admin`select pg_terminate_backend(${row?.pid ?? null}, 5000)`;
  await db.begin((tx) => tx`create table kept (id integer)`);
  expect(await db.sql`select id from kept`).toHaveLength(0);
  await admin.end();
  await db.close();
});

test('a role that may not create extensions migrates, without the index over texts', async () => {
  const own = await createServerDatabase();
  const admin = postgres(own.url, { max: 1 });
  const role = `outturn_test_${randomBytes(6).toString('hex')}`;
  await admin.unsafe(`create role ${role} login password 'limited'; grant all on schema public to ${role}`);
  const url = new URL(own.url);
  url.username = role;
  url.password = 'limited';
  const db = await openDatabase({ databaseUrl: url.href, poolMax: 1 });
  expect(await migrate(db)).toHaveLength(newestMigrationVersion());
  expect(await hasTextIndex(db)).toBe(false);
  await db.close();
  await admin.unsafe(`drop owned by ${role}; drop role ${role}`);
  await admin.end();
  await own.drop();
});

test('a role that may create extensions has the index over texts', async () => {
  const db = await openEmptyDatabase({ poolMax: 1 });
  await migrate(db);
  expect(await hasTextIndex(db)).toBe(true);
  await db.close();
});
