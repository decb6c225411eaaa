import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { watchesOf } from '../../../src/domain/criterion/watch.ts';
import { hourMs, type Instant } from '../../../src/domain/instant.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { createFeed, deleteFeed, updateFeed } from '../../../src/services/feeds/feeds.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { createIdentityAddition } from '../../../src/services/identity/curation.ts';
import { refreshIdentity, withCurrentIdentity } from '../../../src/services/identity/identity.ts';
import { assessClaim, assessOver } from '../../../src/services/predictions/criteria.ts';
import { createTimelineCache, keptUnder, loadKeptTimeline } from '../../../src/services/settling/kept-timelines.ts';
import { findClaimContext } from '../../../src/store/claim-context.ts';
import { archiveClaims, archivedFeeds, makeArchives } from '../../support/archives.ts';
import { countStatements } from '../../support/counting-database.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { read, record } from '../../support/play.ts';
import { samples } from '../../support/samples.ts';
import { toBytes } from '../../support/wire.ts';
import { instantOf, openWorld, type World } from '../../support/world.ts';

/** A process keeps timelines for new claims. An evaluation over a kept one says what one over a loaded one says. */

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2025-06-01', feeds: archivedFeeds }));
afterAll(() => world.close());

/** What a node says of a new claim at a moment. */
async function assessKept(deps: Deps, criterion: Criterion, at: Instant, sql = world.db.sql) {
  const cache = deps.timelines ?? createTimelineCache();
  const before = cache.kept;
  const context = await findClaimContext(sql, { watched: watchesOf(criterion), knownStamp: before?.stamp ?? null });
  const claim = { criterion, madeFrom: instantOf('2024-12-20'), evidencePolicy: null };
  const kept = keptUnder(cache, before, context, deps.identity);
  const { evaluation, warnings } = await assessOver(
    deps,
    claim,
    at,
    await loadKeptTimeline(sql, deps, { kept, claim, at }),
  );
  return { evaluation, warnings };
}

async function assessLoaded(deps: Deps, criterion: Criterion, at: Instant) {
  const claim = { criterion, madeFrom: instantOf('2024-12-20'), evidencePolicy: null };
  const { evaluation, warnings } = await assessClaim(world.db.sql, deps, claim, at);
  return { evaluation, warnings };
}

async function stampNow(): Promise<string> {
  return (await findClaimContext(world.db.sql, { watched: [], knownStamp: null })).stamp;
}

describe('an evaluation over a kept timeline', () => {
  test.each([1, 2, 3, 4].slice(0, samples(4, 1)))('is that over a loaded one, in history %s', async (seed) => {
    for (const { slug, at, payload } of makeArchives(seed, samples(10, 3))) {
      await createFeedSnapshot(world.deps, slug, at, toBytes(payload));
      for (const later of [0, 30 * hourMs, 200 * hourMs])
        for (const { criterion } of archiveClaims.slice(0, samples(archiveClaims.length, 6)))
          expect(await assessKept(world.deps, criterion, at + later)).toEqual(
            await assessLoaded(world.deps, criterion, at + later),
          );
    }
    expect(world.deps.timelines?.kept?.families.size).toBeGreaterThan(1);
  });

  test('needs no statement besides the one for its context, once the timeline of its families is kept', async () => {
    await read(world, 'litellm', litellm([...oldModels, 'gpt-5']));
    await assessKept(world.deps, gptReleased('6', { by: '2026-01-01' }), world.clock.now());
    const counted = countStatements(world.db);
    world.clock.advance(hourMs);
    await assessKept(world.deps, gptReleased('7', { by: '2026-05-05' }), world.clock.now(), counted.db.sql);
    expect(counted.take()).toHaveLength(1);
  });
});

describe('what is kept is replaced', () => {
  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['a poll is accepted', () => read(world, 'litellm', litellm([...oldModels, 'gpt-5']))],
    [
      'another node accepts a poll',
      () => createFeedSnapshot(world.node('node_b'), 'litellm', world.clock.now(), toBytes(litellm(oldModels))),
    ],
    [
      'a feed is created',
      () => createFeed(world.deps, { slug: 'more', adapter: 'litellm', url: 'https://more.test/' }),
    ],
    ['a feed is changed', () => updateFeed(world.deps, 'litellm', { settlementLag: 'P9D' }, null)],
    ['a feed is deleted', () => deleteFeed(world.deps, 'openrouter')],
  ];
  test.each(changes)('when %s', async (_name, change) => {
    const before = await stampNow();
    await change();
    expect(await stampNow()).not.toBe(before);
  });

  test('when names are parsed with other identity data', async () => {
    await read(world, 'litellm', litellm([...oldModels, 'gpt-nova']));
    const before = await stampNow();
    const entry = { kind: 'alias', id: 'gpt-nova', means: 'gpt-6' } as const;
    await createIdentityAddition(
      world.deps,
      { entry, supersedes: null, reason: 'It is GPT-6.', sourceUrl: null },
      { decidedBy: 'admin', expected: null },
    );
    const added = await stampNow();
    expect(added).not.toBe(before);
    await world.db.sql`update item_readings set identity_version = 'of another program'`;
    await refreshIdentity(await withCurrentIdentity(world.deps));
    expect(await stampNow()).not.toBe(added);
  });

  test('but not by a read that says nothing', async () => {
    await read(world, 'litellm', litellm([...oldModels, 'gpt-5']));
    const before = await stampNow();
    await read(world, 'litellm', '<html>Bad gateway</html>');
    expect(await stampNow()).toBe(before);
  });

  test('so that a claim is settled at its creation by what another node has read', async () => {
    await read(world, 'litellm', litellm(oldModels));
    await read(world, 'models-dev', modelsDev(oldModels));
    expect((await record(world, 'first', gptReleased('5'))).status).toBe('open');
    const other = world.node('node_b');
    const ids = [...oldModels, 'gpt-5'];
    for (const hours of [1, 30]) {
      world.clock.advance(hours * hourMs);
      await createFeedSnapshot(other, 'litellm', world.clock.now(), toBytes(litellm(ids)));
      await createFeedSnapshot(other, 'models-dev', world.clock.now(), toBytes(modelsDev(ids)));
    }
    expect((await record(world, 'second', gptReleased('5'))).status).toBe('resolved');
  });
});
