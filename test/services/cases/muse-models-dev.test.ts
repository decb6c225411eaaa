import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { importOrders, loadCase, playCase } from '../../support/cases.ts';
import { resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** models.dev lists Muse Spark 1.2 under the provider `meta`, which is Meta's own; LiteLLM does not list it. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const given = loadCase('muse-models-dev');

test.each(importOrders(given))('imported $title, the claim is proposed towards yes', async ({ order }) => {
  await playCase(world, given, { order, until: '2026-11-28' });
  const { status, leaning } = await view(world, 'muse-spark-1.2');
  expect([status, leaning?.outcome, leaning?.reason]).toEqual(['proposed', 'yes', 'below_policy']);
  expect(await resolutions(world, 'muse-spark-1.2')).toEqual([]);
  const { evaluation } = await getPredictionExplanation(world.deps, 'muse-spark-1.2', null);
  expect(evaluation.explanation.witnesses.map(({ name }) => name)).toEqual(['muse-spark-1.2']);
  expect(evaluation.explanation.text).toContain('only models.dev lists it');
});
