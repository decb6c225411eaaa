import type { Sighting } from '../../src/domain/evidence/timeline.ts';
import type { FeedSetups } from './feed-setups.ts';
import { at, feed, sighting, type TestFeed, type TestVersion } from './timelines.ts';

/**
 * Tiny worlds: when one model is released, how one feed is odd, and what polls therefore show. The world model:
 * - Every feed lists a released model within its lag, and keeps it for at least seven and a half days.
 * - Once a feed is read at all, its polls are at most two days apart.
 * - At most one feed is odd: it never lists the model, or lists it before the release, for one poll or permanently.
 * - The vendor's own feed is never odd.
 * - A stated day is the true one; or twenty days early (an announcement); or three days early (the date in an id); or
 *   one day late, in a row that was listed before that day.
 * - A placeholder in one feed does not begin on the very day in an id elsewhere, because the engine takes two such
 *   independent facts for the release.
 * Hours count from 2025-08-01T00:00Z.
 */

export type Setup = FeedSetups;

export type Odd = { readonly feed: number; readonly kind: 'blind' | 'slip' | 'placeholder'; readonly read: number };
export type Dating = 'none' | 'true' | 'early' | 'edited' | 'next' | 'stamped';

export type World = {
  readonly release: number | null;
  /** Hours after the release at which each feed lists it. */
  readonly delays: readonly number[];
  readonly odd: Odd | null;
  /** Which feeds drop the row seven and a half days after they listed it. */
  readonly dropped: 'none' | 'first' | 'all';
  /** How the first feed dates its row. */
  readonly dating: Dating;
};

export const hours = (day: number, hour = 0): number => (day - 1) * 24 + hour;

const releaseSlots = [
  null,
  ...Array.from({ length: 16 }, (_, slot) => hours(1 + (slot >> 1), slot % 2 === 0 ? 6 : 18)),
];

export function listWorlds(setup: Setup): World[] {
  const worlds: World[] = [];
  for (const release of releaseSlots)
    for (const delays of listDelays(setup))
      for (const odd of listOdds(setup))
        for (const dropped of release === null ? (['none'] as const) : droppings)
          for (const dating of release === null || dropped !== 'none' ? (['none'] as const) : datings)
            worlds.push({ release, delays, odd, dropped, dating });
  return worlds.filter((world) => !isCoincidence(world));
}

function isCoincidence({ release, odd, dating }: World): boolean {
  if (release === null || odd === null || dating !== 'stamped' || odd.feed === 0) return false;
  return odd.kind !== 'blind' && Math.floor(odd.read / 24) === Math.floor(release / 24) - 3;
}

const droppings = ['none', 'first', 'all'] as const;
/** Longer than the time within which a feed must first have been read after a window opened. */
const droppedAfterHours = 180;

const datings: readonly Dating[] = ['none', 'true', 'early', 'edited', 'next', 'stamped'];

function listDelays(setup: Setup): number[][] {
  return setup.feeds.reduce<number[][]>(
    (partial, { lag, firstParty }) =>
      partial.flatMap((delays) => (lag === 0 || firstParty ? [0] : [0, lag]).map((delay) => [...delays, delay])),
    [[]],
  );
}

function listOdds(setup: Setup): (Odd | null)[] {
  const odds: (Odd | null)[] = [null];
  setup.feeds.forEach(({ reads, firstParty }, index) => {
    if (firstParty) return;
    odds.push({ feed: index, kind: 'blind', read: 0 });
    for (const read of reads.filter((moment) => moment >= 0 && moment < hours(7)).filter((_, nth) => nth % 3 === 0))
      odds.push({ feed: index, kind: 'slip', read }, { feed: index, kind: 'placeholder', read });
  });
  return odds;
}

