import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { eventTypes, readAt, record, resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** A model that its vendor withdrew for some weeks and lists as active again, by the vendor's own list. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() =>
  world.reset({
    now: '2026-06-01',
    feeds: [{ slug: 'anthropic', adapter: 'anthropic_models', url: 'https://anthropic.test/v1/models' }],
  }),
);
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const list = (lifecycle: string) => ({
  data: [
    { id: 'claude-opus-4-5', type: 'model', created_at: '2025-11-24T00:00:00Z', lifecycle: 'active' },
    { id: 'claude-fable-5', type: 'model', created_at: '2026-06-09T00:00:00Z', lifecycle },
  ],
});
const withdrawn: Criterion = {
  op: 'retired',
  model: { vendor: 'anthropic', family: 'claude', version: '5', tier: ['fable'] },
};

test('a reversed withdrawal is disputed once, and the resolution remains', async () => {
  await record(world, 'withdrawn', withdrawn, { madeAt: '2026-06-01' });
  await readAt(world, '2026-06-09', { anthropic: list('active') });
  await readAt(world, '2026-06-13', { anthropic: list('retired') });
  expect(await view(world, 'withdrawn')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
  await readAt(world, '2026-07-01', { anthropic: list('active') });
  await readAt(world, '2026-07-02', { anthropic: list('active') });
  expect(await view(world, 'withdrawn')).toMatchObject({
    status: 'disputed',
    resolution: { outcome: 'yes' },
    leaning: { outcome: null, reason: 'reinstated' },
  });
  expect(await resolutions(world, 'withdrawn')).toHaveLength(1);
  expect(await eventTypes(world, 'withdrawn')).toEqual([
    'prediction.created',
    'prediction.resolved',
    'prediction.disputed',
  ]);
});

test('a claim recorded after the return is left to a person', async () => {
  await readAt(world, '2026-06-09', { anthropic: list('active') });
  await readAt(world, '2026-06-13', { anthropic: list('retired') });
  await readAt(world, '2026-07-01', { anthropic: list('active') });
  const { status } = await record(world, 'withdrawn', withdrawn, { madeAt: '2026-06-01' });
  expect(status).toBe('proposed');
});
