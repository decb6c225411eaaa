import { describe, expect, it } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import { early, feedSetups } from '../../support/feed-setups.ts';
import { isTrue } from '../../support/oracle.ts';
import { samples } from '../../support/samples.ts';
import { released, terms, timeline } from '../../support/timelines.ts';
import {
  feedsOf,
  hours,
  listWorlds,
  moment,
  type Setup,
  sightingsOf,
  type World,
  worldKey,
} from '../../support/tiny-worlds.ts';

const last = hours(14);
const setups: readonly Setup[] = feedSetups(last);

const day = (number: number): string => `2025-08-${String(number).padStart(2, '0')}`;
const leaves = [
  released({ from: '2025-07-29', by: day(4) }),
  released({ from: '2025-07-29', by: day(6) }),
  released({ from: '2025-07-29', by: day(9) }),
  released({ from: '2025-07-29', by: day(11) }),
  released({ from: day(3), by: day(5) }),
  released({ from: day(3), by: day(4), tier: 'any' }),
  released({ from: day(3), by: day(9), tier: 'any' }),
];

type Group = { readonly world: World; readonly worlds: World[] };

/** Worlds that look the same up to a moment, all of them together. */
function groupWorlds(setup: Setup, worlds: readonly World[], until: number): Group[] {
  const groups = new Map<string, Group>();
  for (const world of worlds) {
    const key = worldKey(setup, world, until);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { world, worlds: [world] });
    else group.worlds.push(world);
  }
  return [...groups.values()];
}

type Tally = {
  asked: number;
  undetermined: number;
  ordinary: number;
  ordinaryOpen: number;
  decidable: number;
  missed: string[];
  wrong: string[];
};

/** Asks about a part of the groups: enough to break a wrong rule, few enough to be quick. */
function askGroups(setup: Setup, worlds: readonly World[], until: number, tally: Tally): void {
  const groups = groupWorlds(setup, worlds, until);
  const step = Math.max(1, Math.floor(groups.length / samples(250, 25)));
  const feeds = feedsOf(setup, until);
  const covered = setup.feeds.filter(
    (feed) => (feed.reads[0] ?? 0) <= early + 12 && (feed.reads.at(-1) ?? 0) >= hours(13),
  ).length;
  for (const [nth, group] of groups.entries()) {
    const owing = until === last && group.world.dating === 'none' && isOrdinary(group);
    if (nth % step !== 0 && !(owing && nth % samples(1, 4) === 0)) continue;
    const rows = sightingsOf(setup, group.world, until, null);
    const seen = timeline(feeds, rows);
    // At the end the clock runs on for a day, so that the last rows have lasted.
    const at = moment(until) + (until === last ? 86_400_000 : 0);
    for (const leaf of leaves) {
      const { verdict } = evaluate(leaf, seen, at, terms({ made: leaf.from ?? day(1) }));
      const values = new Set(group.worlds.map((world) => isTrue(leaf, { '': world.release })));
      const story = (): string =>
        `${setup.name} until ${until}: ${verdict}, ${JSON.stringify(leaf)}, ${JSON.stringify(group.worlds.slice(0, 3))}`;
      tally.asked += 1;
      if (until === last && isOrdinary(group)) {
        tally.ordinary += 1;
        if (verdict === 'undetermined') tally.ordinaryOpen += 1;
      }
      if (verdict === 'undetermined') tally.undetermined += 1;
      else if (values.has(verdict !== 'yes')) tally.wrong.push(story());
      if (!isOwed(group, leaf, rows.length, covered, until)) continue;
      tally.decidable += 1;
      if (verdict === 'undetermined') tally.missed.push(story());
    }
  }
}

/** A release is listed by every feed that is not odd within a lag and a gap of polls, in hours. */
const spareMax = 72;

/** Whether what is seen may be a world in which no feed is odd. */
function isOrdinary(group: Group): boolean {
  return group.worlds.some((world) => world.odd === null);
}

/**
 * Where the engine owes an answer, because every world that looks so agrees and nothing is needed that it may not assume:
 * two feeds were read from before to after, the window opens before all of it, no feed need be odd (a lone listing may be
 * a placeholder, and a feed alone in not listing it may be blind), for a no nothing was ever listed, and for a yes it was out
 * long enough before the deadline to be listed twice before it.
 */
