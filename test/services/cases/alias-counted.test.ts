import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** `gpt-5.6` stands for `gpt-5.6-sol`, and OpenRouter's `-pro` of Sol, Luna and Terra is a reasoning mode: three models. */

const feeds: readonly FeedInput[] = [
  ...catalogues,
  { slug: 'openrouter', adapter: 'openrouter', url: 'https://openrouter.test/models' },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-06-01', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const atLeast = (at_least: number): Criterion => ({
  op: 'count',
  model: { vendor: 'openai', family: 'gpt', version: '5.6', tier: 'any' },
  at_least,
  distinct: 'model',
});
const names = ['gpt-5.6', 'gpt-5.6-sol', 'gpt-5.6-luna', 'gpt-5.6-terra'];
const presets = ['gpt-5.6-sol-pro', 'gpt-5.6-luna-pro', 'gpt-5.6-terra-pro'];
const lists = (ids: readonly string[], more: readonly string[]) => ({
  litellm: litellm(ids),
  'models-dev': modelsDev(ids),
  openrouter: { data: [...ids, ...more].map((id) => ({ id: `openai/${id}`, pricing: { prompt: '0.000001' } })) },
});

test('an alias and a preset of a model are not counted beside it', async () => {
  await record(world, 'three', atLeast(3), { madeAt: '2026-06-01' });
  await record(world, 'four', atLeast(4), { madeAt: '2026-06-01' });
  await readAt(world, '2026-06-20', lists(oldModels, []));
  for (const day of ['2026-07-10', '2026-07-12', '2026-11-20'])
    await readAt(world, day, lists([...oldModels, ...names], presets));
  expect((await view(world, 'three')).resolution?.outcome).toBe('yes');
  expect(await resolutions(world, 'four')).toEqual([]);
  expect((await view(world, 'four')).status).toBe('open');
});
