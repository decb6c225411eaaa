import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../src/domain/canonical-json.ts';
import { aliasFamily, formatEndDate } from '../../../src/domain/ends/end.ts';
import { listEndsAt } from '../../../src/domain/ends/states.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import { listEnds } from '../../../src/services/ends/ends.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { claimOf, refreshModels } from '../../../src/services/models/states.ts';
import { loadAliases, loadTimeline } from '../../../src/services/settling/timelines.ts';
import { findEnds } from '../../../src/store/ends.ts';
import { endFeeds, endOf, makeEndHistory, prices } from '../../support/end-history.ts';
import { read } from '../../support/play.ts';
import { samples } from '../../support/samples.ts';
import { toBytes } from '../../support/wire.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-01-01', feeds: endFeeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

/** Runs the job at every moment at which it would have found something due, up to a time. */
async function passTime(to: Instant): Promise<void> {
  for (;;) {
    const [due] = await world.db.sql<{ at: Instant | null }[]>`select min(recheck_at) as at from model_families`;
    if (due?.at == null || due.at > to) break;
    world.clock.advance(Math.max(0, due.at - world.clock.now()));
    await refreshModels(world.deps);
  }
  world.clock.set(new Date(to).toISOString());
}

async function stored(): Promise<object[]> {
  return await world.db.sql<object[]>`select * from model_ends order by vendor, family, id, scope, host, known_from`;
}

async function storedAnew(): Promise<object[]> {
  await world.db.sql`delete from model_ends`;
  await world.db.sql`update model_families set computed_with = null`;
  await refreshModels(world.deps);
  return await stored();
}

/** Every end at a moment, by recomputation from the evidence and by the list. */
async function bothWays(asOf: Instant) {
  const families = await world.db.sql<{ vendor: string; family: string }[]>`
    select vendor, family from model_families order by vendor, family`;
  const computed = [];
  for (const family of families) {
    const timeline =
      family.family === aliasFamily
        ? await loadAliases(world.db.sql, world.deps, family.vendor)
        : await loadTimeline(world.db.sql, world.deps, [claimOf(family)], asOf);
    computed.push(...listEndsAt(world.deps.identity, timeline, asOf));
  }
  const listed = await listEnds(world.deps, { state: 'all' }, { after: null, asOf, limit: 1000 });
  const text = (ends: readonly object[]): string[] => ends.map((end) => canonicalJson(end)).sort();
  return { computed: text(computed), listed: text(listed.map(({ dueAt: _dueAt, ...end }) => end)) };
}

describe.each([1, 2, 3].slice(0, samples(3, 1)))('over history %i', (seed) => {
  const history = makeEndHistory(seed, samples(24, 14));

  test('the ends stored poll by poll equal those computed from scratch, at every moment', async () => {
    for (const { slug, at, payload } of history) {
      await passTime(at);
      await read(world, slug, payload);
    }
    await passTime(endOf(history));
    const kept = await stored();
    expect(kept.length).toBeGreaterThan(20);
    expect(await storedAnew()).toEqual(kept);
    for (const at of new Set(history.map((one) => one.at))) {
      const { computed, listed } = await bothWays(at);
      expect(listed).toEqual(computed);
    }
  });

  test('importing one archive after another gives the ends computed from scratch', async () => {
    world.clock.set(new Date(endOf(history)).toISOString());
    for (const feed of ['openai', 'litellm', 'deprecations', 'anthropic'])
      for (const { slug, at, payload } of history)
        if (slug === feed) await createFeedSnapshot(world.deps, slug, at, toBytes(payload));
    await refreshModels(world.deps);
    const kept = await stored();
    expect(kept.length).toBeGreaterThan(20);
    expect(await storedAnew()).toEqual(kept);
  });
});

test('the ends of ids and of models are found in one statement', async () => {
  world.clock.set('2026-01-02');
  await read(
    world,
    'litellm',
    prices({ 'gpt-5-2025-08-07': { ends: '2026-12-10' }, o3: { ends: '2026-11-01' }, 'gpt-4.1': {} }),
  );
  const subjects = [
    { vendor: 'openai', id: 'gpt-5-2025-08-07' },
    { vendor: 'openai', slug: 'o3' },
    { vendor: 'openai', slug: 'gpt-4.1' },
    { vendor: 'anthropic', id: 'o3' },
  ];
  const found = await findEnds(world.db.sql, subjects);
  expect(found.map(({ id, date }) => [id, date === null ? null : formatEndDate(date)])).toEqual([
    ['gpt-5-2025-08-07', '2026-12-10'],
    ['o3', '2026-11-01'],
  ]);
  expect(await findEnds(world.db.sql, [])).toEqual([]);
});
