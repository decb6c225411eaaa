import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import type { Instant } from '../../../src/domain/instant.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { updateFeed } from '../../../src/services/feeds/feeds.ts';
import { createFeedSnapshot } from '../../../src/services/feeds/snapshots.ts';
import { refreshIdentity } from '../../../src/services/identity/identity.ts';
import { getModel, listModels } from '../../../src/services/models/models.ts';
import { listReleases } from '../../../src/services/models/releases.ts';
import { refreshModels } from '../../../src/services/models/states.ts';
import { makeHistory } from '../../support/history.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { hours, iso, read, readAgain, readAt } from '../../support/play.ts';
import { toBytes } from '../../support/wire.ts';
import { instantOf, openWorld, readIdentityData, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
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
  await readAgain(world, new Date(to).toISOString());
  await refreshModels(world.deps);
}

async function states(): Promise<object[]> {
  return await world.db.sql<object[]>`
    select vendor, slug, known_from, known_to, grade, stage, occurred_from, occurred_to, basis, established_at, first_seen_at
    from models order by vendor, slug, known_from`;
}

/** Forgets every state and weighs everything from the beginning. */
async function statesAnew(): Promise<object[]> {
  await world.db.sql`delete from models`;
  await world.db.sql`update model_families set computed_with = null`;
  await refreshModels(world.deps);
  return await states();
}

/** The models with an event `model.released`, oldest first. */
async function releaseEvents(): Promise<string[]> {
  const rows = await world.db.sql<{ body: string }[]>`
    select body from events where type = 'model.released' order by sequence`;
  return rows.map((row) => JSON.parse(row.body).data.model.id);
}

async function readBoth(time: string, ids: readonly string[]): Promise<void> {
  await passTime(instantOf(time));
  await readAt(world, time, { litellm: litellm(ids), 'models-dev': modelsDev(ids) });
}

async function settle(): Promise<void> {
  await passTime(world.clock.now() + hours(25));
}

describe.each([1, 2])('over history %i', (seed) => {
  test('the states stored poll by poll equal those computed from scratch', async () => {
    for (const { slug, at, payload } of makeHistory(seed, 16)) {
      await passTime(at);
      await read(world, slug, payload);
    }
    await settle();
    const kept = await states();
    expect(kept.length).toBeGreaterThan(10);
    const announced = await releaseEvents();
    expect(await statesAnew()).toEqual(kept);
    expect(await releaseEvents()).toEqual(announced);
    expect(new Set(announced).size).toBe(announced.length);
  });

  test('importing one archive after another gives the states computed from scratch', async () => {
    const history = makeHistory(seed, 12);
    world.clock.set('2026-01-01');
    for (const feed of ['models-dev', 'litellm']) {
      for (const { slug, at, payload } of history)
        if (slug === feed) await createFeedSnapshot(world.deps, slug, at, toBytes(payload));
    }
    await refreshModels(world.deps);
    const kept = await states();
    expect(kept.length).toBeGreaterThan(5);
    expect(await statesAnew()).toEqual(kept);
    expect(await releaseEvents()).toEqual([]);
  });
});

test('the list, the timeline and the page of a model agree, now and at any moment', async () => {
  const history = makeHistory(2, 12);
  const moments: Instant[] = [];
  for (const { slug, at, payload } of history) {
    await passTime(at);
    await read(world, slug, payload);
    moments.push(at);
  }
  for (const asOf of [null, ...moments.filter((_at, index) => index % 5 === 0)]) {
    const page = { after: null, asOf, limit: 200 };
    const rows = await listModels(world.deps, {}, page);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const view = await getModel(world.deps, row.vendor, row.slug, asOf);
      expect({
        grade: view.release?.grade ?? null,
        from: view.release?.occurred.from,
        to: view.release?.occurred.to,
        stage: view.stage,
        basis: view.release?.dating.basis,
        establishedAt: view.establishedAt,
      }).toEqual({
        grade: row.grade,
        from: row.occurredFrom ?? Number.NEGATIVE_INFINITY,
        to: row.occurredTo,
        stage: row.stage,
        basis: row.basis,
        establishedAt: row.establishedAt,
      });
    }
    const released = await listReleases(world.deps, {}, page);
    const out = rows.filter((row) => row.grade === 'admissible');
    expect(released.map((row) => row.slug).sort()).toEqual(out.map((row) => row.slug).sort());
    const ends = released.map((row) => row.occurredTo);
    expect(ends).toEqual(ends.toSorted((a, b) => b - a));
  }
});

