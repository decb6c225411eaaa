import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashItem, knowledgeTime } from '../../../src/services/feeds/item-facts.ts';
import { pollFeed } from '../../../src/services/feeds/polls.ts';
import { gptReleased, ledger, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { hours, iso, read, record, view } from '../../support/play.ts';
import { served } from '../../support/wire.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

type Run = { key: string; from: string; absent: string | null; gone: string | null };

/** Every run of sightings of an item, oldest first. */
async function runs(key: string): Promise<Run[]> {
  const rows = await world.db.sql<{ key: string; from: number; absent: number | null; gone: number | null }[]>`
    select item_key as key, seen_from as from, absent_at as absent, gone_at as gone from sightings
    where item_key = ${key} order by seen_from`;
  return rows.map((row) => ({
    key: row.key,
    from: iso(row.from),
    absent: row.absent === null ? null : iso(row.absent),
    gone: row.gone === null ? null : iso(row.gone),
  }));
}

async function observations(key: string): Promise<string[]> {
  const rows = await world.db.sql<{ at: number }[]>`
    select observed_at as at from observations where item_key = ${key} order by seq`;
  return rows.map((row) => iso(row.at));
}

async function countRows(): Promise<number> {
  const [row] = await world.db.sql<{ count: number }[]>`
    select (select count(*) from observations)::int + (select count(*) from sightings)::int as count`;
  return row?.count ?? -1;
}

describe('a poll of a catalogue', () => {
  test('reports every item of the first poll as new, without a previous read', async () => {
    const { poll } = await read(world, 'litellm', litellm(oldModels));
    expect(poll).toMatchObject({ result: 'ok', items: 8, newItems: 8, changedItems: 0, vanishedItems: 0 });
    expect(await runs('gpt-4o')).toEqual([{ key: 'gpt-4o', from: '2025-01-01T00:00Z', absent: null, gone: null }]);
  });

  test('then counts new, changed and vanished items', async () => {
    await read(world, 'litellm', litellm(oldModels));
    world.clock.advance(hours(1));
    const rows = Object.fromEntries([...oldModels.slice(1), 'gpt-5'].map((id) => [id, {}]));
    const { poll } = await read(world, 'litellm', litellm({ ...rows, o1: { price: 2e-6 } }));
    expect(poll).toMatchObject({ items: 8, newItems: 1, changedItems: 1, vanishedItems: 1 });
    expect(await observations('o1')).toEqual(['2025-01-01T00:00Z', '2025-01-01T01:00Z']);
  });

  test('writes nothing if the same items are served in another order or spacing', async () => {
    await read(world, 'litellm', litellm(oldModels));
    const before = await countRows();
    world.clock.advance(hours(1));
    const again = JSON.stringify(litellm([...oldModels].reverse()), null, 4);
    expect((await read(world, 'litellm', again)).poll).toMatchObject({
      result: 'ok',
      newItems: 0,
      changedItems: 0,
      vanishedItems: 0,
    });
    expect(await countRows()).toBe(before);
  });

  test('records for a new item that the previous poll did not list it', async () => {
    await read(world, 'litellm', litellm(oldModels));
    world.clock.advance(hours(1));
    await read(world, 'litellm', litellm([...oldModels, 'gpt-5']));
    expect(await runs('gpt-5')).toEqual([
      { key: 'gpt-5', from: '2025-01-01T01:00Z', absent: '2025-01-01T00:00Z', gone: null },
    ]);
  });

  test('records that an item vanished, and starts a new run when it returns', async () => {
    for (const models of [[...oldModels, 'gpt-5'], oldModels, [...oldModels, 'gpt-5']]) {
      await read(world, 'litellm', litellm(models));
      world.clock.advance(hours(30));
    }
    expect(await runs('gpt-5')).toEqual([
      { key: 'gpt-5', from: '2025-01-01T00:00Z', absent: null, gone: '2025-01-02T06:00Z' },
      { key: 'gpt-5', from: '2025-01-03T12:00Z', absent: '2025-01-02T06:00Z', gone: null },
    ]);
  });

  test('never withdraws a release because an item vanished', async () => {
    await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    const [both, neither] = [[...oldModels, 'gpt-5'], oldModels];
    for (const models of [neither, both, both, neither, neither]) {
      world.clock.advance(hours(25));
      await read(world, 'litellm', litellm(models));
      await read(world, 'models-dev', modelsDev(models));
    }
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
  });

  test('evaluates no release because of a price change', async () => {
    await record(world, 'gpt-5', gptReleased('5'));
    await read(world, 'litellm', litellm([...oldModels, 'gpt-5']));
    const marker = 'not evaluated since';
    await world.db.sql`update predictions set evaluated_with = ${marker}`;
    world.clock.advance(hours(1));
    const rows = Object.fromEntries([...oldModels, 'gpt-5'].map((id) => [id, { price: 3e-6 }]));
    expect((await read(world, 'litellm', litellm(rows))).poll.changedItems).toBe(9);
    const [row] = await world.db.sql<{ with: string }[]>`select evaluated_with as with from predictions`;
    expect(row?.with).toBe(marker);
  });
});

describe('evidence', () => {
  test.each(['observations', 'criteria', 'resolutions', 'disputes', 'events'])(
    'in %s can be neither changed nor deleted',
    async (table) => {
      const triggers = await world.db.sql<{ name: string }[]>`
        select tgname as name from pg_trigger where tgrelid = ${table}::regclass and not tgisinternal`;
      expect(triggers).toContainEqual({ name: `${table}_append_only` });
    },
  );

  test('is protected by the database', async () => {
    await record(world, 'gpt-5', gptReleased('5'));
    await read(world, 'litellm', litellm(oldModels));
    for (const statement of [
      "update observations set name = 'gpt-6'",
      'delete from observations',
      "update criteria set criterion = '{}'",
      'delete from events',
    ]) {
      await expect(world.db.sql.unsafe(statement)).rejects.toMatchObject({ code: '23001' });
    }
  });
});

describe('a reviewed document', () => {
  const feeds = [{ slug: 'reviewed', adapter: 'ledger', url: 'https://ledger.test/ledger.json' }];
  const gpt5 = { id: 'gpt-5', released: '2024-08-07', published: '2024-08-07' };
  const o3 = { id: 'o3', released: '2024-04-16', published: '2024-04-16T17:00:00Z' };
  beforeEach(() => world.reset({ now: '2025-03-01T12:00:00Z', feeds }));

  test('has its review date as watermark, whenever it is read', async () => {
    const { poll } = await read(world, 'reviewed', ledger('2024-12-31', [gpt5]));
    expect(iso(poll.observedAt ?? 0)).toBe('2025-01-01T00:00Z');
  });

  test('never has a watermark after the time of the read', async () => {
    const { poll } = await read(world, 'reviewed', ledger('2025-06-30', [gpt5]));
    expect(iso(poll.observedAt ?? 0)).toBe('2025-03-01T12:00Z');
  });

  test('makes entries known from the end of the day, or the instant, at which their source was published', async () => {
    await read(world, 'reviewed', ledger('2024-12-31', [gpt5, o3]));
    expect(await observations('openai/gpt-5#general')).toEqual(['2024-08-08T00:00Z']);
    expect(await observations('openai/o3#general')).toEqual(['2024-04-16T17:00Z']);
    expect(await runs('openai/gpt-5#general')).toMatchObject([{ absent: null }]);
  });

  test('makes no entry known before it could be read', () => {
    const noon = instantOf('2025-03-01T12:00:00Z');
    expect(knowledgeTime({ publishedAt: '2025-03-01' }, noon)).toBe(noon);
    expect(knowledgeTime({}, noon)).toBe(noon);
  });

  test('makes corrections, removals and restorations known from the read that shows them', async () => {
    const key = 'openai/gpt-5#general';
    await read(world, 'reviewed', ledger('2024-12-31', [gpt5, o3, { ...o3, id: 'o1' }, { ...o3, id: 'o1-mini' }]));
    const others = [o3, { ...o3, id: 'o1' }, { ...o3, id: 'o1-mini' }];
    for (const rows of [[...others, { ...gpt5, released: '2024-08-06' }], others, [...others, gpt5]]) {
      world.clock.advance(hours(24));
      await read(world, 'reviewed', ledger('2024-12-31', rows));
    }
    expect(await observations(key)).toEqual(['2024-08-08T00:00Z', '2025-03-02T12:00Z', '2025-03-04T12:00Z']);
    expect(await runs(key)).toMatchObject([
      { from: '2024-08-08T00:00Z', gone: '2025-03-03T12:00Z' },
      { from: '2025-03-04T12:00Z', gone: null },
    ]);
  });
});

describe('an item is changed', () => {
  const item = { key: 'a', name: 'a', host: 'openai', raw: { note: 1 } } as const;

  test('by its facts, not by the raw row that is stored for people', () => {
    expect(hashItem({ ...item, raw: { note: 2 } })).toBe(hashItem(item));
    expect(hashItem({ ...item, stage: 'preview' })).not.toBe(hashItem(item));
  });

  test('not by the order of its keys', () => {
    const { raw, host, name, key } = item;
    expect(hashItem({ raw, host, name, key })).toBe(hashItem(item));
  });
});

describe('a payload that is not a listing', () => {
  const hostile: [string, unknown][] = [
    ['empty', ''],
    ['an empty object', {}],
    ['an HTML page', '<!doctype html><title>Just a moment</title>'],
    ['cut off', JSON.stringify(litellm(oldModels)).slice(0, 200)],
    ['an error message', { error: { message: 'rate limited' } }],
    ['not UTF-8', Uint8Array.of(0xff, 0xfe, 0x7b)],
  ];
  test.each(hostile)('because it is %s is suspect; it is stored but not believed', async (_name, payload) => {
    await read(world, 'litellm', litellm(oldModels));
    const before = await countRows();
    world.clock.advance(hours(1));
    world.wire.answer('https://litellm.test/prices.json', served(payload, { etag: '"new"' }));
    const { poll } = await pollFeed(world.deps, 'litellm');
    expect(poll).toMatchObject({ result: 'suspect', newItems: 0, vanishedItems: 0 });
    expect(poll.suspectReason).not.toBeNull();
    expect(await countRows()).toBe(before);
    const [feed] = await world.db.sql<{ watermark: number; etag: string | null }[]>`
      select watermark, etag from feeds where slug = 'litellm'`;
    expect(feed).toEqual({ watermark: instantOf('2025-01-01'), etag: null });
  });
});
