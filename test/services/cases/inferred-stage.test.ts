import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { litellm, modelsDev } from '../../support/listings.ts';
import { readAt, record, resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** DeepSeek V4 Pro was a preview from April to August 2026. Both catalogues list it under a bare id from April. */

const feeds: readonly FeedInput[] = ['litellm', 'models_dev', 'ledger'].map((adapter) => ({
  slug: adapter.replace('_', '-'),
  adapter,
  url: `https://${adapter.replace('_', '-')}.test/list`,
}));

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-04-01', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const claim = (by: string, stage?: 'ga'): Criterion => ({
  op: 'released',
  model: { vendor: 'deepseek', family: 'deepseek-v', version: '4', tier: ['pro'], ...(stage && { stage }) },
  by,
});
const old = ['deepseek-v3', 'deepseek-v3.1', 'deepseek-r1'];
const lists = (ids: readonly string[]) => ({
  litellm: litellm(Object.fromEntries(ids.map((id) => [`deepseek/${id}`, { host: 'deepseek' }]))),
  'models-dev': modelsDev(ids, 'deepseek'),
});
const entry = (stage: string, day: string) => ({
  id: 'deepseek-v4-pro',
  vendor: 'deepseek',
  stage,
  released: day,
  published_at: day,
  source_url: 'https://api-docs.deepseek.com/updates',
});
const ledger = (reviewed_through: string, ...entries: object[]) => ({
  format: 'outturn-ledger/1',
  reviewed_through,
  entries,
});
const outcomes = async (slug: string) => (await resolutions(world, slug)).map((text) => text.split(' known ')[0]);

async function play(isReviewed: boolean): Promise<void> {
  await readAt(world, '2026-04-01', lists(old));
  await record(world, 'any-stage', claim('2026-07-31'), { madeAt: '2026-04-01' });
  await record(world, 'ga-by-july', claim('2026-07-31', 'ga'), { madeAt: '2026-04-01' });
  await record(world, 'ga-by-august', claim('2026-08-31', 'ga'), { madeAt: '2026-04-01' });
  const all = [...old, 'deepseek-v4-pro'];
  const preview = entry('preview', '2026-04-24');
  await readAt(world, '2026-04-23', lists(old));
  await readAt(world, '2026-04-25', lists(all));
  if (isReviewed) await readAt(world, '2026-04-25', { ledger: ledger('2026-04-25', preview) });
  for (const day of ['2026-04-27', '2026-07-30', '2026-08-10', '2026-08-15']) await readAt(world, day, lists(all));
  const general = entry('general', '2026-08-12');
  if (isReviewed) await readAt(world, '2026-08-15', { ledger: ledger('2026-08-15', preview, general) });
  for (const day of ['2026-09-15', '2026-11-20']) await readAt(world, day, lists(all));
}

test('a stage that is reviewed outranks the one that a bare id suggests', async () => {
  await play(true);
  expect(await outcomes('any-stage')).toEqual(['yes 2026-04-24']);
  expect((await outcomes('ga-by-july')).filter((text) => text?.startsWith('yes'))).toEqual([]);
  // One origin states it. Two others list the model by a bare id, which is no denial.
  const { status, leaning } = await view(world, 'ga-by-august');
  expect([status, leaning?.outcome, leaning?.reason]).toEqual(['proposed', 'yes', 'below_policy']);
});

test('a bare id of a family that does not mark its previews is no evidence of general availability', async () => {
  await play(false);
  expect(await resolutions(world, 'ga-by-july')).toEqual([]);
  expect((await view(world, 'ga-by-july')).status).toBe('proposed');
  expect((await outcomes('any-stage'))[0]).toMatch(/^yes /);
});