function isOwed(group: Group, leaf: (typeof leaves)[number], rows: number, covered: number, until: number): boolean {
  if (leaf.from !== '2025-07-29' || covered < 2 || group.world.dating !== 'none' || until < last || !isOrdinary(group))
    return false;
  const isAll = (value: boolean, spareHours: number): boolean =>
    group.worlds.every(({ release }) => isTrue(leaf, { '': release === null ? null : release + spareHours }) === value);
  return isAll(true, spareMax) || (rows === 0 && isAll(false, 0));
}

describe('the engine in every small world', () => {
  const moments = [hours(8, 6), last, hours(5, 3)].slice(0, samples(3, 2));
  const tally: Tally = { asked: 0, undetermined: 0, ordinary: 0, ordinaryOpen: 0, decidable: 0, missed: [], wrong: [] };
  it.each(setups.map((setup) => [setup.name, setup] as const))(
    '%s: it never contradicts a world with the same evidence',
    (_name, setup) => {
      const worlds = listWorlds(setup);
      for (const until of moments) askGroups(setup, worlds, until, tally);
      expect(tally.wrong.splice(0).slice(0, 5)).toEqual([]);
    },
  );

  it('it decides what all worlds with the same evidence agree on', () => {
    expect(tally.missed.slice(0, 5)).toEqual([]);
    expect(tally.decidable).toBeGreaterThan(samples(400, 100));
  });

  it('it is not always undetermined, nor often', () => {
    const [share, ordinary] = [tally.undetermined / tally.asked, tally.ordinaryOpen / tally.ordinary];
    const [all, late] = [share, ordinary].map((part) => `${Math.round(part * 100)} %`);
    console.info(
      `oracle: ${tally.asked} answers, ${all} undetermined (${late} at the end where nothing is odd), ${tally.decidable} owed and given`,
    );
    expect(share).toBeLessThan(0.75);
    expect(ordinary).toBeLessThan(0.5);
  });
});

describe('the engine in worlds with two models', () => {
  const mini = (by: number): Criterion => released({ from: '2025-07-29', by: day(by), tier: ['mini'] });
  const plain = (by: number): Criterion => released({ from: '2025-07-29', by: day(by) });
  const claims: readonly Criterion[] = [
    released({ from: '2025-07-29', by: day(5), tier: 'any' }),
    { op: 'all', of: [plain(6), mini(6)] },
    { op: 'any', of: [plain(4), mini(4)] },
    { op: 'all', of: [plain(8), { op: 'not', of: mini(5) }] },
    { op: 'not', of: { op: 'any', of: [plain(3), { op: 'not', of: mini(8) }] } },
  ];

  it.each(setups.map((setup) => [setup.name, setup] as const))('%s: it never contradicts the world', (_name, setup) => {
    const worlds = listWorlds(setup).filter((world) => world.dropped === 'none');
    const feeds = feedsOf(setup, last);
    const counts = { yes: 0, no: 0, undetermined: 0 };
    // A fixed walk through the pairs; the same feed is odd about both.
    for (let nth = 0; nth < samples(300, 50); nth += 1) {
      const one = worlds[(nth * 7919) % worlds.length];
      const alike = worlds.filter((world) => world.odd === null || one?.odd?.feed === world.odd.feed);
      const other = alike[(nth * 104_729) % alike.length];
      if (one === undefined || other === undefined) continue;
      const seen = timeline(feeds, [
        ...sightingsOf(setup, one, last, null),
        ...sightingsOf(setup, other, last, 'mini'),
      ]);
      for (const claim of claims) {
        const { verdict } = evaluate(claim, seen, moment(last) + 86_400_000, terms({ made: '2025-07-29' }));
        counts[verdict] += 1;
        if (verdict !== 'undetermined')
          expect([verdict, claim, one, other]).toEqual([
            isTrue(claim, { '': one.release, mini: other.release }) ? 'yes' : 'no',
            claim,
            one,
            other,
          ]);
      }
    }
    expect(counts.yes + counts.no).toBeGreaterThan(samples(50, 10));
  });
});
