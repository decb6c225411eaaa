import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/db.ts';
import { timestamp } from '../../src/store/postgres-types.ts';
import { openEmptyDatabase } from '../support/database.ts';

let db: Database;

beforeAll(async () => {
  db = await openEmptyDatabase();
  await db.sql`create table counters (id text primary key, value integer not null)`;
});

beforeEach(async () => {
  await db.sql`truncate counters`;
  await db.sql`insert into counters (id, value) values ('a', 0)`;
});

afterAll(() => db.close());

async function readCounter(): Promise<unknown> {
  const rows = await db.sql`select value from counters where id = 'a'`;
  return rows[0]?.value;
}

function addOne(): Promise<void> {
  return db.begin(async (tx) => {
    const [row] = await tx<{ value: number }[]>`select value from counters where id = 'a' for update`;
    await tx`update counters set value = ${(row?.value ?? Number.NaN) + 1} where id = 'a'`;
  });
}

describe('values', () => {
  test('an instant is written and read as UTC epoch milliseconds', async () => {
    const made = Date.UTC(2026, 10, 22, 23, 0, 59, 629);
    const rows = await db.sql`
      select ${timestamp(made)}::timestamptz as from_date, ${made}::timestamptz as from_number,
        '2026-11-22 23:00:59.629999'::timestamp as without_zone, '1950-01-01 00:00+05:30'::timestamptz as early`;
    const early = Date.UTC(1949, 11, 31, 18, 30);
    expect(rows[0]).toEqual({ from_date: made, from_number: made, without_zone: made, early });
  });

  test('an unbounded instant is infinity in both directions', async () => {
    const forever = Number.POSITIVE_INFINITY;
    const rows =
      await db.sql`select ${timestamp(forever)}::timestamptz as late, ${timestamp(-forever)}::timestamptz as early`;
    expect(rows[0]).toEqual({ late: forever, early: -forever });
  });

  test('lists keep every text, nulls and their order', async () => {
    const texts = ['', ' ', 'NULL', 'a,b', '{c}', '"d"', 'e\\f', 'g\nh', 'ü', 'plain'];
    const [row] = await db.sql`
      select ${texts}::text[] as texts, ${[3, -1]}::int[] as numbers, array[true, null, false] as flags, '{}'::text[] as none,
        array['a', null] as gaps, ${['x']}::varchar[] as other`;
    expect(row).toEqual({
      ...{ texts, numbers: [3, -1], flags: [true, null, false], none: [], gaps: ['a', null], other: ['x'] },
    });
  });

  test('instants can be array elements', async () => {
    const rows = await db.sql`select array_agg(i) as instants from unnest(${[1000, 2000]}::timestamptz[]) i`;
    expect(rows[0]?.instants).toEqual([1000, 2000]);
  });

  test('a session uses UTC', async () => {
    expect((await db.sql`show timezone`)[0]).toEqual({ TimeZone: 'UTC' });
  });

  test('date and numeric are strings, int8 is a number', async () => {
    const rows = await db.sql`select '2026-02-01'::date as day, 1.50::numeric as exact, 9007199254740991::int8 as big`;
    expect(rows[0]).toEqual({ day: '2026-02-01', exact: '1.50', big: 9007199254740991 });
  });

  test('an int8 too large for a number is an error, and the connection stays usable', async () => {
    await expect(db.sql`select 9007199254740993::int8 as big`).rejects.toThrow('beyond 2^53');
    expect(await readCounter()).toBe(0);
  });

  test('json is parsed on reading and stored as the given value', async () => {
    const rows =
      await db.sql`select ${db.sql.json({ a: [1] })}::jsonb as document, jsonb_typeof(${db.sql.json({})}) as kind`;
    expect(rows[0]).toEqual({ document: { a: [1] }, kind: 'object' });
  });
});

