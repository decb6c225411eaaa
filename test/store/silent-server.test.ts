import postgres from 'postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/db.ts';
import { createServerDatabase } from '../support/database.ts';
import { type DatabaseProxy, startProxy } from '../support/proxy.ts';

/** Limits so short that only a silent server exceeds them, and not a busy one. */
const limits: DatabaseOptions = { queryMsMax: 1000, answerGraceMs: 500, boundaryMsMax: 1500, poolMax: 2 };

let server: Awaited<ReturnType<typeof createServerDatabase>>;
let proxy: DatabaseProxy;
let db: Database;
/** Falls silent as soon as a client sends these bytes. */
let silencedBy: string | null;

beforeEach(async () => {
  silencedBy = null;
  server = await createServerDatabase();
  proxy = await startProxy(new URL(server.url), (bytes) => {
    if (silencedBy !== null && bytes.includes(silencedBy)) proxy.silence();
  });
  db = await openDatabase({ ...limits, databaseUrl: proxy.url });
  await db.sql`create table rows (id integer)`;
});
afterEach(async () => {
  await proxy.close();
  await db.close();
  await server.drop();
});

const insertRow = (id: number): Promise<unknown> => db.begin((tx) => tx`insert into rows values (${id})`);
const ids = async (): Promise<unknown[]> => (await db.sql`select id from rows order by id`).map((row) => row.id);

describe('a server that falls silent', () => {
  test('fails each statement in time, and its connections are replaced', async () => {
    proxy.silence();
    const statements = [1, 2, 3].map((id) => db.sql`insert into rows values (${id})`);
    const errors = await Promise.all(statements.map((statement) => statement.catch((error: unknown) => error)));
    // The third waited for a connection; it is sent over a new one, which is silent as well.
    expect(errors).toMatchObject([1, 2, 3].map(() => ({ code: 'service_unavailable' })));
    proxy.speak();
    await insertRow(4);
    expect(await ids()).toEqual([4]);
  });

  test('before a transaction fails it in time', async () => {
    proxy.silence();
    await expect(insertRow(1)).rejects.toMatchObject({
      code: 'service_unavailable',
      message: 'the database did not begin a transaction in time; try again',
    });
    proxy.speak();
    await insertRow(2);
    expect(await ids()).toEqual([2]);
  });

  test('within a transaction fails it in time', async () => {
    silencedBy = 'insert into rows';
    await expect(insertRow(1)).rejects.toMatchObject({
      code: 'service_unavailable',
      message: 'the database did not answer in time; try again',
    });
    silencedBy = null;
    proxy.speak();
    await insertRow(2);
    expect(await ids()).toEqual([2]);
  });

  test('at the commit reports that it may have succeeded', async () => {
    silencedBy = 'commit and chain\0';
    await expect(insertRow(1)).rejects.toMatchObject({
      code: 'service_unavailable',
      message: expect.stringMatching(/did not (?:confirm the commit|answer) in time/),
    });
    silencedBy = null;
    proxy.speak();
    await insertRow(2);
    expect(await ids()).toEqual([2]);
  });

  test('loses no listener', async () => {
    let wake: (payload: string) => void = () => {};
    let listening = 0;
    const heard = new Promise<string>((resolve) => {
      wake = resolve;
    });
    const listener = await db.listen(
      'resolved',
      (payload) => wake(payload),
      () => {
        listening += 1;
      },
    );
    proxy.silence();
    await expect(db.sql`select 1`).rejects.toThrow();
    proxy.speak();
    while (listening < 2) await db.sql`select 1`;
    await db.sql`select pg_notify('resolved', 'again')`;
    expect(await heard).toBe('again');
    await listener.unlisten();
  });
});

test('a transaction that may take long may have a statement that does', async () => {
  const slow = db.begin(
    async (tx) => {
      await tx`set local statement_timeout = 0`;
      await tx`select pg_sleep(2)`;
      await tx`insert into rows values (1)`;
    },
    { msMax: 30_000 },
  );
  await slow;
  expect(await ids()).toEqual([1]);
});

test('a lock that another session holds fails the statement that waits for it, in time', async () => {
  const holder = postgres(server.url, { max: 1 });
  const held = await holder.reserve();
  await held`begin`;
  await held`lock table rows`;
  const waiting = await openDatabase({ databaseUrl: server.url, lockMsMax: 100 });
  await expect(waiting.sql`insert into rows values (1)`).rejects.toMatchObject({ code: '55P03' });
  await held`rollback`;
  await waiting.sql`insert into rows values (2)`;
  expect(await ids()).toEqual([2]);
  held.release();
  await Promise.all([waiting.close(), holder.end()]);
});

describe('settings of a database', () => {
  test('that would change results do not apply', async () => {
    const name = new URL(server.url).pathname.slice(1);
    for (const [setting, value] of [
      ['default_transaction_isolation', 'serializable'],
      ['DateStyle', 'SQL, DMY'],
      ['IntervalStyle', 'iso_8601'],
      ['TimeZone', 'Pacific/Apia'],
    ] as const)
      await db.sql.unsafe(`alter database "${name}" set ${setting} = '${value}'`);
    const other = await openDatabase({ databaseUrl: server.url });
    const [row] = await other.sql`
      select current_setting('transaction_isolation') as isolation, current_setting('DateStyle') as dates,
        current_setting('IntervalStyle') as intervals, current_setting('TimeZone') as zone`;
    expect(row).toEqual({ isolation: 'read committed', dates: 'ISO, YMD', intervals: 'postgres', zone: 'UTC' });
    await other.close();
  });

  test('with another encoding than UTF-8 are refused', async () => {
    const latin = new URL(server.url);
    latin.pathname = `${latin.pathname}_latin`;
    const name = latin.pathname.slice(1);
    await db.sql.unsafe(`create database "${name}" template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'`);
    await expect(openDatabase({ databaseUrl: latin.href })).rejects.toMatchObject({
      code: 'service_unavailable',
      message: 'the database has the encoding LATIN1: create one with the encoding UTF8',
    });
    await db.sql.unsafe(`drop database "${name}" with (force)`);
  });
});
