import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, record, resolutions } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** models.dev listed GPT-5.2 at 20:31 on the day of its release, and dated it so; LiteLLM half an hour after midnight. */

const feeds: readonly FeedInput[] = catalogues;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2025-12-01', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

test('the row that is dated on the day of its first sighting bounds the release', async () => {
  const rows = (date?: string) =>
    modelsDev({ ...Object.fromEntries(oldModels.map((id) => [id, {}])), ...(date && { 'gpt-5.2': date }) });
  await record(world, 'by-the-11th', gptReleased('5.2', { by: '2025-12-11' }), { madeAt: '2025-12-01' });
  await readAt(world, '2025-12-10T20:00:00Z', { litellm: litellm(oldModels), 'models-dev': rows() });
  await readAt(world, '2025-12-11T20:31:00Z', { 'models-dev': rows('2025-12-11') });
  await readAt(world, '2025-12-12T00:37:00Z', { litellm: litellm([...oldModels, 'gpt-5.2']) });
  await readAt(world, '2025-12-14', { litellm: litellm([...oldModels, 'gpt-5.2']), 'models-dev': rows('2025-12-11') });
  expect(await resolutions(world, 'by-the-11th')).toEqual([expect.stringMatching(/^yes 2025-12-11 known/)]);
});
