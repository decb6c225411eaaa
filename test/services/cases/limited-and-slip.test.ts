import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadCase, playCase, shippedCoverage } from '../../support/cases.ts';
import { resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

/** Claude Mythos 5 for approved customers, a price that two catalogues had wrong for 28 hours, and ends of models. */

const given = loadCase('limited-and-slip');
let world: World;
beforeAll(async () => {
  world = await openWorld();
  const played: World = { ...world, deps: { ...world.deps, coverage: shippedCoverage() } };
  await playCase(played, given, { until: '2026-11-28' });
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      given.claims.map(async ({ slug }) => {
        const { status, resolution, leaning } = await view(world, slug);
        return [slug, [status, resolution?.outcome ?? leaning?.outcome ?? null, leaning?.reason ?? null].join(' ')];
      }),
    ),
  );

test('what happened is settled, by the days that were stated, and nothing else is', async () => {
  expect((await states())['opus41-retired-2026']).toBe('resolved yes ');
  expect(await resolutions(world, 'opus41-retired-2026')).toEqual([expect.stringMatching(/^yes 2026-08-05 /)]);
  expect(await resolutions(world, 'codex52-retired')).toEqual([expect.stringMatching(/^yes 2026-07-23 /)]);
  const settled = Object.entries(await states()).filter(([, state]) => state.startsWith('resolved'));
  expect(settled.map(([slug]) => slug).sort()).toEqual(['codex52-retired', 'opus41-retired-2026']);
});

test('neither the limited model nor the price that was corrected counts', async () => {
  expect(await states()).toMatchObject({
    'mythos-public': 'open  ',
    'sonnet5-over-12': 'open  ',
    'price-71000': 'open  ',
    'llama33-71000': 'open  ',
  });
});

test('an end at a host, in a plan, or in one catalogue alone settles nothing', async () => {
  const found = await states();
  for (const slug of [
    'o3-retired-by-1031',
    'flash25-retired-by-1031',
    'flashlive31-retired-by-0630',
    'devstral2-retired',
  ])
    expect([slug, found[slug]?.split(' ')[0]]).toEqual([slug, expect.stringMatching(/^(open|proposed)$/)]);
});
