import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { litellm, modelsDev } from '../../support/listings.ts';
import { readAt, record, resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** One copy of one catalogue named Gemini 3.1 Pro without `-preview`; the next read, 32 hours later, did not. */

const feeds: readonly FeedInput[] = [
  { slug: 'litellm', adapter: 'litellm', url: 'https://litellm.test/prices.json' },
  { slug: 'models-dev', adapter: 'models_dev', url: 'https://models.test/api.json' },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-01-01', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const claim: Criterion = {
  op: 'released',
  model: { vendor: 'google', family: 'gemini', version: '3.1', tier: ['pro'], stage: 'ga' },
};
const old = ['gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-3-pro-preview'];
const map = (ids: readonly string[]) =>
  litellm(Object.fromEntries(ids.map((id) => [`gemini/${id}`, { host: 'gemini' }])));
const own = (ids: readonly string[]) => modelsDev(ids, 'google');

test('a name that is gone at the next read is no witness, however long that took', async () => {
  await record(world, 'general', claim, { madeAt: '2026-01-01' });
  const preview = [...old, 'gemini-3.1-pro-preview'];
  await readAt(world, '2026-02-01', { litellm: map(old), 'models-dev': own(old) });
  await readAt(world, '2026-02-20T00:00:00Z', { litellm: map(preview), 'models-dev': own(preview) });
  await readAt(world, '2026-03-01T00:00:00Z', { 'models-dev': own([...preview, 'gemini-3.1-pro']) });
  await readAt(world, '2026-03-02T08:00:00Z', { 'models-dev': own(preview) });
  await readAt(world, '2026-03-03', { litellm: map([...preview, 'gemini-3.1-pro']) });
  await readAt(world, '2026-03-05', { litellm: map([...preview, 'gemini-3.1-pro']), 'models-dev': own(preview) });
  expect(await resolutions(world, 'general')).toEqual([]);
  expect(['open', 'proposed']).toContain((await view(world, 'general')).status);
});
