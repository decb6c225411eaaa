import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Criterion } from '../../../src/domain/criterion/criterion.ts';
import { readIdentityTable } from '../../../src/domain/identity/table.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { refreshIdentity } from '../../../src/services/identity/identity.ts';
import { getModel } from '../../../src/services/models/models.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { litellm, modelsDev, oldModels } from '../../support/listings.ts';
import { readAt, record, resolutions } from '../../support/play.ts';
import { openWorld, readIdentityData, type World } from '../../support/world.ts';

/** Models that only approved customers may call stand in every catalogue, and are no release in any. */

const feeds: readonly FeedInput[] = ['litellm', 'models_dev', 'anthropic_models'].map((adapter) => ({
  slug: adapter.replace('_', '-'),
  adapter,
  url: `https://${adapter.replace('_', '-')}.test/list`,
  covers: adapter === 'anthropic_models' ? [] : ['openai', 'anthropic'],
  settlementLag: 'P2D',
}));

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset({ now: '2026-06-01T00:00:00Z', feeds }));
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const released = (version: string, by?: string): Criterion => ({
  op: 'released',
  model: { vendor: 'anthropic', family: 'claude', version, tier: ['mythos'] },
  ...(by && { by }),
});

const row = (id: string, created: string) => ({
  id,
  type: 'model',
  created_at: `${created}T00:00:00Z`,
  lifecycle: 'active',
});
const opus = row('claude-opus-4-6', '2026-02-04');

/** What the three feeds list at a time: the old models, and from then on the one asked about. */
async function readAll(time: string, id: string | null): Promise<void> {
  const ids = id === null ? oldModels : [...oldModels, id];
  await readAt(world, time, {
    litellm: litellm(ids),
    'models-dev': modelsDev({
      ...Object.fromEntries(oldModels.map((old) => [old, {}])),
      ...(id && { [id]: '2026-06-09' }),
    }),
    'anthropic-models': { data: id === null ? [opus] : [opus, row(id, '2026-06-09')], has_more: false },
  });
}

/** The reviewed data after a review that found when the public could call every Mythos. */
function opened(until: string) {
  const data: { limited: readonly { tier: string }[] } = Object(readIdentityData());
  const limited = data.limited.map((limit) => (limit.tier === 'mythos' ? { ...limit, until } : limit));
  return readIdentityTable({ ...data, limited, version: '2026-12-01.1' });
}

describe('a model that only approved customers can call', () => {
  test.each(['claude-mythos-5', 'claude-mythos-5-3'])(
    "%s is not released by any listing, not even its vendor's own",
    async (id) => {
      await record(world, 'mythos', released(id === 'claude-mythos-5' ? '5' : '5.3'), { madeAt: '2026-06-01' });
      await readAll('2026-06-08', null);
      for (const day of ['2026-06-10', '2026-06-12', '2026-08-10', '2026-11-20']) await readAll(day, id);
      world.clock.set('2026-11-28');
      await resolveDue(world.deps);
      expect(await resolutions(world, 'mythos')).toEqual([]);
    },
  );

  test('has a page that says so', async () => {
    await readAll('2026-06-08', null);
    for (const day of ['2026-06-10', '2026-06-12']) await readAll(day, 'claude-mythos-5');
    const { stage, stages, record: found } = await getModel(world.deps, 'anthropic', 'claude-5-mythos', null);
    expect([stage, stages.map((fact) => fact.stage)]).toEqual(['limited', ['limited']]);
    expect(found.rows.map((each) => each.version.stage)).toEqual(['limited', 'limited', 'limited']);
  });

  test('is released once it is open to the public, and no date before that counts', async () => {
    await record(world, 'some-day', released('5'), { madeAt: '2026-06-01' });
    await record(world, 'by-july', released('5', '2026-07-31'), { madeAt: '2026-06-01' });
    await readAll('2026-06-08', null);
    for (const day of ['2026-06-10', '2026-08-30', '2026-08-31T12:00:00Z', '2026-09-01T12:00:00Z', '2026-09-03'])
      await readAll(day, 'claude-mythos-5');
    const deps = { ...world.deps, identity: opened('2026-09-01') };
    await refreshIdentity(deps);
    await resolveDue(deps);
    expect(await resolutions(world, 'some-day')).toEqual([
      expect.stringMatching(/^yes \S*2026-09-01\S* known 2026-09-01T12:00Z/),
    ]);
    expect((await resolutions(world, 'by-july')).filter((text) => text.startsWith('yes'))).toEqual([]);
  });

  test('is not released by reads from before it opened, even if its row is gone by then', async () => {
    await record(world, 'some-day', released('5'), { madeAt: '2026-06-01' });
    await readAll('2026-06-08', null);
    for (const day of ['2026-06-10', '2026-08-30']) await readAll(day, 'claude-mythos-5');
    for (const day of ['2026-09-01T12:00:00Z', '2026-09-03']) await readAll(day, null);
    const deps = { ...world.deps, identity: opened('2026-09-01') };
    await refreshIdentity(deps);
    await resolveDue(deps);
    expect(await resolutions(world, 'some-day')).toEqual([]);
  });
});
