import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, record, resolutions, view } from '../../support/play.ts';
import { catalogues, openWorld, type World } from '../../support/world.ts';

/** Names in a vendor's own namespace that nobody can read in full yet, and models for approved customers. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-08-01', feeds: catalogues }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const both = (more: readonly string[]) => ({
  litellm: litellm([...oldModels, ...more]),
  'models-dev': modelsDev([...oldModels, ...more]),
});
const claim: Criterion = {
  op: 'released',
  model: { vendor: 'openai', family: 'gpt', version: '7', tier: 'any' },
  by: '2026-10-31',
};

async function play(more: readonly string[], from = '2026-10-02'): Promise<void> {
  await readAt(world, '2026-08-01', both(from < '2026-08-02' ? more : []));
  world.clock.set('2026-08-02');
  await record(world, 'seven', claim, { madeAt: '2026-08-02' });
  await readAt(world, '2026-08-03', both(from < '2026-08-02' ? more : []));
  for (const day of ['2026-10-02', '2026-10-20', '2026-11-20']) await readAt(world, day, both(more));
}

test('without such a name the claim resolves to no', async () => {
  await play([]);
  expect(await resolutions(world, 'seven')).toHaveLength(1);
});

test('an unknown tier holds the NO back and is named', async () => {
  await play(['gpt-7-argon']);
  const { status, leaning } = await view(world, 'seven');
  expect([status, leaning?.outcome, leaning?.reason]).toEqual(['proposed', 'yes', 'may_match']);
  const { evaluation } = await getPredictionExplanation(world.deps, 'seven', null);
  expect(evaluation.explanation.text).toContain('"argon"');
  expect(evaluation.explanation.witnesses.map((witness) => witness.name)).toContain('gpt-7-argon');
});

test('a name that was listed before the window opened does not hold it back', async () => {
  await play(['gpt-7-argon'], '2026-08-01');
  expect((await resolutions(world, 'seven')).map((text) => text.split(' ')[0])).toEqual(['no']);
});

test('a name of another version or family does not hold it back', async () => {
  await play(['gpt-6-argon', 'o7-argon']);
  expect((await resolutions(world, 'seven')).map((text) => text.split(' ')[0])).toEqual(['no']);
});