describe('model.released', () => {
  test('is sent once, by the read a day after two origins listed the model, and not for models of the first read', async () => {
    await readBoth('2025-03-01', oldModels);
    await settle();
    expect(await releaseEvents()).toEqual([]);
    await readBoth('2025-03-05', [...oldModels, 'gpt-5']);
    expect(await releaseEvents()).toEqual([]);
    await settle();
    expect(await releaseEvents()).toEqual(['openai/gpt-5']);
    await readBoth('2025-03-08', oldModels);
    await readBoth('2025-03-10', [...oldModels, 'gpt-5', 'gpt-5-2025-08-07']);
    await settle();
    expect(await releaseEvents()).toEqual(['openai/gpt-5']);
    const [event] = await world.db.sql<{ body: string }[]>`select body from events where type = 'model.released'`;
    expect(JSON.parse(event?.body ?? '')).toEqual({
      type: 'model.released',
      timestamp: '2025-03-06T01:00:00Z',
      data: {
        sequence: 1,
        model: { id: 'openai/gpt-5', vendor: 'openai', slug: 'gpt-5', family: 'gpt', version: '5', tier: null },
        release: {
          occurred: '2025-03-02T01:00:00Z/2025-03-05T00:00:00Z',
          basis: 'bracket',
          stage: 'general',
          known_at: '2025-03-06T01:00:00Z',
        },
        links: { model: '/v1/models/openai/gpt-5', page: '/models/openai/gpt-5' },
      },
    });
  });

  test('is sent at once if the vendor itself lists the model', async () => {
    await world.reset({
      feeds: [
        {
          slug: 'ledger',
          adapter: 'models_dev',
          url: 'https://models.test/own.json',
          trust: 'first_party',
          covers: ['openai'],
        },
      ],
    });
    await readAt(world, '2025-03-01', { ledger: modelsDev(oldModels) });
    await readAt(world, '2025-03-02', { ledger: modelsDev([...oldModels, 'gpt-5']) });
    expect(await releaseEvents()).toEqual(['openai/gpt-5']);
  });

  test('is sent for a model that an alias made readable only while that is news', async () => {
    const listed = [...oldModels, 'gpt-next-secret'];
    await readBoth('2025-03-01', oldModels);
    await readBoth('2025-03-05', listed);
    await settle();
    await refreshWith(withAlias('2099-01-01.1', 'gpt-next-secret', 'gpt-6'));
    expect(await releaseEvents()).toEqual(['openai/gpt-6']);
    await readBoth('2025-05-01', listed);
    await refreshWith(withAlias('2099-01-01.2', 'gpt-next-secret', 'gpt-7'));
    expect(await releaseEvents()).toEqual(['openai/gpt-6']);
    expect((await listModels(world.deps, { q: 'gpt-6' }, { after: null, asOf: null, limit: 10 })).length).toBe(0);
    const [seven] = await listModels(world.deps, { q: 'gpt-7' }, { after: null, asOf: null, limit: 10 });
    expect(seven?.grade).toBe('admissible');
  });

  test('is not sent again when a second catalogue lists old models', async () => {
    await readAt(world, '2025-03-01', { litellm: litellm(oldModels) });
    await readAt(world, '2025-03-05', { litellm: litellm([...oldModels, 'gpt-5', 'gpt-6']) });
    await readBoth('2025-06-01', [...oldModels, 'gpt-5', 'gpt-6']);
    await settle();
    expect(
      (await listReleases(world.deps, {}, { after: null, asOf: null, limit: 50 })).map((row) => row.slug),
    ).toContain('gpt-6');
    expect(await releaseEvents()).toEqual([]);
  });

  async function refreshWith(deps: Deps): Promise<void> {
    await refreshIdentity(deps);
    await refreshModels(deps);
  }

  /** The same program with identity data in which an alias was reviewed. */
  function withAlias(version: string, id: string, means: string): Deps {
    const data = readIdentityData();
    const aliases = [...data.aliases, { id, means, source: 'https://example.com/review' }];
    return { ...world.deps, identity: readIdentityTable({ ...data, version, aliases }) };
  }
});

test('models are recomputed when the trust of a feed changes', async () => {
  await readBoth('2025-03-01', oldModels);
  await settle();
  const graded = async (): Promise<(string | null)[]> => {
    const rows = await listModels(world.deps, { vendor: 'openai' }, { after: null, asOf: null, limit: 50 });
    return [...new Set(rows.map((row) => row.grade))];
  };
  expect(await graded()).toEqual(['admissible']);
  await updateFeed(world.deps, 'litellm', { origin: 'models.dev' }, null);
  await refreshModels(world.deps);
  expect(await graded()).toEqual(['short']);
  expect(await refreshModels(world.deps)).toBe(0);
});

test('a poll with only price changes writes no model state', async () => {
  await readBoth('2025-03-01', oldModels);
  await settle();
  const before = await states();
  const priced = Object.fromEntries(oldModels.map((id) => [id, { price: 9e-6 }]));
  await readAt(world, '2025-03-04', { litellm: litellm(priced) });
  expect(await states()).toEqual(before);
  expect(iso(world.clock.now())).toBe('2025-03-04T00:00Z');
});
