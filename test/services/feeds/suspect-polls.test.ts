import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { pollFeed } from '../../../src/services/feeds/polls.ts';
import { listLastReads, type PollRow } from '../../../src/store/polls.ts';
import { litellm, modelsDev } from '../../support/listings.ts';
import { hours, iso, read, watermark } from '../../support/play.ts';
import { notModified, served } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const gpts = Array.from({ length: 10 }, (_, index) => `gpt-4-turbo-2024-01-${10 + index}`);
const claudes = Array.from({ length: 30 }, (_, index) => `claude-3-haiku-202403${String(index + 1).padStart(2, '0')}`);

/** Reads a listing some hours after the one before. */
async function readAfter(count: number, models: readonly string[], slug = 'litellm'): Promise<PollRow> {
  world.clock.advance(hours(count));
  const payload = slug === 'litellm' ? litellm(models) : modelsDev(models);
  return (await read(world, slug, payload)).poll;
}

async function lastRead(vendor: string): Promise<string | null> {
  const [feed] = await world.db.sql<{ id: string }[]>`select id from feeds where slug = 'models-dev'`;
  const [row] = await listLastReads(world.db.sql, feed?.id ?? '', [vendor]);
  return row?.observedAt == null ? null : iso(row.observedAt);
}

async function recoveries(): Promise<number> {
  return (await world.db.sql`select id from events where type = 'feed.recovered'`).length;
}

describe('a poll that lost most of its items', () => {
  test('is suspect above 30 % after a gap of up to 48 hours', async () => {
    await readAfter(0, claudes);
    expect(await readAfter(1, claudes.slice(9))).toMatchObject({ result: 'ok', vanishedItems: 9 });
    expect(await readAfter(1, claudes.slice(16))).toMatchObject({ result: 'suspect', vanishedItems: 0 });
    expect(await watermark(world, 'litellm')).toBe('2025-01-01T01:00Z');
  });

  test('is suspect above 90 % after a longer gap', async () => {
    await readAfter(0, claudes);
    expect(await readAfter(49, claudes.slice(27))).toMatchObject({ result: 'ok', vanishedItems: 27 });
    expect(await readAfter(49, ['o1'])).toMatchObject({ result: 'suspect' });
  });

  test('marks no item as vanished, and its new items are not evidence', async () => {
    await readAfter(0, claudes);
    await readAfter(1, [...claudes.slice(20), 'gpt-5']);
    const [row] = await world.db.sql`select item_key from sightings where item_key = 'gpt-5' or gone_at is not null`;
    expect(row).toBeUndefined();
  });

  test('is stored, so that people and later polls can compare it', async () => {
    await readAfter(0, claudes);
    const { id } = await readAfter(1, claudes.slice(20));
    const [slice] = await world.db.sql<{ poll: string; keys: string[]; items: unknown[] }[]>`
      select poll_id as poll, item_keys as keys, items from suspect_slices`;
    expect(slice).toMatchObject({ poll: id, keys: [...claudes.slice(20)].sort() });
    expect(slice?.items).toHaveLength(10);
  });

  test('is confirmed by a poll at least 24 hours later that agrees in 90 %, and an event reports it', async () => {
    await readAfter(0, claudes);
    const rest = claudes.slice(10);
    expect(await readAfter(1, rest)).toMatchObject({ result: 'suspect' });
    expect(await readAfter(23, rest.slice(1))).toMatchObject({ result: 'suspect' });
    expect(await recoveries()).toBe(0);
    expect(await readAfter(1, rest.slice(1))).toMatchObject({ result: 'ok', vanishedItems: 11 });
    expect(await recoveries()).toBe(1);
    expect(await watermark(world, 'litellm')).toBe('2025-01-02T01:00Z');
  });

  test('is not confirmed by a later poll that is merely similar', async () => {
    await readAfter(0, claudes);
    await readAfter(1, claudes.slice(10));
    expect(await readAfter(25, claudes.slice(13))).toMatchObject({ result: 'suspect' });
  });

  test('is discarded if the feed recovered in between', async () => {
    await readAfter(0, claudes);
    await readAfter(1, claudes.slice(10));
    await readAfter(1, claudes);
    expect(await readAfter(25, claudes.slice(10))).toMatchObject({ result: 'suspect' });
  });

  test('is stored once an hour, however often it is served', async () => {
    await readAfter(0, claudes);
    for (let poll = 0; poll < 8; poll += 1) await readAfter(0.25, claudes.slice(10));
    const slices = await world.db.sql`select poll_id from suspect_slices`;
    expect(slices).toHaveLength(2);
  });
});

test('an empty listing is never accepted, not even a day later', async () => {
  await readAfter(0, claudes);
  for (let poll = 0; poll < 4; poll += 1) expect(await readAfter(24, [])).toMatchObject({ result: 'suspect' });
  expect(await watermark(world, 'litellm')).toBe('2025-01-01T00:00Z');
});