describe('transactions', () => {
  test('fifty concurrent increments are all counted', async () => {
    await Promise.all(Array.from({ length: 50 }, addOne));
    expect(await readCounter()).toBe(50);
  });

  test('an exception rolls back and is passed on', async () => {
    const failing = db.begin(async (tx) => {
      await tx`update counters set value = 7 where id = 'a'`;
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await readCounter()).toBe(0);
  });

  test('a statement that failed fails the transaction, though its error was caught', async () => {
    const failing = db.begin(async (tx) => {
      await tx`update counters set value = 7 where id = 'a'`;
      await tx`select 1 / 0`.catch(() => {});
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect(await readCounter()).toBe(0);
  });

  test('release their connections: as many as there are can be open at once afterwards', async () => {
    const own = await openEmptyDatabase({ poolMax: 3, acquireMsMax: 5000 });
    const open = own.kind === 'server' ? 3 : 1;
    for (let round = 0; round < 6; round += 1) await own.begin((tx) => tx`select 1`);
    let begun = 0;
    let allBegan: () => void = () => {};
    const together = new Promise<void>((resolve) => {
      allBegan = resolve;
    });
    const meet = () =>
      own.begin(async (tx) => {
        await tx`select 1`;
        begun += 1;
        if (begun === open) allBegan();
        await together;
      });
    await Promise.all(Array.from({ length: open }, meet));
    await own.close();
  });

  test('never mix: of many at once, those that fail leave nothing behind, and none keeps its connection', async () => {
    const own = await openEmptyDatabase({ poolMax: 3, acquireMsMax: 30_000 });
    await own.sql`create table pairs (id integer not null, half integer not null)`;
    const insertPair = (id: number) =>
      own.begin(async (tx) => {
        await tx`insert into pairs values (${id}, 1)`;
        await new Promise(setImmediate);
        await tx`insert into pairs values (${id}, 2)`;
        if (id % 3 === 0) throw new Error('changed my mind');
      });
    // Other statements use the connections as soon as they are free.
    const others = Array.from({ length: 900 }, (_none, index) => own.sql`select ${index}::int as index`);
    const [pairs] = await Promise.all([
      Promise.allSettled(Array.from({ length: 300 }, (_none, id) => insertPair(id))),
      ...others,
    ]);
    const errors = pairs.flatMap((pair) => (pair.status === 'rejected' ? [String(pair.reason)] : []));
    expect(new Set(errors)).toEqual(new Set(['Error: changed my mind']));
    const rows = await own.sql`select id, count(*) as halves from pairs group by id order by id`;
    const kept = Array.from({ length: 300 }, (_none, id) => id).filter((id) => id % 3 !== 0);
    expect(rows.map(({ id, halves }) => [id, halves])).toEqual(kept.map((id) => [id, 2]));
    await own.close();
  });

  test('using the pool inside a transaction fails at once', async () => {
    await expect(db.begin(() => readCounter())).rejects.toThrow('the pool was used inside a transaction');
    await expect(db.begin(() => addOne())).rejects.toThrow('the pool was used inside a transaction');
    expect(await readCounter()).toBe(0);
  });

  test('one that takes too long is aborted, and its later statements have no effect', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let late: Promise<unknown> = Promise.resolve();
    const slow = db.begin(
      async (tx) => {
        await tx`update counters set value = 9 where id = 'a'`;
        await held;
        late = tx`update counters set value = 10 where id = 'a'`.then(
          () => 'sent',
          (error) => String(error),
        );
        await late;
      },
      { msMax: 50 },
    );
    await expect(slow).rejects.toThrow('took longer than 50 ms');
    await addOne();
    release();
    await held;
    expect(await late).toContain('the transaction is over');
    expect(await readCounter()).toBe(1);
  });

  test('a SQL fragment built from the pool may be used in a transaction', async () => {
    const condition = db.sql`id = ${'a'}`;
    await db.begin((tx) => tx`update counters set value = 3 where ${condition}`);
    expect(await readCounter()).toBe(3);
  });
});

describe('notifications', () => {
  test('a notification sent in a transaction arrives after the commit', async () => {
    const heard: string[] = [];
    let arrived: () => void = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const listener = await db.listen('resolved', (payload) => {
      heard.push(payload);
      arrived();
    });
    await db.begin(async (tx) => {
      await tx`select pg_notify('resolved', 'p1')`;
      expect(heard).toEqual([]);
    });
    await arrival;
    await listener.unlisten();
    expect(heard).toEqual(['p1']);
  });
});

describe('concurrent use', () => {
  test('two thousand concurrent statements, some failing, each receive their own result', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 2000 }, (_, i) => {
        const statement = i % 7 === 0 ? db.sql`select ${i}::int / 0 as i` : db.sql`select ${i}::int as i`;
        return statement.then(
          (rows) => rows[0]?.i,
          (error) => error.code,
        );
      }),
    );
    expect(outcomes).toEqual(Array.from({ length: 2000 }, (_, i) => (i % 7 === 0 ? '22012' : i)));
  });

  test('waiting too long for a connection is an error', async () => {
    const crowded = await openEmptyDatabase({ poolMax: 1, acquireMsMax: 20 });
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const first = crowded.begin(async (tx) => {
      await tx`select 1`;
      await held;
    });
    await expect(crowded.begin((tx) => tx`select 1`)).rejects.toMatchObject({ code: 'service_unavailable' });
    release();
    await first;
    expect(await crowded.begin((tx) => tx`select 1 as one`)).toEqual([{ one: 1 }]);
    await crowded.close();
  });
});

describe('the count of changes', () => {
  test('grows with each statement and each transaction, also one that fails, where no other process can write', async () => {
    const { changeCount } = db;
    if (changeCount === null) return expect(db.kind).toBe('server');
    const grows = async (run: () => Promise<unknown>): Promise<boolean> => {
      const before = changeCount();
      await run();
      return changeCount() > before;
    };
    expect(await grows(addOne)).toBe(true);
    expect(await grows(() => db.sql`update counters set value = 7`)).toBe(true);
    expect(await grows(() => db.sql`select 1 / 0`.catch(() => {}))).toBe(true);
    expect(await grows(() => db.begin(() => Promise.reject(new Error('no'))).catch(() => {}))).toBe(true);
    expect(await grows(() => db.reads`select 1`)).toBe(false);
  });

  test('differs after a statement from while it runs, so that what is read meanwhile is not kept', async () => {
    const { changeCount } = db;
    if (changeCount === null) return expect(db.kind).toBe('server');
    const running = db.sql`update counters set value = 8`.execute();
    await new Promise(setImmediate);
    const meanwhile = changeCount();
    await running;
    expect(changeCount()).toBeGreaterThan(meanwhile);
  });
});
