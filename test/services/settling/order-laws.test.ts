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

/**
 * The order in which archives are imported changes no answer, no date and no dispute of what they settle, and neither do
 * payloads that are imported again. With fewer payloads fewer claims are settled, but none otherwise.
 */

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

/** Each feed is left out, or starts late; in the fast suite one of them. */
const lessOften = archivedFeeds.map(({ slug }) => slug).slice(0, samples(4, 1));

type Archives = ReturnType<typeof makeArchives>;

async function importAll(archives: Archives): Promise<readonly FinalAnswer[]> {
  await world.reset({ now: '2025-06-01', feeds: archivedFeeds });
  await recordArchiveClaims(world);
  await importArchives(world, archives);
  return await finalAnswers(world);
}

const importIn = (seed: number, order: Parameters<typeof inOrder>[1]): Promise<readonly FinalAnswer[]> =>
  importAll(inOrder(makeArchives(seed), order));

/** What two imports settled differently; what only one of them settled is no conflict. */
function conflicts(some: readonly FinalAnswer[], all: readonly FinalAnswer[]): string[] {
  const settled = new Map(all.filter(({ state }) => state === 'resolved').map((answer) => [answer.slug, answer]));
  return some.flatMap(({ slug, state, outcome }) => {
    const other = settled.get(slug);
    return state !== 'resolved' || other === undefined || other.outcome === outcome
      ? []
      : [`${slug}: ${outcome}, with all archives ${other.outcome}`];
  });
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

  test('imported twice they give the same answers', async () => {
    const twice = makeArchives(seed).flatMap((served) => [served, served]);
    expect((await importAll(twice)).map(shown)).toEqual(byTime.map(shown));
  });

  test.each(lessOften)('without the feed %s no answer contradicts', async (missing) => {
    const rest = makeArchives(seed).filter(({ slug }) => slug !== missing);
    expect(conflicts(await importAll(rest), byTime)).toEqual([]);
  });

  test.each(lessOften)('if the feed %s starts late no answer contradicts', async (late) => {
    const archives = makeArchives(seed);
    const start = archives[Math.floor(archives.length / 2)]?.at ?? 0;
    const rest = archives.filter(({ slug, at }) => slug !== late || at >= start);
    expect(conflicts(await importAll(rest), byTime)).toEqual([]);
  });
});
