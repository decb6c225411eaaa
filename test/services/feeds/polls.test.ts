import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { backOffMaxMs, backOffMinMs, backOffMs, pollDueFeeds, pollFeed } from '../../../src/services/feeds/polls.ts';
import { recoverAfterCrash } from '../../../src/services/feeds/setup.ts';
import { findFeed } from '../../../src/store/feeds.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { hours, iso, pollResults, read, watermark } from '../../support/play.ts';
import { failed, served } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const litellmUrl = 'https://litellm.test/prices.json';
const modelsUrl = 'https://models.test/api.json';
const quarterMs = 15 * 60_000;

function serveBoth(): void {
  world.wire.answer(litellmUrl, served(litellm(oldModels)));
  world.wire.answer(modelsUrl, served(modelsDev(oldModels)));
}

/** Lets every lease run out, as the database's clock would. */
async function expireLeases(): Promise<void> {
  await world.db
    .sql`update feeds set lease_until = clock_timestamp() - interval '1 second' where lease_until is not null`;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function pollEnds(slug: string): Promise<void> {
  while (!(await pollResults(world, slug)).includes('ok'));
}

describe('a tick', () => {
  afterEach(() => expect(world.errors).toEqual([]));

  test('polls every due feed once', async () => {
    serveBoth();
    expect(await pollDueFeeds(world.deps, world.clock.now())).toEqual({
      polled: 2,
      failed: 0,
      resolved: 0,
      settling: 0,
      failures: [],
    });
    expect(await pollDueFeeds(world.deps, world.clock.now())).toEqual({
      polled: 0,
      failed: 0,
      resolved: 0,
      settling: 0,
      failures: [],
    });
  });

  test('skips disabled feeds and feeds without a URL', async () => {
    await world.reset({
      feeds: [
        { slug: 'off', adapter: 'litellm', url: litellmUrl, enabled: false },
        { slug: 'by-hand', adapter: 'litellm' },
      ],
    });
    expect(await pollDueFeeds(world.deps, world.clock.now())).toMatchObject({ polled: 0 });
    await expect(pollFeed(world.deps, 'by-hand')).rejects.toMatchObject({ code: 'conflict' });
    await expect(pollFeed(world.deps, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is not delayed by a failing feed, and reports the failure', async () => {
    world.wire.answer(litellmUrl, failed('http_status', { status: 503 }));
    world.wire.answer(modelsUrl, served(modelsDev(oldModels)));
    expect(await pollDueFeeds(world.deps, world.clock.now())).toMatchObject({
      ...{ polled: 2, failed: 1, resolved: 0 },
      failures: [{ feed: 'litellm', detail: expect.any(String) }],
    });
    const [row] = await world.db
      .sql`select result, error_code, http_status, observed_at from polls where result <> 'ok'`;
    expect(row).toEqual({ result: 'failed', error_code: 'http_status', http_status: 503, observed_at: null });
    expect(await watermark(world, 'litellm')).toBeNull();
    expect(await watermark(world, 'models-dev')).toBe('2025-01-01T00:00Z');
  });

  test('stores the payload of a fast feed while a slow one is pending', async () => {
    const slow = world.wire.hold(litellmUrl);
    world.wire.answer(modelsUrl, served(modelsDev(oldModels)));
    const tick = pollDueFeeds(world.deps, world.clock.now());
    await pollEnds('models-dev');
    expect(await pollResults(world, 'litellm')).toEqual(['running']);
    slow.release(served(litellm(oldModels)));
    expect(await tick).toMatchObject({ polled: 2, failed: 0 });
  });

  test('sends the validators of the last accepted payload', async () => {
    world.wire.answer(
      litellmUrl,
      served(litellm(oldModels), { etag: '"1"', lastModified: 'Wed, 01 Jan 2025 00:00:00 GMT' }),
    );
    await pollFeed(world.deps, 'litellm');
    await pollFeed(world.deps, 'litellm');
    expect(world.wire.asks.map(({ etag, lastModified }) => [etag, lastModified])).toEqual([
      [null, null],
      ['"1"', 'Wed, 01 Jan 2025 00:00:00 GMT'],
    ]);
  });
});

describe('after failures', () => {
  test('the delay doubles from 15 minutes to a day', () => {
    const waits = Array.from({ length: 20 }, (_, index) => backOffMs(index));
    expect(waits.slice(0, 5)).toEqual([0, 0, backOffMinMs, 2 * backOffMinMs, 4 * backOffMinMs]);
    expect(Math.max(...waits)).toBe(backOffMaxMs);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
  });

  async function pollTimes(ticks: number): Promise<string[]> {
    for (let tick = 0; tick < ticks; tick += 1) {
      await pollDueFeeds(world.deps, world.clock.now());
      world.clock.advance(quarterMs);
    }
    const rows = await world.db.sql<{ at: number }[]>`select started_at as at from polls order by started_at`;
    return rows.map((row) => iso(row.at).slice(11));
  }

  test('a feed is polled less and less often, and normally again after a success', async () => {
    await world.reset({ feeds: [{ slug: 'litellm', adapter: 'litellm', url: litellmUrl }] });
    const no = failed('timeout');
    world.wire.answer(litellmUrl, no, no, no, no, served(litellm(oldModels)));
    const expected = ['00:00Z', '00:15Z', '00:30Z', '01:00Z', '02:00Z', '02:15Z', '02:30Z'];
    expect(await pollTimes(11)).toEqual(expected);
  });

  test('a feed that sends Retry-After is not polled until then, for a day at most', async () => {
    await world.reset({ feeds: [{ slug: 'litellm', adapter: 'litellm', url: litellmUrl }] });
    const week = failed('http_status', { status: 429, retryAfterMs: hours(168) });
    world.wire.answer(litellmUrl, failed('http_status', { status: 429, retryAfterMs: hours(1) }), week);
    expect(await pollTimes(8)).toEqual(['00:00Z', '01:00Z']);
    const feed = await findFeed(world.db.sql, 'litellm');
    expect(iso(feed?.nextPollAt ?? 0)).toBe('2025-01-02T01:00Z');
  });

  test('an exception during the fetch is a failed poll, not a lost one', async () => {
    world.wire.answer(litellmUrl, new Error('socket hang up'));
    expect((await pollFeed(world.deps, 'litellm')).poll).toMatchObject({ result: 'failed', errorCode: 'internal' });
    expect(world.errors).toHaveLength(1);
  });
});

describe('a feed that is being polled', () => {
  test('rejects a manual poll', async () => {
    const slow = world.wire.hold(litellmUrl);
    const first = pollFeed(world.deps, 'litellm');
    await until(() => world.wire.asks.length === 1);
    await expect(pollFeed(world.node('node_b'), 'litellm')).rejects.toMatchObject({ code: 'conflict' });
    slow.release(served(litellm(oldModels)));
    expect((await first).poll.result).toBe('ok');
    expect(await pollResults(world, 'litellm')).toEqual(['ok']);
  });

  test('is skipped by a tick, and polled by the next', async () => {
    const slow = world.wire.hold(litellmUrl);
    world.wire.answer(modelsUrl, served(modelsDev(oldModels)));
    const first = pollDueFeeds(world.deps, world.clock.now());
    await pollEnds('models-dev');
    world.clock.advance(quarterMs);
    expect(await pollDueFeeds(world.node('node_b'), world.clock.now())).toMatchObject({ polled: 1 });
    slow.release(served(litellm(oldModels)));
    await first;
    world.clock.advance(quarterMs);
    expect(await pollDueFeeds(world.deps, world.clock.now())).toMatchObject({ polled: 2 });
    expect(await pollResults(world, 'litellm')).toEqual(['ok', 'ok']);
  });

  test('by a process that died is polled again when the lease has expired, and the lost poll is recorded as aborted', async () => {
    world.wire.hold(litellmUrl);
    void pollFeed(world.deps, 'litellm');
    await until(() => world.wire.asks.length === 1);
    world.wire.answer(litellmUrl, served(litellm(oldModels)));
    const other = world.node('node_b');
    await expect(pollFeed(other, 'litellm')).rejects.toMatchObject({ code: 'conflict' });
    await expireLeases();
    expect((await pollFeed(other, 'litellm')).poll).toMatchObject({ result: 'ok', newItems: 8 });
    expect(await pollResults(world, 'litellm')).toEqual(['aborted', 'ok']);
  });

  test.each([
    ['a payload', served(litellm(['gpt-5']))],
    ['"not modified"', { kind: 'not_modified', status: 304 } as const],
    ['a failure', failed('timeout')],
  ])('stores nothing of a poll that lost its lease and then returns with %s', async (_name, late) => {
    const slow = world.wire.hold(litellmUrl);
    const lost = pollFeed(world.deps, 'litellm');
    await until(() => world.wire.asks.length === 1);
    await expireLeases();
    const next = world.wire.hold(litellmUrl);
    const second = pollFeed(world.deps, 'litellm');
    await until(() => world.wire.asks.length === 2);
    slow.release(late);
    expect((await lost).poll.result).toBe('aborted');
    // The lease of the poll that took over is not given back by the one that was lost.
    await expect(pollFeed(world.deps, 'litellm')).rejects.toMatchObject({ code: 'conflict' });
    next.release(served(litellm(oldModels)));
    expect((await second).poll).toMatchObject({ result: 'ok', newItems: 8 });
    expect(await findFeed(world.db.sql, 'litellm')).toMatchObject({ failures: 0 });
  });

  test('is available at once after a restart with an embedded database', async () => {
    world.wire.hold(litellmUrl);
    void pollFeed(world.deps, 'litellm');
    await until(() => world.wire.asks.length === 1);
    if (world.db.kind === 'server') await expireLeases();
    expect(await recoverAfterCrash(world.deps)).toBe(1);
    expect((await read(world, 'litellm', litellm(oldModels))).poll.result).toBe('ok');
  });
});
