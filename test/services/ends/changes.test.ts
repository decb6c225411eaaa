import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { refreshModels } from '../../../src/services/models/states.ts';
import { announcements, anthropicList, endFeeds, openaiList, prices } from '../../support/end-history.ts';
import type { Json } from '../../support/http-client.ts';
import { read, readAt } from '../../support/play.ts';
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

async function endEvents(): Promise<Json[]> {
  const rows = await world.db.sql<{ body: string }[]>`
    select body from events where type in ('model.end_moved', 'model.ended') order by sequence`;
  return rows.map((row) => JSON.parse(row.body));
}

/** `type id from > to`, oldest first. */
async function announced(): Promise<string[]> {
  return (await endEvents()).map(({ type, data }) => {
    const { end, moved_from: from } = data;
    return [type, end.host, end.id, from?.date, end.date].filter((part) => part != null).join(' ');
  });
}

const others = { 'gpt-4.1': null, 'gpt-4o': null, o3: null, 'gpt-5-mini': null };
const listed = (ends: string | null) => openaiList({ 'gpt-5-2025-08-07': ends, ...others });

test('a date that moves twice is announced twice, with the dates before and after', async () => {
  await readAt(world, '2026-01-02', { openai: listed('2026-06-10') });
  await readAt(world, '2026-01-20', { openai: listed('2026-08-10') });
  await readAt(world, '2026-02-20', { openai: listed('2026-12-10') });
  expect(await announced()).toEqual([
    'model.end_moved gpt-5-2025-08-07 2026-06-10 2026-08-10',
    'model.end_moved gpt-5-2025-08-07 2026-08-10 2026-12-10',
  ]);
  const [, event] = await endEvents();
  expect(event.data).toMatchObject({
    model: { id: 'openai/gpt-5' },
    end: {
      scope: 'vendor',
      kind: 'firm',
      days_left: 293,
      known_at: '2026-02-20T00:00:00Z',
      sources: [{ feed: 'openai' }],
    },
    moved_from: { because: 'moved', kind: 'firm', feed: 'openai' },
    links: { model: '/v1/models/openai/gpt-5' },
  });
});

test('a date that is withdrawn is announced, and so is one that takes its place later', async () => {
  await readAt(world, '2026-01-02', { openai: listed('2026-06-10') });
  await readAt(world, '2026-02-02', { openai: listed(null) });
  await readAt(world, '2026-03-02', { openai: listed('2026-12-10') });
  expect(await announced()).toEqual([
    'model.end_moved gpt-5-2025-08-07 2026-06-10',
    'model.end_moved gpt-5-2025-08-07 2026-06-10 2026-12-10',
  ]);
});

test('the end of an id is announced once, by the read that shows it', async () => {
  await readAt(world, '2026-01-02', { openai: listed('2026-06-10') });
  await readAt(world, '2026-06-09', { openai: listed('2026-06-10') });
  await readAt(world, '2026-06-12', { openai: listed('2026-06-10') });
  expect(await announced()).toEqual([]);
  for (const time of ['2026-06-14', '2026-06-15', '2026-07-15'])
    await readAt(world, time, { openai: openaiList(others) });
  expect(await announced()).toEqual(['model.ended gpt-5-2025-08-07 2026-06-10']);
  const [event] = await endEvents();
  expect(event).toMatchObject({
    timestamp: '2026-06-14T00:00:00Z',
    data: { evidence: [expect.stringMatching(/^obs_/)] },
  });
});

test('a transaction that is aborted announces nothing, and the one that repeats it announces the change once', async () => {
  await readAt(world, '2026-01-02', { openai: listed('2026-06-10') });
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const newId: World['deps']['newId'] = (prefix) => {
    if (prefix === 'evt') throw new Error('killed');
    return world.deps.newId(prefix);
  };
  world.clock.set('2026-01-20');
  await read({ ...world, deps: { ...world.deps, log: silent, newId } }, 'openai', listed('2026-08-10'));
  expect(await announced()).toEqual([]);
  expect(await world.db.sql`select from model_end_changes`).toEqual([]);
  await refreshModels(world.deps);
  await refreshModels(world.deps);
  expect(await announced()).toEqual(['model.end_moved gpt-5-2025-08-07 2026-06-10 2026-08-10']);
});

