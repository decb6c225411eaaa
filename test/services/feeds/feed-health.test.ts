import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { watchFeedsJob } from '../../../jobs/watch-feeds.ts';
import { getFeed, listFeeds, updateFeed } from '../../../src/services/feeds/feeds.ts';
import { watchFeeds } from '../../../src/services/feeds/health.ts';
import { pollDueFeeds, pollFeed } from '../../../src/services/feeds/polls.ts';
import { cronFields } from '../../support/cron.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { hours, iso, read } from '../../support/play.ts';
import { failed, notModified, served } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

const cron = '*/15 * * * *';
const expected = cronFields(cron);
const url = 'https://litellm.test/prices.json';
const minutes = (count: number): number => count * 60_000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ feeds: [{ slug: 'litellm', adapter: 'litellm', url }] }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

type HealthEvent = { type: string; reason: string; at: string };

async function healthEvents(): Promise<HealthEvent[]> {
  const rows = await world.db.sql<{ type: string; body: string; at: number }[]>`
    select type, body, occurred_at as at from events where type like 'feed.%' order by sequence`;
  return rows.map((row) => ({ type: row.type, reason: JSON.parse(row.body).data.reason, at: iso(row.at).slice(11) }));
}

const types = async () => (await healthEvents()).map((each) => each.type);

/** Lets time pass a quarter of an hour at a time, polling and watching as the clock would. */
async function live(quarters: number): Promise<void> {
  for (let quarter = 0; quarter < quarters; quarter += 1) {
    await pollDueFeeds(world.deps, world.clock.now());
    for (let minute = 0; minute < 15; minute += 5) {
      world.clock.advance(minutes(5));
      await watchFeeds(world.deps, expected);
    }
  }
}

describe('a feed that does not advance', () => {
  test('becomes unhealthy once after three expected polls, and recovers with the next accepted payload', async () => {
    world.wire.answer(url, served(litellm(oldModels)), failed('timeout'));
    await live(4);
    expect(await healthEvents()).toEqual([
      {
        type: 'feed.unhealthy',
        reason: 'no payload was accepted in 3 expected polls: the test says timeout',
        at: '00:50Z',
      },
    ]);
    await live(12);
    expect(await types()).toEqual(['feed.unhealthy']);
    expect(await getFeed(world.deps, 'litellm')).toMatchObject({
      health: 'failing',
      feed: { unhealthySince: expect.any(Number) },
    });
    world.wire.answer(url, notModified);
    await pollFeed(world.deps, 'litellm');
    await pollFeed(world.deps, 'litellm');
    expect(await types()).toEqual(['feed.unhealthy', 'feed.recovered']);
    expect((await getFeed(world.deps, 'litellm')).feed.unhealthySince).toBeNull();
  });

  test('is reported again when it stops a second time', async () => {
    for (let episode = 0; episode < 2; episode += 1) {
      world.wire.answer(url, served(litellm(oldModels)));
      await pollFeed(world.deps, 'litellm');
      world.wire.answer(url, failed('connect'));
      await live(5);
    }
    expect(await types()).toEqual(['feed.unhealthy', 'feed.recovered', 'feed.unhealthy']);
  });

  test('is not unhealthy a minute before the third expected poll is due', async () => {
    await pollDueFeeds(world.deps, world.clock.now());
    world.clock.set('2025-01-01T00:47:59Z');
    expect(await watchFeeds(world.deps, expected)).toEqual({ unhealthy: 0 });
    world.clock.set('2025-01-01T00:48:00Z');
    expect(await watchFeeds(world.deps, expected)).toEqual({ unhealthy: 1 });
  });

  test('is unhealthy because of suspect polls too, and recovers once', async () => {
    world.wire.answer(url, served(litellm(oldModels)));
    await pollFeed(world.deps, 'litellm');
    world.wire.answer(url, served(litellm(oldModels.slice(0, 3))));
    await live(5);
    world.clock.advance(hours(25));
    await pollFeed(world.deps, 'litellm');
    expect(await healthEvents()).toMatchObject([
      { type: 'feed.unhealthy', reason: expect.stringContaining('items are missing') },
      { type: 'feed.recovered', reason: expect.stringContaining('it is read again; a suspect listing was confirmed') },
    ]);
  });

  test('is reported once if nothing polls it, however many nodes check', async () => {
    world.wire.answer(url, served(litellm(oldModels)));
    await pollFeed(world.deps, 'litellm');
    world.clock.advance(hours(5));
    const watchers = ['node_a', 'node_b', 'node_c'].map((id) =>
      watchFeedsJob(cron).run(world.node(id), world.clock.now()),
    );
    await Promise.all(watchers);
    expect(await types()).toEqual(['feed.unhealthy']);
    expect((await healthEvents())[0]?.reason).toMatch(/it was not polled/);
    expect((await getFeed(world.deps, 'litellm')).health).toBe('stale');
  });
});

