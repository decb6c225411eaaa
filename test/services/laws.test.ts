import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Instant } from '../../src/domain/instant.ts';
import { findPredictionAt } from '../../src/services/predictions.ts';
import { resolveDue, resolveEverything } from '../../src/services/resolver.ts';
import { postSnapshot } from '../../src/services/snapshots.ts';
import { claims, makeHistory, type Served } from '../support/history.ts';
import { iso, read, record, resolutions } from '../support/play.ts';
import { toBytes } from '../support/wire.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const seeds = [1, 2, 3, 4];
const pollsPerHistory = 30;
const made = { madeAt: '2024-12-20' };

async function recordClaims(): Promise<void> {
  for (const { slug, criterion, evidencePolicy } of claims)
    await record(world, slug, criterion, { ...made, evidencePolicy });
}

/** Runs the resolver at every moment at which it would have found something due, up to a time. */
async function passTime(to: Instant): Promise<void> {
  for (;;) {
    const [due] = await world.db.sql<{ at: number | null }[]>`select min(recheck_at) as at from predictions`;
    if (due?.at == null || due.at > to) break;
    world.clock.advance(Math.max(0, due.at - world.clock.now()));
    await resolveDue(world.deps);
  }
  world.clock.advance(to - world.clock.now());
}

async function states(): Promise<object[]> {
  return await world.db.sql<object[]>`
    select slug, state, state_detail, outcome, recheck_at, resolutions from predictions order by slug`;
}

/** Everything that an answer as of a moment says, but for the prediction's own row, which is of today. */
async function answers(at: Instant): Promise<object[]> {
  const views = await Promise.all(claims.map((claim) => findPredictionAt(world.deps, claim.slug, at)));
  return views.map(({ prediction, ...view }) => ({ slug: prediction.slug, ...view }));
}

async function playLive(history: readonly Served[], afterEach: () => Promise<void>): Promise<void> {
  await world.reset();
  await recordClaims();
  for (const { slug, at, payload } of history) {
    await passTime(at);
    await read(world, slug, payload);
    await afterEach();
  }
}

describe.each(seeds)('over history %i', (seed) => {
  const history = makeHistory(seed, pollsPerHistory);

  test('looking only at what changed comes to the same as looking at everything', async () => {
    await playLive(history, async () => {
      const before = await states();
      const changes = await resolveEverything(world.deps);
      expect(changes).toMatchObject({ resolved: 0, proposed: 0, disputed: 0, amended: 0, evaluated: claims.length });
      expect(await states()).toEqual(before);
    });
    const rows = await world.db.sql`select id from resolutions`;
    expect(rows.length).toBeGreaterThan(2);
    const events = await world.db.sql<{ count: number }[]>`
      select count(*)::int as count from events where resolution_id is not null and type <> 'prediction.disputed' group by resolution_id`;
    expect(events.map((row) => row.count)).toEqual(rows.map(() => 1));
  });

  test('nothing that is learned later changes an answer as of a moment', async () => {
    const told = new Map<Instant, object[]>();
    await playLive(history, async () => void told.set(world.clock.now(), await answers(world.clock.now())));
    for (const [at, before] of told)
      expect({ at: iso(at), answers: await answers(at) }).toEqual({ at: iso(at), answers: before });
  });

  test('reading the same payload twice changes nothing', async () => {
    await playLive(history.slice(0, 10), async () => {});
    const { slug, payload } = history[9] ?? { slug: '', payload: '' };
    const before = [await states(), await world.db.sql`select id from observations order by seq`];
    await read(world, slug, payload);
    expect([await states(), await world.db.sql`select id from observations order by seq`]).toEqual(before);
  });

  test('archives come to the outcomes and times that polling came to', async () => {
    await playLive(history, async () => {});
    await passTime(world.clock.now() + 1);
    const live = await outcomes();
    const end = iso(world.clock.now());
    for (const order of ['litellm first', 'models-dev first', 'claims last']) {
      await world.reset({ now: end });
      if (order !== 'claims last') await recordClaims();
      const slugs = order === 'models-dev first' ? ['models-dev', 'litellm'] : ['litellm', 'models-dev'];
      for (const slug of slugs) await importAll(history.filter((served) => served.slug === slug));
      if (order === 'claims last') await recordClaims();
      await resolveDue(world.deps);
      expect({ order, outcomes: await outcomes() }).toEqual({ order, outcomes: live });
    }
  });
});

async function importAll(history: readonly Served[]): Promise<void> {
  for (const { slug, at, payload } of history) await postSnapshot(world.deps, slug, at, toBytes(payload));
}

/** The last word on each claim; one that is disputed was settled by what was known first, whatever came of it later. */
async function outcomes(): Promise<string[]> {
  const rows: string[] = [];
  for (const { slug } of claims) rows.push(`${slug}: ${(await resolutions(world, slug)).at(-1) ?? 'open'}`);
  return rows;
}
