import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  archivedFeeds,
  type FinalAnswer,
  finalAnswers,
  importArchives,
  inOrder,
  makeArchives,
  recordArchiveClaims,
} from '../../support/archives.ts';
import { misreported } from '../../support/play.ts';
import { samples } from '../../support/samples.ts';
import { openWorld, type World } from '../../support/world.ts';

/** The order in which archives are imported changes no answer, no date and no dispute of what they settle. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(() => world.close());

/** In the second an earlier read narrows brackets, in the fourth and the fifth a price satisfies a claim only for a while. */
const seeds = [4, 1, 2, 3, 9, 10].slice(0, samples(6, 1));

async function importIn(seed: number, order: Parameters<typeof inOrder>[1]): Promise<readonly FinalAnswer[]> {
  await world.reset({ now: '2025-06-01', feeds: archivedFeeds });
  await recordArchiveClaims(world);
  await importArchives(world, inOrder(makeArchives(seed), order));
  return await finalAnswers(world);
}

/**
 * What all archives together leave undetermined cannot be unresolved where a part of them had settled it: then a person must
 * decide, as for a proposal.
 */
function shown(answer: FinalAnswer): string {
  const { slug, state, outcome, effectiveAt, knownAt, disputes } = answer;
  return state === 'resolved'
    ? `${slug}: ${outcome} ${effectiveAt} known ${knownAt}${disputes}`
    : `${slug}: not settled`;
}

describe.each(seeds)('archives %i', (seed) => {
  let byTime: readonly FinalAnswer[];
  beforeAll(async () => {
    byTime = await importIn(seed, 'time');
  });

  test('some claims are settled', () => {
    expect(byTime.filter(({ state }) => state === 'resolved').length).toBeGreaterThan(2);
  });

  test.each(['feeds', 'reversed', 7 * seed] as const)(
    'imported in the order %s they give the same answers',
    async (order) => {
      const outcomesInOrder = await importIn(seed, order);
      expect(outcomesInOrder.map(shown)).toEqual(byTime.map(shown));
    },
  );
});
