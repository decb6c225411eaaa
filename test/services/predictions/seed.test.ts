import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { predictorExample, sourceExample } from '../../../src/http/predictions/examples.ts';
import { packageRoot } from '../../../src/package-root.ts';
import type { FeedInput } from '../../../src/services/feeds/feeds.ts';
import { pollDueFeeds } from '../../../src/services/feeds/polls.ts';
import { ensureFeeds, readFeedsFile } from '../../../src/services/feeds/setup.ts';
import { applySeed, readSeed, seedOnce } from '../../../src/services/predictions/seed.ts';
import { resolveDue } from '../../../src/services/settling/resolver.ts';
import { gptReleased } from '../../support/listings.ts';
import { resolutions, view } from '../../support/play.ts';
import { openWorld, type World } from '../../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
const reset = () => world.reset({ now: '2026-11-22T12:00:00Z', feeds: [] });
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

function readData(name: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot(), 'data', name), 'utf8'));
}

function shippedFeeds(): FeedInput[] {
  return readFeedsFile(readData('feeds.json')).filter((feed) => feed.url?.startsWith('builtin:'));
}

async function countRows(): Promise<Record<string, number>> {
  const [row] = await world.db.sql<Record<string, number>[]>`
    select (select count(*)::int from predictions) as predictions, (select count(*)::int from sources) as sources,
      (select count(*)::int from predictors) as predictors, (select count(*)::int from criteria) as criteria,
      (select count(*)::int from resolutions) as resolutions, (select count(*)::int from events) as events,
      (select count(*)::int from settings where name = 'seeded') as seeded`;
  return row ?? {};
}

describe('the shipped seed with the shipped feeds', () => {
  beforeAll(async () => {
    await reset();
    await ensureFeeds(world.deps, shippedFeeds());
    await seedOnce(world.deps, readSeed(readData('seed/article.json')));
    expect(await pollDueFeeds(world.deps, world.clock.now())).toMatchObject({ polled: 3, failed: 0 });
    await resolveDue(world.deps);
  });

  test('refutes that OpenAI never releases GPT-5, with the day, by two origins', async () => {
    const rows = await resolutions(world, 'gpt-5-never-released');
    expect(rows).toHaveLength(1);
    expect(rows[0]).toContain('no 2025-08-07 known 2025-08-0');
    const { resolution } = await view(world, 'gpt-5-never-released');
    const origins = await world.db.sql<{ origin: string }[]>`
      select distinct f.origin from observations o join feeds f on f.id = o.feed_id
      where o.id = any(${resolution?.evidence ?? []}) order by f.origin`;
    expect(origins.map((row) => row.origin)).toEqual(['openai-sdk', 'outturn-ledger']);
  });

  test.each([
    ['2025-07-01T00:00:00Z', 'open'],
    ['2025-08-07T12:00:00Z', 'open'],
    ['2025-09-01T00:00:00Z', 'resolved'],
  ])('answers as of %s: %s', async (asOf, status) => {
    expect(await view(world, 'gpt-5-never-released', asOf)).toMatchObject({ status });
  });

  test.each([
    ['o1-to-o3-in-three-months', 'no 2024-12-12 known 2025-04-17T00:00Z by resolver'],
    ['o-series-pace-goes-on', 'yes 2025-04-16 known 2025-04-17T00:00Z by resolver'],
    ['o4-before-gpt-5', 'yes 2025-04-16 known 2025-08-08T00:00Z by resolver'],
  ])('settles the order and the pace of releases, %s: %s', async (slug, expected) => {
    expect(await resolutions(world, slug)).toEqual([expected]);
  });

  test.each(['gpt-5-dearer-than-gpt-4o', 'no-model-at-3000-dollars'])(
    'has no prices, so %s stays open, as its fine print says',
    async (slug) => {
      const claim = await view(world, slug);
      expect(claim).toMatchObject({ status: 'open', resolution: null, leaning: null, standing: null });
      expect(claim.prediction.finePrint).toContain('stays undetermined');
    },
  );

  test('keeps "o4 arrives" open, and gives the time as of which it is unconfirmed', async () => {
    const o4 = await view(world, 'o4-arrives');
    expect(o4).toMatchObject({ status: 'open', resolution: null });
    expect(o4.standing).toMatch(/^unconfirmed as of 202[56]-/);
  });

  test('confirms an o4 of any size by o4-mini', async () => {
    expect((await view(world, 'o4-any-size')).resolution).toMatchObject({ outcome: 'yes', effectiveAt: '2025-04-16' });
  });

  test('leaves judged claims to people', async () => {
    expect(await view(world, 'gpt-5-existed-inside')).toMatchObject({ status: 'open', standing: null });
  });

  test('has the source and the predictor that the examples of the API refer to', async () => {
    const rows = await world.db.sql<{ id: string }[]>`
      select id from sources where title = ${sourceExample.title} union all
      select id from predictors where name = ${predictorExample.name}`;
    expect(rows.map((row) => row.id)).toEqual([sourceExample.id, predictorExample.id]);
  });

  test('changes nothing when it is applied again', async () => {
    const before = await countRows();
    const seed = readSeed(readData('seed/article.json'));
    expect(await applySeed(world.deps, seed)).toEqual({ recorded: 0, existing: seed.predictions.length });
    expect(await seedOnce(world.deps, seed)).toBeNull();
    expect(await ensureFeeds(world.deps, shippedFeeds())).toBe(0);
    expect(await countRows()).toEqual(before);
  });
});

describe('an invalid seed', () => {
  beforeEach(reset);

  const entry = { slug: 'one', statement: 'One.', made_at: '2025', criterion: gptReleased('5') };
  const seed = {
    format: 'outturn-seed/1',
    sources: [{ key: 'a', title: 'A', url: null }],
    predictors: [],
    predictions: [entry],
  };

  test.each([
    ['refers to a source that it does not list', { ...entry, slug: 'two', source: 'b' }, '#/predictions/1/source'],
    ['has an invalid criterion', { ...entry, slug: 'two', criterion: { op: 'wishes' } }, '#/criterion/op'],
    ['has a prediction made in the future', { ...entry, slug: 'two', made_at: '2030' }, '#/made_at'],
  ])('that %s leaves nothing behind, not even a record of the attempt', async (_name, broken, pointer) => {
    const parsed = readSeed({ ...seed, predictions: [entry, broken] });
    await expect(seedOnce(world.deps, parsed)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer }],
    });
    expect(Object.values(await countRows())).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await seedOnce(world.deps, readSeed(seed))).toEqual({ recorded: 1, existing: 0 });
  });

  test('gives a new id to a source whose id is taken', async () => {
    const id = 'src_00000000000000000000000000';
    const withId = (key: string) => ({ ...seed, sources: [{ key, id, title: key, url: null }], predictions: [] });
    await applySeed(world.deps, readSeed(withId('first')));
    await applySeed(world.deps, readSeed(withId('second')));
    const rows = await world.db.sql<{ id: string }[]>`select id from sources order by id`;
    expect(rows).toHaveLength(2);
    expect(rows[0]?.id).toBe(id);
  });

  test('of another format is rejected with pointers', () => {
    expect(() => readSeed({ ...seed, predictions: [{ ...entry, slug: 'Not A Slug' }] })).toThrowError(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer: '#/predictions/0/slug' })] }),
    );
    expect(() => readFeedsFile({ format: 'outturn-feeds/1', feeds: [{ slug: 'x' }] })).toThrowError(
      expect.objectContaining({ errors: [expect.objectContaining({ pointer: '#/feeds/0/adapter' })] }),
    );
  });
});
