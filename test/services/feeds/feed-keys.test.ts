import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { getFeed } from '../../../src/services/feeds/feeds.ts';
import { pollDueFeeds, pollFeed } from '../../../src/services/feeds/polls.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { hours, pollResults } from '../../support/play.ts';
import { failed, served, toBytes } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

/** A vendor's own list is disabled until this node has its key, which is not a failure of the feed. */

const url = 'https://api.openai.com/v1/models';
const list = { object: 'list', data: [{ id: 'gpt-5', object: 'model', owned_by: 'system' }] };
const feeds: readonly FeedInput[] = [{ slug: 'openai-models', adapter: 'openai_models', url }];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const view = () => getFeed(world.deps, 'openai-models');
const tick = () => pollDueFeeds(world.deps, world.clock.now());

test('a feed without its key is not polled, names the missing key, and is neither failing nor stale', async () => {
  expect(await tick()).toEqual({ polled: 0, failed: 0, failures: [], resolved: 0, settling: 0 });
  expect(world.wire.asks).toEqual([]);
  expect(await view()).toMatchObject({ keyMissing: 'OPENAI_API_KEY', health: 'never', lastPoll: null });
  await expect(pollFeed(world.deps, 'openai-models')).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('OPENAI_API_KEY'),
  });
  expect(await pollResults(world, 'openai-models')).toEqual([]);
});

test('a feed is polled at the next tick once its key is set', async () => {
  await tick();
  world.keys.add('OPENAI_API_KEY');
  world.wire.answer(url, served(list));
  expect(await tick()).toMatchObject({ polled: 1, failed: 0 });
  expect(await view()).toMatchObject({ keyMissing: null, health: 'ok' });
});

test('a feed without its key accepts snapshots, and does not become stale', async () => {
  await createFeedSnapshot(world.deps, 'openai-models', world.clock.now(), toBytes(list));
  world.clock.advance(hours(100));
  expect(await view()).toMatchObject({ keyMissing: 'OPENAI_API_KEY', health: 'ok' });
});

test('a feed with a rejected key fails like any other', async () => {
  world.keys.add('OPENAI_API_KEY');
  world.wire.answer(url, failed('bad_status', { status: 401 }));
  expect(await tick()).toMatchObject({ polled: 1, failed: 1 });
  expect(await view()).toMatchObject({ health: 'failing' });
});

test('a feed with a URL at another host uses no key, so it needs none', async () => {
  const mirror = 'https://mirror.test/v1/models';
  await world.reset({ feeds: [{ slug: 'openai-models', adapter: 'openai_models', url: mirror }] });
  world.wire.answer(mirror, served(list));
  expect(await view()).toMatchObject({ keyMissing: null });
  expect(await tick()).toMatchObject({ polled: 1 });
});

test('a node that has the key polls the feed', async () => {
  world.wire.answer(url, served(list));
  const other = { ...world.node('node_b'), hasKey: () => true };
  expect(await tick()).toMatchObject({ polled: 0 });
  expect(await pollDueFeeds(other, world.clock.now())).toMatchObject({ polled: 1 });
});
