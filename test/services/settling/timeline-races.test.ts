import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { watchesOf } from '../../../src/domain/criterion/watch.ts';
import { readsKey, type Timeline } from '../../../src/domain/evidence/timeline.ts';
import { hourMs } from '../../../src/domain/instant.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { createIdentityAddition } from '../../../src/services/identity/curation.ts';
import { refreshIdentity, withCurrentIdentity } from '../../../src/services/identity/identity.ts';
import { createTimelineCache, keptUnder, loadKeptTimeline } from '../../../src/services/settling/kept-timelines.ts';
import { type Claim, loadTimeline } from '../../../src/services/settling/timelines.ts';
import { findClaimContext } from '../../../src/store/claim-context.ts';
import type { Sql } from '../../../src/store/db.ts';
import { countStatements } from '../../support/counting-database.ts';
import { gptReleased, litellm, oldModels } from '../../support/listings.ts';
import { read } from '../../support/play.ts';
import { toBytes } from '../../support/wire.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

/** A timeline is loaded by several statements, between which other transactions commit. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const claim: Claim = {
  criterion: gptReleased('6', { by: '2025-06-03' }),
  madeFrom: instantOf('2025-01-01'),
};

const loaders: Readonly<Record<string, (db: Sql) => Promise<Timeline>>> = {
  loaded: (db) => loadTimeline(db, world.deps, [claim], world.clock.now()),
  kept: async (db) => {
    const { criterion } = claim;
    const context = await findClaimContext(db, { watched: watchesOf(criterion), knownStamp: null });
    const kept = keptUnder(createTimelineCache(), null, context, world.deps.identity);
    return (await loadKeptTimeline(db, world.deps, { kept, claim, at: world.clock.now() })).timeline;
  },
};

/** The timeline if something happens before its statement number `position`, and whether it has that many. */
async function loadAround(load: (db: Sql) => Promise<Timeline>, position: number, happen: () => Promise<unknown>) {
  let happened = false;
  const { db } = countStatements(world.db, async (count) => {
    if (count !== position) return;
    happened = true;
    await happen();
  });
  return { timeline: await load(db.sql), happened };
}

const names = (timeline: Timeline): string[] => [
  ...timeline.sightings.map(({ name }) => name),
  ...(timeline.unread ?? []).map(({ name }) => name),
];

/** Runs a check for every position at which something may happen. */
async function atEveryPosition(check: (position: number) => Promise<boolean>): Promise<number> {
  let position = 0;
  while (await check(position)) position += 1;
  return position;
}

describe.each(Object.keys(loaders))('a timeline that is %s', (loader) => {
  const load = (db: Sql): Promise<Timeline> => (loaders[loader] as (typeof loaders)[string])(db);

  beforeEach(() => world.reset({ now: '2025-06-01' }));

  test('knows of no read whose names it does not have', async () => {
    const positions = await atEveryPosition(async (position) => {
      await world.reset({ now: '2025-06-01' });
      await read(world, 'litellm', litellm(oldModels));
      const readAt = world.clock.now() + 100 * hourMs;
      world.clock.advance(101 * hourMs);
      const { timeline, happened } = await loadAround(load, position, () =>
        createFeedSnapshot(world.node('node_b'), 'litellm', readAt, toBytes(litellm([...oldModels, 'gpt-6']))),
      );
      const [{ id } = { id: '' }] = await world.db.sql<{ id: string }[]>`select id from feeds where slug = 'litellm'`;
      const isRead = timeline.reads.get(readsKey(id, 'openai'))?.includes(readAt) === true;
      expect({ position, isRead, isNamed: names(timeline).includes('gpt-6') }).not.toMatchObject({
        isRead: true,
        isNamed: false,
      });
      // Without the interruption the read would be asked for.
      if (!happened) expect(timeline.reads.size).toBeGreaterThan(0);
      return happened;
    });
    expect(positions).toBeGreaterThan(3);
  });

  test('has a name that is recognised meanwhile', async () => {
    const positions = await atEveryPosition(async (position) => {
      await world.reset({ now: '2025-06-01' });
      await read(world, 'litellm', litellm([...oldModels, 'gpt-nova']));
      const { timeline, happened } = await loadAround(load, position, async () => {
        const other = world.node('node_b');
        await createIdentityAddition(
          other,
          {
            entry: { kind: 'alias', id: 'gpt-nova', means: 'gpt-6' },
            supersedes: null,
            reason: 'It is GPT-6.',
            sourceUrl: null,
          },
          { decidedBy: 'admin', expected: null },
        );
        await refreshIdentity(await withCurrentIdentity(other));
      });
      expect({ position, names: names(timeline) }).toMatchObject({ names: expect.arrayContaining(['gpt-nova']) });
      return happened;
    });
    expect(positions).toBeGreaterThan(3);
  });
});
