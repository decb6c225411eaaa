import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { updateFeed } from '../../../src/services/feeds/feeds.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { iso, read, readAgain, readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** Feeds that put another model under a key that stood for one before. */

/** Its operator has not said yet whose models these are. */
const gateway = {
  slug: 'gateway',
  adapter: 'json',
  url: 'https://gateway.test/models',
  options: { items: '/rows', id: '/id' },
};

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ feeds: [...catalogues, gateway] }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const map = (hosts: Readonly<Record<string, string>>): object => ({
  ...litellm(oldModels),
  ...litellm(Object.fromEntries(Object.entries(hosts).map(([id, host]) => [id, { host }]))),
});

async function settleAt(time: string): Promise<void> {
  await readAgain(world, time);
}

type Run = { readonly from: string; readonly gone: string | null; readonly own: boolean };
const runsOf = async (name: string): Promise<Run[]> =>
  (
    await world.db.sql<{ from: number; gone: number | null; own: boolean }[]>`
      select s.seen_from as from, s.gone_at as gone, r.own from sightings s
      join item_readings r on r.feed_id = s.feed_id and r.item_key = s.item_key
      where r.name = ${name} order by s.seen_from`
  ).map((row) => ({ ...row, from: iso(row.from), gone: row.gone === null ? null : iso(row.gone) }));

const generallyAvailable: Criterion = {
  op: 'released',
  model: { vendor: 'openai', family: 'gpt', version: '5', tier: null, stage: 'ga' },
};

test("a host's row that becomes the vendor's own counts as the vendor's row from then on, and not before", async () => {
  await readAt(world, '2025-01-01', { litellm: map({ 'gpt-5': 'azure' }) });
  await readAt(world, '2025-01-02', { litellm: map({ 'gpt-5': 'openai' }) });
  expect(await runsOf('gpt-5')).toEqual([
    { from: '2025-01-01T00:00Z', gone: '2025-01-02T00:00Z', own: false },
    { from: '2025-01-02T00:00Z', gone: null, own: true },
  ]);
  expect(await runsOf('gpt-5')).toEqual([
    { from: '2025-01-01T00:00Z', gone: '2025-01-02T00:00Z', own: false },
    { from: '2025-01-02T00:00Z', gone: null, own: true },
  ]);
});

test("general availability follows from such rows from when they became the vendor's own", async () => {
  await record(world, 'general', generallyAvailable, { madeAt: '2024-12-01' });
  const own = modelsDev([...oldModels, 'gpt-5']);
  await readAt(world, '2025-01-01', { litellm: map({ 'gpt-5': 'azure' }), 'models-dev': modelsDev(oldModels) });
  await readAt(world, '2025-01-02', { litellm: map({ 'gpt-5': 'azure' }), 'models-dev': own });
  await settleAt('2025-01-05');
  expect((await view(world, 'general')).status).not.toBe('resolved');
  await readAt(world, '2025-01-06', { litellm: map({ 'gpt-5': 'openai' }), 'models-dev': own });
  await settleAt('2025-01-08');
  expect(await resolutions(world, 'general')).toEqual([
    'yes 2025-01-01/2025-01-06T00:00:00Z known 2025-01-08T00:00Z by resolver',
  ]);
});

test('serving such a row again changes nothing; under its old host it is the old row again', async () => {
  await readAt(world, '2025-01-01', { litellm: map({ 'gpt-5': 'azure' }) });
  await readAt(world, '2025-01-02', { litellm: map({ 'gpt-5': 'openai' }) });
  world.clock.set('2025-01-03');
  const again = await read(world, 'litellm', map({ 'gpt-5': 'openai' }));
  expect(again.poll).toMatchObject({ newItems: 0, changedItems: 0, vanishedItems: 0 });
  world.clock.set('2025-01-04');
  const back = await read(world, 'litellm', map({ 'gpt-5': 'azure' }));
  expect(back.poll).toMatchObject({ newItems: 1, changedItems: 0, vanishedItems: 1 });
  expect((await runsOf('gpt-5')).map((run) => [run.from, run.own])).toEqual([
    ['2025-01-01T00:00Z', false],
    ['2025-01-02T00:00Z', true],
    ['2025-01-04T00:00Z', false],
  ]);
});

test('a row that moves to another host is the same row: nothing has vanished and nothing is new', async () => {
  await readAt(world, '2025-01-01', { litellm: map({ 'gpt-5': 'azure' }) });
  world.clock.set('2025-01-02');
  const { poll } = await read(world, 'litellm', map({ 'gpt-5': 'bedrock' }));
  expect(poll).toMatchObject({ newItems: 0, changedItems: 1, vanishedItems: 0 });
});

test('a configured owner of a list counts from the change on, once the list has lasted a day', async () => {
  const list = { rows: ['gpt-4o', 'gpt-5'].map((id) => ({ id })) };
  await readAt(world, '2025-01-01', { gateway: list });
  await updateFeed(world.deps, 'gateway', { options: { vendor: 'openai' } }, null);
  await readAt(world, '2025-01-02', { gateway: list });
  await readAt(world, '2025-01-03', { gateway: list });
  const runs = await runsOf('gpt-5');
  expect(runs.filter((run) => run.own).map((run) => run.from)).toEqual(['2025-01-03T00:00Z']);
});
