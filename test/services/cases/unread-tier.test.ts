import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { importOrders, loadCase, playCase } from '../../support/cases.ts';
import { resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** Both catalogues list `gemini-4-argon` before anybody has said what "argon" is. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const given = loadCase('unread-tier');

test.each(importOrders(given))('imported $title, the name holds the no back and is named', async ({ order }) => {
  await playCase(world, given, { order, until: '2026-11-28' });
  const { status, leaning } = await view(world, 'gemini-4');
  expect([status, leaning?.reason]).toEqual(['proposed', 'may_match']);
  expect(await resolutions(world, 'gemini-4')).toEqual([]);
  const { evaluation } = await getPredictionExplanation(world.deps, 'gemini-4', null);
  const names = evaluation.explanation.witnesses.map(({ name }) => name.split('/').at(-1));
  expect(new Set(names)).toEqual(new Set(['gemini-4-argon']));
});