function isListed(world: World, index: number, read: number): boolean {
  const { odd, release } = world;
  if (odd?.feed === index) {
    if (odd.kind === 'blind') return false;
    if (odd.kind === 'slip' ? read === odd.read : read >= odd.read) return true;
  }
  if (release === null || read < release + (world.delays[index] ?? 0)) return false;
  const drops = world.dropped === 'all' || (world.dropped === 'first' && index === 0);
  return !drops || read < release + (world.delays[index] ?? 0) + droppedAfterHours;
}

/** The day that the first feed states at a read, once it lists the model; otherwise null. */
function statedDay(world: World, index: number, read: number, setup: Setup): string | null {
  const { release, dating } = world;
  if (index !== 0 || release === null || dating === 'none') return null;
  const listed = release + (world.delays[0] ?? 0);
  if (read < listed) return null;
  const day = (shift: number): string =>
    new Date(Date.UTC(2025, 7, 1) + (release + shift * 24) * 3_600_000).toISOString().slice(0, 10);
  const firstRead = setup.feeds[0]?.reads.find((moment) => moment >= listed) ?? 0;
  if (dating === 'early') return day(-20);
  if (dating === 'stamped') return day(-3);
  if (dating === 'edited') return read < firstRead + 48 ? day(-20) : day(0);
  if (dating === 'next') return firstRead < Math.floor(release / 24 + 1) * 24 ? day(1) : day(0);
  return day(0);
}

/**
 * What each poll up to a moment shows of the model: null if it is not listed, otherwise the stated day (`''`: none).
 */
export function showPolls(setup: Setup, world: World, until: number): (string | null)[][] {
  return setup.feeds.map(({ reads }, index) =>
    reads
      .filter((read) => read <= until)
      .map((read) => (isListed(world, index, read) ? (statedDay(world, index, read, setup) ?? '') : null)),
  );
}

/** Two worlds with the same key look the same up to that moment. */
export function worldKey(setup: Setup, world: World, until: number): string {
  return JSON.stringify([showPolls(setup, world, until), world.dating === 'stamped']);
}

/** The feeds as they had been read up to a moment. */
export function feedsOf(setup: Setup, until: number): TestFeed[] {
  return setup.feeds.map(({ reads, lag, firstParty }, index) =>
    feed(`f${index}`, {
      reads: reads.filter((read) => read <= until).map(moment),
      lagHours: lag,
      trust: firstParty ? 'first_party' : 'curated',
    }),
  );
}

export function moment(hour: number): number {
  return at('2025-08-01') + hour * 3_600_000;
}

/** The rows that ingesting those polls writes. */
export function sightingsOf(setup: Setup, world: World, until: number, tier: string | null): Sighting[] {
  const feeds = feedsOf(setup, until);
  return showPolls(setup, world, until).flatMap((shown, index) => {
    const feedOf = feeds[index];
    return feedOf === undefined ? [] : runsOf(feedOf, shown, world.dating === 'stamped' && index === 0, tier);
  });
}

function runsOf(
  feedOf: TestFeed,
  shown: readonly (string | null)[],
  stamped: boolean,
  tier: string | null,
): Sighting[] {
  const rows: Sighting[] = [];
  let run: TestVersion[] = [];
  const close = (gone: number | undefined): void => {
    const [first, ...edits] = run;
    if (first?.at === undefined) return;
    const stamp = stamped ? (run.find((version) => version.released !== undefined)?.released ?? '') : '';
    const name = ['gpt-5', tier, stamp].filter((part) => part !== null && part !== '').join('-');
    rows.push(
      sighting(feedOf, {
        ...first,
        name,
        seen: first.at,
        model: { tier },
        edits,
        ...(gone === undefined ? {} : { gone }),
      }),
    );
    run = [];
  };
  for (const [nth, text] of shown.entries()) {
    const read = feedOf.reads[nth];
    const last = run.at(-1);
    if (text === null) close(read);
    else if (read !== undefined && (last === undefined || (last.released ?? '') !== text))
      run.push({ at: read, ...(text === '' ? {} : { released: text }) });
  }
  close(undefined);
  return rows;
}
