import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { importOrders, loadCase, playCase, shippedCoverage } from '../../support/cases.ts';
import { resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** models.dev moved the release date of Claude Sonnet 5 a day back a week later, to before its own last read without it. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const given = loadCase('edited-date');

describe.each([
  ['the shipped coverage', shippedCoverage],
  ['origins that miss nothing', () => world.deps.coverage],
])('with %s', (_name, coverage) => {
  test.each(importOrders(given))('imported $title, the edited date settles no yes', async ({ order }) => {
    const played: World = { ...world, deps: { ...world.deps, coverage: coverage() } };
    await playCase(played, given, { order, until: '2026-11-28' });
    expect(await resolutions(played, 'sonnet-5')).toEqual([]);
    expect((await view(played, 'sonnet-5')).status).toBe('open');
    const { evaluation } = await getPredictionExplanation(played.deps, 'sonnet-5', null);
    expect(evaluation.explanation.reason).toBe('straddles_window');
    expect(evaluation.explanation.text).toContain('/2026-07-01T15:24:00Z');
  });
});
