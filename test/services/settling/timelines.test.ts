import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { type Claim, loadTimeline, loadTimelines, timelineKey } from '../../../src/services/settling/timelines.ts';
import { litellm, modelsDev } from '../../support/listings.ts';
import { readAt } from '../../support/play.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

const at = instantOf('2025-03-01');

function claim(vendor: string, family: string, op: 'released' | 'retired' = 'released'): Claim {
  const criterion: Criterion = { op, model: { vendor, family, tier: 'any' }, by: '2025-02-15' };
  return { criterion, madeFrom: instantOf('2025-01-05') };
}

const claims: readonly Claim[] = [
  claim('openai', 'gpt'),
  claim('openai', 'o'),
  claim('openai', 'any'),
  claim('any', 'claude'),
  claim('any', 'any'),
  claim('anthropic', 'claude'),
  claim('openai', 'gpt', 'retired'),
  {
    criterion: { op: 'all', of: [claim('openai', 'o').criterion, claim('anthropic', 'claude').criterion] },
    madeFrom: at,
  },
];

let world: World;
beforeAll(async () => {
  world = await openWorld();
  const ids = ['gpt-4o', 'o3', 'claude-3-opus-20240229', 'gpt-6-nova', 'claude-zephyr-6', 'zephyr'];
  await readAt(world, '2025-01-02', { litellm: litellm(ids.slice(0, 1)), 'models-dev': modelsDev(ids) });
  await readAt(world, '2025-02-20', { litellm: litellm(ids), 'models-dev': modelsDev(ids) });
});
afterAll(() => world.close());

describe('timelines loaded for several claims', () => {
  test.each([
    ['a family by name', 0, ['gpt-4o']],
    ['every family of a vendor', 2, ['gpt-4o', 'o3']],
    ['a family of any vendor', 3, ['claude-3-opus-20240229']],
    ['anything', 4, ['claude-3-opus-20240229', 'gpt-4o', 'o3']],
    ['two families of two vendors', 7, ['claude-3-opus-20240229', 'o3']],
  ])('contain %s and nothing else', async (_name, index, names) => {
    const timelines = await loadTimelines(world.db.sql, world.deps, claims, at);
    const timeline = timelines.get(timelineKey(claims[index] ?? claim('any', 'any')));
    expect([...new Set(timeline?.sightings.map((sighting) => sighting.name))].sort()).toEqual(names);
  });

  test.each([
    ['a family by name', 0, ['gpt-6-nova']],
    ['an undeclared family', 1, []],
    ['every family of a vendor', 2, ['gpt-6-nova', 'zephyr']],
    ['a family of any vendor', 3, ['claude-zephyr-6']],
    ['anything', 4, ['claude-zephyr-6', 'gpt-6-nova', 'zephyr']],
  ])('contain the unread names that may belong to %s', async (_name, index, names) => {
    const timelines = await loadTimelines(world.db.sql, world.deps, claims, at);
    const timeline = timelines.get(timelineKey(claims[index] ?? claim('any', 'any')));
    expect([...new Set(timeline?.unread?.map(({ name }) => name))].sort()).toEqual(names);
  });

  test('contain the sightings that each claim would load alone, and every read', async () => {
    const timelines = await loadTimelines(world.db.sql, world.deps, claims, at);
    for (const one of claims) {
      const alone = await loadTimeline(world.db.sql, world.deps, [one], at);
      const together = timelines.get(timelineKey(one));
      expect(together?.sightings).toEqual(alone.sightings);
      expect(together?.unread).toEqual(alone.unread);
      expect(together?.feeds).toEqual(alone.feeds);
      for (const [key, reads] of alone.reads)
        expect(together?.reads.get(key)).toEqual(expect.arrayContaining([...reads]));
    }
  });
});