describe('no poll is expected of a feed', () => {
  test.each([
    ['that is disabled', { slug: 'litellm', adapter: 'litellm', url, enabled: false }],
    ['without a URL', { slug: 'litellm', adapter: 'litellm' }],
  ])('%s', async (_name, feed) => {
    await world.reset({ feeds: [feed] });
    world.clock.advance(hours(50));
    expect(await watchFeeds(world.deps, expected)).toEqual({ unhealthy: 0 });
  });

  test('that was just edited, until three more polls are due', async () => {
    world.clock.advance(hours(50));
    await updateFeed(world.deps, 'litellm', { url: 'https://litellm.test/other.json' }, null);
    expect(await watchFeeds(world.deps, expected)).toEqual({ unhealthy: 0 });
    world.clock.advance(hours(2));
    expect(await watchFeeds(world.deps, expected)).toEqual({ unhealthy: 1 });
  });

  test('that is being polled now', async () => {
    world.clock.advance(hours(50));
    const slow = world.wire.hold(url);
    const poll = pollFeed(world.deps, 'litellm');
    while ((await world.db.sql`select from polls where result = 'running'`).length === 0);
    expect(await watchFeeds(world.deps, expected)).toEqual({ unhealthy: 0 });
    slow.release(served(litellm(oldModels)));
    await poll;
    expect(await types()).toEqual([]);
  });
});

test('a reviewed document is fresh once it was read, however long ago it was reviewed', async () => {
  await world.reset({
    now: '2026-12-01T00:00:00Z',
    feeds: [{ slug: 'ledger', adapter: 'ledger', url: 'builtin:data/ledger.json' }],
  });
  await pollFeed(world.deps, 'ledger');
  world.clock.advance(minutes(14));
  const { health, ageMs, feed } = await getFeed(world.deps, 'ledger');
  expect([health, ageMs, iso(feed.advancedAt ?? 0)]).toEqual(['ok', minutes(14), '2026-12-01T00:00Z']);
  expect(await watchFeeds(world.deps, expected)).toEqual({ unhealthy: 0 });
});

test('feed health reports suspect and failed polls of a day, lost rows, and disagreement with other feeds', async () => {
  await world.reset();
  const rows = Object.fromEntries(oldModels.map((id) => [id, { price: 1e-6 }]));
  await read(world, 'litellm', { ...litellm({ ...rows, 'gpt-4o': { price: 5e-6 } }), broken: 7 });
  await read(world, 'models-dev', modelsDev(Object.fromEntries(oldModels.map((id) => [id, { price: 1 }]))));
  world.clock.advance(hours(1));
  await read(world, 'models-dev', modelsDev(['gpt-4']));
  world.wire.answer('https://models.test/api.json', failed('timeout'));
  await pollFeed(world.deps, 'models-dev');
  const conditions = new Map((await listFeeds(world.deps)).map((view) => [view.feed.slug, view.condition]));
  const disagreement = { compared: oldModels.length, differing: 1 };
  expect(conditions.get('litellm')).toEqual({ suspectPolls: 0, failedPolls: 0, lostItems: 1, disagreement });
  expect(conditions.get('models-dev')).toEqual({ suspectPolls: 1, failedPolls: 1, lostItems: 0, disagreement });
  world.clock.advance(hours(25));
  expect((await getFeed(world.deps, 'models-dev')).condition).toMatchObject({ suspectPolls: 0, failedPolls: 0 });
});
