import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Criterion, EventLeaf } from '../../../src/domain/criterion/criterion.ts';
import { namesOneModel } from '../../../src/domain/criterion/pattern.ts';
import { windowOf } from '../../../src/domain/criterion/watch.ts';
import { evaluate } from '../../../src/domain/evaluation/evaluate.ts';
import type { Sighting, Timeline, UnreadSighting } from '../../../src/domain/evidence/timeline.ts';
import { modelKey } from '../../../src/domain/identity/model-id.ts';
import { dayMs } from '../../../src/domain/instant.ts';
import { anyLeaf } from '../../support/random-criteria.ts';
import { anyMoment, anyWorld, start } from '../../support/random-worlds.ts';
import { samples } from '../../support/samples.ts';
import { type TestFeed, terms, timeline } from '../../support/timelines.ts';

const setting = terms();

/**
 * An unread name keeps neither dates nor stages, so the law is about rows that state none. Rows of hosts and of forums stand
 * in no namespace of the vendor.
 */
function plainRows(feeds: readonly TestFeed[], sightings: readonly Sighting[]): Sighting[] {
  const isForum = (row: Sighting): boolean => feeds.find((feed) => feed.id === row.feedId)?.trust === 'community';
  return sightings
    .filter((row) => row.host === null && !isForum(row))
    .map((row) => ({
      ...row,
      versions: row.versions.map((version) => ({ ...version, released: null, stage: 'general' as const })),
    }));
}

/** `close`: family, version and tier are known and one word is not. `far`: no more than that the name has the family's word. */
function unreadOf(row: Sighting, reading: 'close' | 'far'): UnreadSighting {
  const { vendor, family, version, tier } = row.model;
  const name = `${modelKey(row.model)}-argon`;
  const read = { outcome: 'partial', reason: 'unrecognised', name, own: true, host: null, vendor } as const;
  const close = { ...read, family, version, tiers: tier === null ? [] : [tier], unknown: ['argon'] };
  return {
    feedId: row.feedId,
    itemKey: row.itemKey,
    name,
    partial:
      reading === 'close'
        ? close
        : { ...read, family: null, version: null, tiers: [], unknown: [...modelKey(row.model).split(/[/-]/), 'argon'] },
    seenFrom: row.seenFrom,
    inFirstRead: row.absentAt === null,
    goneAt: row.goneAt,
    observationId: row.versions[0]?.observationId ?? '',
  };
}

/** The world in which the names of some models cannot be read in full any more, in whatever feed they stand. */
function makeUnread(
  feeds: readonly TestFeed[],
  sightings: readonly Sighting[],
  how: { readonly reading: 'close' | 'far'; readonly isUnread: (row: Sighting) => boolean },
): Timeline {
  const lost = sightings.filter((row) => row.model.own && how.isUnread(row));
  const first = new Map<string, Sighting>();
  for (const row of lost.toSorted((a, b) => b.seenFrom - a.seenFrom)) first.set(`${row.feedId} ${row.itemKey}`, row);
  const unread = [...first.values()].map((row) => unreadOf(row, how.reading)).sort((a, b) => a.seenFrom - b.seenFrom);
  const rest = sightings.filter((row) => !lost.includes(row));
  return { ...timeline(feeds, rest), unread };
}

const anyModels = fc.subarray(['openai/gpt-5', 'openai/gpt-5-mini', 'openai/gpt-5.1', 'openai/gpt-5.1-mini'], {
  minLength: 1,
});
const anyLateMoment = fc.oneof(
  anyMoment,
  fc.integer({ min: 10, max: 55 }).map((day) => start + day * dayMs),
);
/** Leaves that can be true: their windows are not empty, and they count no more than one of one model. */
const leafOf = (op: Criterion['op']): fc.Arbitrary<EventLeaf> =>
  anyLeaf.filter((leaf) => {
    const { from, to } = windowOf(leaf, setting.madeFrom);
    const isOfOne = leaf.op !== 'count' || leaf.at_least === 1 || !namesOneModel(leaf.model);
    return leaf.op === op && from < to && leaf.by !== undefined && isOfOne;
  });

describe('an unread name is never silence', () => {
  it.each(['released', 'count', 'attribute', 'retired'] as const)(
    'a name that cannot be read any more never settles a NO: %s',
    (op) => {
      fc.assert(
        fc.property(anyWorld, leafOf(op), anyLateMoment, anyModels, fc.boolean(), (world, leaf, at, lost, isFar) => {
          // Of one model, a name of which not even the version is known is no more than a name.
          const reading = isFar && !namesOneModel(leaf.model) ? 'far' : 'close';
          const rows = plainRows(world.feeds, world.sightings);
          const isUnread = ({ model }: Sighting): boolean => lost.includes(modelKey(model));
          const unread = makeUnread(world.feeds, rows, { reading, isUnread });
          if (evaluate(leaf, unread, at, setting).verdict !== 'no') return;
          expect(evaluate(leaf, timeline(world.feeds, rows), at, setting).verdict).toBe('no');
        }),
        { numRuns: samples(500, 60) },
      );
    },
  );

  it.each([
    ['released', 10],
    ['count', 10],
    ['attribute', 3],
    ['retired', 3],
  ] as const)('is about something: with unread names %s comes to NO all the same, of other models', (op, least) => {
    const drawn = fc.sample(fc.tuple(anyWorld, leafOf(op), anyLateMoment), { numRuns: samples(300, 60), seed: 5 });
    const settled = drawn.filter(([world, leaf, at]) => {
      const isOther = (row: Sighting): boolean => row.model.version === '5.1' || row.model.tier === 'mini';
      const unread = makeUnread(world.feeds, plainRows(world.feeds, world.sightings), {
        reading: 'close',
        isUnread: isOther,
      });
      return (unread.unread ?? []).length > 0 && evaluate(leaf, unread, at, setting).verdict === 'no';
    });
    expect(settled.length).toBeGreaterThanOrEqual(Math.floor(least / samples(1, 6)));
  });
});
