import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { createWatch } from '../../../src/services/model-watches/model-watches.ts';
import { refreshModels } from '../../../src/services/models/states.ts';
import { announcements, endFeeds, openaiList } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { readAt } from '../../support/play.ts';
import { subscribe } from '../../support/webhooks.ts';
import { toBytes } from '../../support/wire.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-01-01', feeds: endFeeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const snapshot = 'gpt-5-2025-08-07';
const successor = 'gpt-5.6-sol';
const others = { 'gpt-4.1': null, 'gpt-4o': null, o3: null, 'gpt-5-mini': null };
const recommended = announcements([
  { provider: 'OpenAI', id: 'gpt-4.1', ends: '2026-12-10', successors: [successor] },
  { provider: 'OpenAI', id: 'gpt-4o', ends: '2026-12-20', successors: ['o3'] },
]);

async function successorEvents(): Promise<Json[]> {
  const rows = await world.db.sql<{ body: string }[]>`
    select body from events where type = 'model.successor_released' order by sequence`;
  return rows.map(({ body }) => JSON.parse(body).data);
}

describe('model.successor_released', () => {
  test('is raised once, when the release of a recommended model is established, and not for one released before', async () => {
    await readAt(world, '2026-01-06', { deprecations: recommended, openai: openaiList(others) });
    const watch = await createWatch(world.deps, 'shop', { ids: ['gpt-4.1'] });
    expect(await successorEvents()).toEqual([]);
    const released = openaiList({ ...others, [successor]: null });
    for (const time of ['2026-02-01', '2026-02-03']) await readAt(world, time, { openai: released });
    await world.db.sql`update model_families set computed_with = null`;
    await Promise.all([refreshModels(world.deps), refreshModels(world.node('node_b'))]);
    expect(await successorEvents()).toMatchObject([
      {
        model: { id: 'openai/gpt-4.1' },
        end: { id: 'gpt-4.1', date: '2026-12-10', successor: { id: successor } },
        successor: { vendor: 'openai', version: '5.6' },
        watches: [watch.id],
      },
    ]);
  });

  test('is not raised for a model that the first read of a feed lists', async () => {
    await readAt(world, '2026-01-06', { deprecations: recommended });
    await readAt(world, '2026-02-01', { openai: openaiList({ ...others, [successor]: null }) });
    expect(await successorEvents()).toEqual([]);
  });

  test('is not raised for a model whose release an archive shows', async () => {
    await readAt(world, '2026-01-06', { deprecations: recommended });
    world.clock.set('2026-12-01');
    const archive = [
      ['2026-01-10', openaiList(others)],
      ['2026-02-01', openaiList({ ...others, [successor]: null })],
    ] as const;
    for (const [time, list] of archive) await createFeedSnapshot(world.deps, 'openai', instantOf(time), toBytes(list));
    await refreshModels(world.deps);
    expect(await successorEvents()).toEqual([]);
  });
});

/** The endpoints that received events of a type, by the host of their URL. */
async function receivers(type: string): Promise<string[]> {
  const rows = await world.db.sql<{ url: string }[]>`
    select w.url from webhook_deliveries d join webhook_endpoints w on w.id = d.endpoint_id join events e on e.id = d.event_id
    where e.type = ${type} order by d.seq`;
  return rows.map(({ url }) => new URL(url).hostname);
}

describe('an endpoint that filters by a watch, and none that filters by another, receives', () => {
  beforeEach(async () => {
    await readAt(world, '2026-01-06', { openai: openaiList({ ...others, [snapshot]: '2026-06-10' }) });
    await createWatch(world.deps, 'shop', { ids: [`azure/${snapshot}`, 'gpt-4.1', 'nonsense'] });
    await createWatch(world.deps, 'other', { ids: ['o3', 'gpt-5-mini'] });
    for (const watch of ['shop', 'other'])
      await subscribe(world, `https://${watch}.test/`, {
        eventTypes: ['model.end_moved', 'model.ended', 'model.successor_released'],
        filter: { watch: [watch] },
      });
  });

  test('the move of an end', async () => {
    await readAt(world, '2026-01-20', { openai: openaiList({ ...others, [snapshot]: '2026-08-10' }) });
    expect(await receivers('model.end_moved')).toEqual(['shop.test']);
  });

  test('the withdrawal of an end', async () => {
    await readAt(world, '2026-01-20', { openai: openaiList({ ...others, [snapshot]: null }) });
    expect(await receivers('model.end_moved')).toEqual(['shop.test']);
  });

  test('the end of an id', async () => {
    await readAt(world, '2026-06-09', { openai: openaiList({ ...others, [snapshot]: '2026-06-10' }) });
    for (const time of ['2026-06-14', '2026-06-15']) await readAt(world, time, { openai: openaiList(others) });
    expect(await receivers('model.ended')).toEqual(['shop.test']);
  });

  test('the release of a recommended model', async () => {
    await readAt(world, '2026-01-20', { deprecations: recommended });
    await readAt(world, '2026-02-01', {
      openai: openaiList({ ...others, [snapshot]: '2026-06-10', [successor]: null }),
    });
    expect(await receivers('model.successor_released')).toEqual(['shop.test']);
  });
});
