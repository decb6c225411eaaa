import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { createPrediction } from '../../../src/services/predictions/predictions.ts';
import { shippedCoverage } from '../../support/cases.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** No feed covers every vendor, so that no machine can settle the NO of a claim about any vendor. */

const feeds: readonly FeedInput[] = [
  { slug: 'litellm', adapter: 'litellm', url: 'https://litellm.test/prices.json' },
  { slug: 'models-dev', adapter: 'models_dev', url: 'https://models.test/api.json' },
];

let world: World;
beforeAll(async () => {
  const opened = await openWorld();
  world = { ...opened, deps: { ...opened.deps, coverage: shippedCoverage() } };
});
beforeEach(() => world.reset({ now: '2026-01-01', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

test('the claim is warned about when it is made, and proposed for a person after its deadline', async () => {
  const lists = { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) };
  await readAt(world, '2026-01-01', lists);
  const criterion: Criterion = {
    op: 'released',
    model: { vendor: 'any', family: 'any', version: { gte: '90' }, tier: 'any' },
    by: '2026-03-31',
  };
  const input = { slug: 'any', statement: 'Somebody releases a version 90.', madeAt: '2026-01-01', criterion };
  const { warnings } = await createPrediction(world.deps, input);
  expect(warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['no_never_settles']));
  for (const day of ['2026-03-30', '2026-04-20', '2026-11-20']) await readAt(world, day, lists);
  expect(await resolutions(world, 'any')).toEqual([]);
  const { status, leaning } = await view(world, 'any');
  expect([status, leaning?.outcome]).toEqual(['proposed', 'no']);
  const { evaluation } = await getPredictionExplanation(world.deps, 'any', null);
  expect(evaluation.explanation.text).toContain("no feed's coverage of every vendor was measured");
});
