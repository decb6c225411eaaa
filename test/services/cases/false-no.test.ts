import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { getPredictionExplanation } from '../../../src/services/predictions/explanations.ts';
import { importOrders, loadCase, playCase, shippedCoverage } from '../../support/cases.ts';
import { resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** Qwen3-VL came out in September 2025. LiteLLM first listed it 84 days later, OpenRouter's first read two days after that. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const given = loadCase('false-no');

describe.each([
  ['the shipped coverage', shippedCoverage],
  ['origins that miss nothing', () => world.deps.coverage],
])('with %s', (_name, coverage) => {
  test.each(importOrders(given))('imported $title, the claim is never settled no', async ({ order }) => {
    const played: World = { ...world, deps: { ...world.deps, coverage: coverage() } };
    await playCase(played, given, { order, until: '2026-02-15' });
    expect(await resolutions(played, 'qwen3-vl')).toEqual([]);
    expect(['open', 'proposed']).toContain((await view(played, 'qwen3-vl')).status);
    const { evaluation } = await getPredictionExplanation(played.deps, 'qwen3-vl', null);
    expect(evaluation.explanation.reason).toBe('straddles_window');
    expect(evaluation.explanation.text).toContain('openrouter from 2025-12-18');
  });
});