describe('the loss of most rows of one vendor', () => {
  const all = [...claudes, ...gpts];
  const few = [...claudes, ...gpts.slice(6)];

  test("freezes that vendor's watermark and no other", async () => {
    await readAfter(0, all, 'models-dev');
    expect(await readAfter(1, few, 'models-dev')).toMatchObject({
      result: 'ok',
      frozenVendors: ['openai'],
      vanishedItems: 0,
    });
    expect(await watermark(world, 'models-dev')).toBe('2025-01-01T01:00Z');
    expect([await lastRead('openai'), await lastRead('anthropic')]).toEqual(['2025-01-01T00:00Z', '2025-01-01T01:00Z']);
  });

  test('marks no row of that vendor as vanished, and its new rows are not evidence', async () => {
    await readAfter(0, all, 'models-dev');
    await readAfter(1, [...few, 'gpt-5', 'claude-opus-4-5'], 'models-dev');
    const rows = await world.db.sql<{ key: string }[]>`
      select item_key as key from sightings where gone_at is not null or seen_from > ${new Date('2025-01-01T00:30Z')}`;
    expect(rows.map((row) => row.key)).toEqual(['anthropic/claude-opus-4-5']);
  });

  test('is confirmed by a poll at least 24 hours later that agrees', async () => {
    await readAfter(0, all, 'models-dev');
    await readAfter(1, few, 'models-dev');
    expect(await readAfter(23, few, 'models-dev')).toMatchObject({ frozenVendors: ['openai'] });
    expect(await readAfter(1, few, 'models-dev')).toMatchObject({ frozenVendors: [], vanishedItems: 6 });
    expect(await lastRead('openai')).toBe('2025-01-02T01:00Z');
  });

  test('disables conditional requests until then, because "not modified" could never confirm it', async () => {
    const url = 'https://models.test/api.json';
    world.wire.answer(url, served(modelsDev(all), { etag: '"all"' }), served(modelsDev(few), { etag: '"few"' }));
    for (let poll = 0; poll < 3; poll += 1) {
      world.clock.advance(hours(1));
      await pollFeed(world.deps, 'models-dev');
    }
    expect(world.wire.asks.map((ask) => ask.etag)).toEqual([null, '"all"', null]);
  });
});

describe('"not modified"', () => {
  const url = 'https://litellm.test/prices.json';

  test('advances the watermark with the items of the last accepted payload', async () => {
    world.wire.answer(url, served(litellm(claudes), { etag: '"one"' }), notModified);
    await pollFeed(world.deps, 'litellm');
    world.clock.advance(hours(1));
    const { poll } = await pollFeed(world.deps, 'litellm');
    expect(poll).toMatchObject({ result: 'not_modified', items: 30, newItems: 0, bytes: null });
    expect(await watermark(world, 'litellm')).toBe('2025-01-01T01:00Z');
  });

  test('after a suspect payload refers to the accepted one before it', async () => {
    const answers = [
      served(litellm(claudes), { etag: '"one"' }),
      served(litellm(['o1']), { etag: '"two"' }),
      notModified,
    ];
    world.wire.answer(url, ...answers);
    for (let poll = 0; poll < 3; poll += 1) {
      world.clock.advance(hours(1));
      await pollFeed(world.deps, 'litellm');
    }
    expect(world.wire.asks.map((ask) => ask.etag)).toEqual([null, '"one"', '"one"']);
    const [last] = await world.db.sql<{ items: number; result: string }[]>`
      select items, result from polls order by started_at desc limit 1`;
    expect(last).toEqual({ items: 30, result: 'not_modified' });
  });
});

test('a first read full of unknown names does not make the archives after it suspect', async () => {
  await world.reset({ feeds: [{ slug: 'xai', adapter: 'xai_models', url: 'https://xai.test/v1/models' }] });
  const list = (ids: readonly string[]) => ({ data: ids.map((id) => ({ id, object: 'model' })) });
  const others = Array.from({ length: 200 }, (_, index) => `openai/gpt-4-2024-01-${index}`);
  const noise = Array.from({ length: 240 }, (_, index) => `team-${index}/run-${index}`);
  await read(world, 'xai', list([...others, ...noise, 'grok-2-1212', 'grok-beta']));
  const good = ['grok-2-1212', 'grok-3', 'grok-3-mini', 'grok-4-0709', 'grok-4-fast', 'grok-4.1', 'grok-4.20'];
  const results: string[] = [];
  for (const count of [2, 3, 4, 5, 6, 7]) {
    world.clock.advance(hours(30 * 24));
    results.push((await read(world, 'xai', list(good.slice(0, count)))).poll.result);
  }
  expect(results).toEqual(Array(6).fill('ok'));
});
