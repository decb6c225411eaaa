import { describe, expect, it } from 'vitest';
import type { EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import type { ItemVersion, Sighting, UnreadSighting } from '../../../src/domain/evidence/timeline.ts';
import { early, feedSetups } from '../../support/feed-setups.ts';
import { isTrue } from '../../support/oracle.ts';
import { samples } from '../../support/samples.ts';
import { released, type TestFeed, terms, timeline } from '../../support/timelines.ts';
import { feedsOf, hours, listWorlds, moment, type Setup, sightingsOf, type World } from '../../support/tiny-worlds.ts';

/** Small worlds in which names cannot be read, models are limited at first, lists are slow and feeds begin late. */

const last = hours(21);

function every(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, nth) => from + nth * step);
}

const setups: readonly Setup[] = [
  ...feedSetups(last),
  {
    name: 'a feed that lists four days late, and a prompt one',
    feeds: [
      { reads: every(early, last, 24), lag: 96 },
      { reads: every(early + 5, last, 24), lag: 0 },
    ],
  },
  {
    name: 'a slow feed, and one that begins after the release',
    feeds: [
      { reads: every(early, last, 24), lag: 96 },
      { reads: every(hours(9), last, 24), lag: 96 },
    ],
  },
];

const day = (number: number): string => `2025-08-${String(number).padStart(2, '0')}`;
const leaves: readonly EventLeaf[] = [
  released({ from: '2025-07-29', by: day(4) }),
  released({ from: '2025-07-29', by: day(7) }),
  released({ from: '2025-07-29', by: day(11) }),
  released({ from: day(3), by: day(6) }),
  released({ from: day(3), by: day(9), tier: 'any' }),
];

type Tally = { yes: number; no: number; undetermined: number };
/** Asks every leaf at some moments. `truths` are the hours of the release, or null, in the worlds that look like this one. */
function ask(
  setup: Setup,
  see: (until: number) => { feeds: readonly TestFeed[]; rows: readonly Sighting[]; unread?: readonly UnreadSighting[] },
  truths: readonly (number | null)[],
): { tally: Tally; wrong: string[] } {
  const tally = { yes: 0, no: 0, undetermined: 0 };
  const wrong: string[] = [];
  for (const until of [hours(9), last]) {
    const { feeds, rows, unread = [] } = see(until);
    const seen = { ...timeline(feeds, rows), unread };
    for (const leaf of leaves) {
      const { verdict } = evaluate(leaf, seen, moment(until), terms({ made: leaf.from ?? day(1) }));
      tally[verdict] += 1;
      const contradicts = truths.some((release) => (verdict === 'yes') !== isTrue(leaf, { '': release }));
      if (verdict !== 'undetermined' && contradicts)
        wrong.push(`${setup.name} until ${until}: ${verdict}, ${JSON.stringify(leaf)}, ${JSON.stringify(truths)}`);
    }
  }
  return { tally, wrong };
}

/** Worlds without anything odd but the names. */
function plainWorlds(setup: Setup): World[] {
  return listWorlds(setup).filter(
    ({ odd, dropped, dating }) => odd === null && dropped === 'none' && dating === 'none',
  );
}

function unreadOf({ feedId, itemKey, absentAt, seenFrom, goneAt, versions }: Sighting): UnreadSighting {
  const name = 'gpt-5-argon';
  const read = { outcome: 'partial', reason: 'unrecognised', name, own: true, host: null } as const;
  const partial = { ...read, vendor: 'openai', family: 'gpt', version: '5', tiers: [], unknown: ['argon'] };
  const observationId = versions[0]?.observationId ?? '';
  return { feedId, itemKey, name, partial, seenFrom, inFirstRead: absentAt === null, goneAt, observationId };
}

/** The rows of a model that only approved customers can call until an hour, and everybody from then on. */
function limitedUntil(rows: readonly Sighting[], feeds: readonly TestFeed[], opened: number): Sighting[] {
  return rows.map((row) => {
    const reads = feeds.find(({ id }) => id === row.feedId)?.reads ?? [];
    const shows = reads.find((read) => read >= moment(opened) && read > row.seenFrom);
    const [first] = row.versions;
    if (first === undefined || row.seenFrom >= moment(opened)) return row;
    const limited: ItemVersion = { ...first, stage: 'limited', stageBasis: 'stated' };
    const open =
      shows === undefined ? [] : [{ ...first, observationId: `${first.observationId}-open`, observedAt: shows }];
    return { ...row, versions: [limited, ...open] };
  });
}

const step = samples(1, 3);

describe.each(setups.map((setup) => [setup.name, setup] as const))('%s', (_name, setup) => {
  const worlds = plainWorlds(setup).filter((_world, nth) => nth % step === 0);

  it.each(['first', 'all'] as const)(
    'a name that %s of the feeds write unreadably is never taken for absence',
    (which) => {
      const wrong: string[] = [];
      const counts = { yes: 0, no: 0, undetermined: 0 };
      for (const world of worlds) {
        const isUnread = (row: Sighting): boolean => which === 'all' || row.feedId === 'f0';
        const see = (until: number) => {
          const rows = sightingsOf(setup, world, until, null);
          return {
            feeds: feedsOf(setup, until),
            rows: rows.filter((row) => !isUnread(row)),
            unread: rows.filter(isUnread).map(unreadOf),
          };
        };
        // If no feed writes it readably, it may be another model, and this one may never have come.
        const truths = which === 'all' ? [world.release, null] : [world.release];
        const asked = ask(setup, see, truths);
        wrong.push(...asked.wrong);
        for (const verdict of ['yes', 'no', 'undetermined'] as const) counts[verdict] += asked.tally[verdict];
      }
      expect(wrong.slice(0, 5)).toEqual([]);
      expect(counts.undetermined).toBeGreaterThan(0);
    },
  );

  it.each([36, 120, null])(
    'a model that is limited for %s hours is released when everybody can call it',
    (limitedFor) => {
      const wrong: string[] = [];
      for (const world of worlds.filter(({ release }) => release !== null)) {
        const opened = limitedFor === null || world.release === null ? null : world.release + limitedFor;
        const see = (until: number) => {
          const feeds = feedsOf(setup, until);
          const rows = sightingsOf(setup, world, until, null);
          return { feeds, rows: limitedUntil(rows, feeds, opened ?? last + 1) };
        };
        wrong.push(...ask(setup, see, [opened]).wrong);
      }
      expect(wrong.slice(0, 5)).toEqual([]);
    },
  );
});
