import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { record, resolutions, view } from '../../support/play.ts';
import { toBytes } from '../../support/wire.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-01-01' }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const more = [...oldModels, 'gpt-5'];

/** Imports what a feed served at some times, in order; the resolver's minute passes after each. */
async function importAll(slug: string, served: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [time, models] of Object.entries(served)) {
    const payload = slug === 'litellm' ? litellm(models) : modelsDev(models);
    await createFeedSnapshot(world.deps, slug, instantOf(time), toBytes(payload));
    await resolveDue(world.deps);
  }
}

describe('an archive that is imported later, snapshot by snapshot', () => {
  beforeEach(async () => {
    await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    await importAll('litellm', { '2025-01-01': oldModels, '2025-01-10': more, '2025-01-12': more });
  });

  test('settles nothing by a row that has no second snapshot yet', async () => {
    await importAll('models-dev', { '2025-01-01': oldModels, '2025-01-10T06:00:00Z': more });
    expect((await view(world, 'gpt-5')).status).toBe('proposed');
    await importAll('models-dev', { '2025-01-10T18:00:00Z': oldModels, '2025-01-20': oldModels });
    expect((await view(world, 'gpt-5')).status).toBe('proposed');
    expect(await resolutions(world, 'gpt-5')).toEqual([]);
  });

  test('settles it by the next snapshot with the row, known at the time of that snapshot', async () => {
    await importAll('models-dev', { '2025-01-01': oldModels, '2025-01-10T06:00:00Z': more, '2025-01-17': more });
    expect(await resolutions(world, 'gpt-5')).toEqual([expect.stringContaining('known 2025-01-17T00:00Z by resolver')]);
  });
});
