import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadCase, playCase } from '../../support/cases.ts';
import { resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** Claude Fable 5 came out on 2026-06-09, was withdrawn on 06-12 and is active again since 07-01. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

test('the release is settled, and the withdrawal is disputed once the model is back', async () => {
  await playCase(world, loadCase('suspended'), { until: '2026-11-28' });
  expect(await view(world, 'fable-released')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
  expect((await resolutions(world, 'fable-released')).at(-1)).toMatch(/^yes 2026-06-09 /);
  expect(await view(world, 'fable-withdrawn')).toMatchObject({
    status: 'disputed',
    resolution: { outcome: 'yes' },
    leaning: { outcome: null, reason: 'reinstated' },
  });
});