describe('nothing is announced', () => {
  test('by the first read of a feed, whatever it states', async () => {
    await readAt(world, '2026-01-02', {
      litellm: prices({ 'gpt-5-2025-08-07': { ends: '2026-06-10' }, 'gpt-4.1': {} }),
    });
    await readAt(world, '2026-01-10', { openai: listed('2026-12-10') });
    expect(await announced()).toEqual([]);
  });

  test('by an archive', async () => {
    world.clock.set('2026-12-01');
    const history = [
      ['2026-01-02', '2026-06-10'],
      ['2026-02-02', '2026-08-10'],
    ] as const;
    for (const [time, ends] of history)
      await createFeedSnapshot(world.deps, 'openai', instantOf(time), toBytes(listed(ends)));
    await createFeedSnapshot(world.deps, 'openai', instantOf('2026-09-01'), toBytes(openaiList(others)));
    await refreshModels(world.deps);
    expect(await world.db.sql`select from model_ends where ended_at is not null`).not.toEqual([]);
    expect(await announced()).toEqual([]);
  });

  test('again when everything is computed again, by several processes', async () => {
    await readAt(world, '2026-01-02', { openai: listed('2026-06-10') });
    await readAt(world, '2026-01-20', { openai: listed('2026-08-10') });
    const before = await announced();
    await world.db.sql`update model_families set computed_with = null`;
    await Promise.all([refreshModels(world.deps), refreshModels(world.deps)]);
    await world.db.sql`delete from model_ends`;
    await world.db.sql`update model_families set computed_with = null`;
    await refreshModels(world.deps);
    expect(before).toHaveLength(1);
    expect(await announced()).toEqual(before);
  });

  test('as an end of a model that its vendor withdraws without notice and lists again', async () => {
    const list = (lifecycle: string) => anthropicList({ 'claude-fable-5': [lifecycle], 'claude-opus-4-5': ['active'] });
    await readAt(world, '2026-06-09', { anthropic: list('active') });
    await readAt(world, '2026-06-13', { anthropic: list('retired') });
    await readAt(world, '2026-07-01', { anthropic: list('active') });
    await readAt(world, '2026-07-10', { anthropic: list('active') });
    expect(await announced()).toEqual([]);
  });
});

test('changes reach endpoints that filter by the vendor or the family, and no others', async () => {
  const url = (name: string) => `https://${name}.test/hook`;
  await subscribe(world, url('fits'), {
    eventTypes: ['model.end_moved'],
    filter: { vendor: ['openai'], family: ['gpt'] },
  });
  await subscribe(world, url('other'), { eventTypes: ['model.end_moved'], filter: { vendor: ['anthropic'] } });
  await subscribe(world, url('ended'), { eventTypes: ['model.ended'], filter: { vendor: ['openai'] } });
  await readAt(world, '2026-01-02', { openai: listed('2026-06-10') });
  await readAt(world, '2026-01-20', { openai: listed('2026-08-10') });
  const rows = await world.db.sql<{ url: string }[]>`
    select e.url from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id order by e.url`;
  expect(rows.map((row) => row.url)).toEqual([url('fits')]);
});

test('the release of a recommended successor is recorded once', async () => {
  const rows = announcements([{ provider: 'OpenAI', id: 'gpt-4.1', ends: '2026-12-10', successors: ['gpt-5.6-sol'] }]);
  await readAt(world, '2026-01-02', { deprecations: rows, openai: openaiList(others) });
  await readAt(world, '2026-02-01', { openai: openaiList({ ...others, 'gpt-5.6-sol': null }) });
  await readAt(world, '2026-02-03', { openai: openaiList({ ...others, 'gpt-5.6-sol': null }) });
  const changes = await world.db.sql`select id, mark from model_end_changes where type = 'successor_released'`;
  expect(changes).toEqual([{ id: 'gpt-4.1', mark: 'gpt-5.6-sol' }]);
});
