import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Deps } from '../../src/services/deps.ts';
import { pollDueFeeds } from '../../src/services/feeds/polls.ts';
import { createPrediction } from '../../src/services/predictions/predictions.ts';
import { createPredictionResolution } from '../../src/services/predictions/resolutions.ts';
import { readSeed, seedOnce } from '../../src/services/predictions/seed.ts';
import { resolveDue, resolveEverything } from '../../src/services/settling/resolver.ts';
import type { Database } from '../../src/store/db.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../support/listings.ts';
import { eventTypes, hours, misreported, readAt, record, resolutions, view } from '../support/play.ts';
import { served } from '../support/wire.ts';
import { openAgain, openWorld, type World } from '../support/world.ts';

let world: World;
let other: Database;
let nodes: Deps[];
beforeAll(async () => {
  world = await openWorld();
  other = await openAgain(world.db);
  nodes = [world.deps, world.node('node_b', other)];
});
beforeEach(() => world.reset());
afterEach(async () => {
  expect(world.errors).toEqual([]);
  expect(await misreported(world)).toEqual([]);
});
afterAll(async () => {
  await other.close();
  await world.close();
});

function serve(models: readonly string[]): void {
  world.wire.answer('https://litellm.test/prices.json', served(litellm(models)));
  world.wire.answer('https://models.test/api.json', served(modelsDev(models)));
}

/** One tick on every node at once. */
async function tick(): Promise<void> {
  await Promise.all(nodes.map((node) => pollDueFeeds(node, world.clock.now())));
}

async function pollsByFeed(): Promise<{ slug: string; polls: number }[]> {
  return await world.db.sql<{ slug: string; polls: number }[]>`
    select f.slug, count(*)::int as polls from polls p join feeds f on f.id = p.feed_id group by f.slug order by f.slug`;
}

describe('two nodes on one database', () => {
  test('poll each feed once per tick', async () => {
    serve(oldModels);
    for (let count = 0; count < 10; count += 1) {
      await tick();
      world.clock.advance(hours(0.25));
    }
    expect(await pollsByFeed()).toEqual([
      { slug: 'litellm', polls: 10 },
      { slug: 'models-dev', polls: 10 },
    ]);
    const [row] = await world.db.sql`select count(*)::int as count from observations`;
    expect(row).toEqual({ count: 2 * oldModels.length });
  });

  // Each of two readings that commit at the same time is blind to the other; together they settle the prediction.
  test('settle what only two feeds together can settle, even if both are polled at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      await world.reset();
      await record(world, 'gpt-5-this-year', gptReleased('5', { by: '2025-12-31' }));
      await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
      world.clock.set('2026-01-03T06:00:00Z');
      serve(oldModels);
      await tick();
      expect(await view(world, 'gpt-5-this-year')).toMatchObject({
        status: 'resolved',
        prediction: { state: 'resolved' },
        resolution: { outcome: 'no' },
      });
      expect(await resolutions(world, 'gpt-5-this-year')).toHaveLength(1);
    }
  });

  test("never overwrite each other's resolution", async () => {
    for (let round = 0; round < 10; round += 1) {
      await world.reset();
      await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
      serve(oldModels);
      await tick();
      world.clock.advance(hours(1));
      serve([...oldModels, 'gpt-5']);
      await tick();
      world.clock.advance(hours(24));
      serve([...oldModels, 'gpt-5', 'gpt-4.1']);
      await Promise.all([tick(), ...nodes.map((node) => resolveEverything(node))]);
      expect(await view(world, 'gpt-5')).toMatchObject({ prediction: { state: 'resolved' }, status: 'resolved' });
      const types = await eventTypes(world, 'gpt-5');
      expect(types.filter((type) => type === 'prediction.resolved')).toHaveLength(1);
    }
  });

  test('write one resolution and one event, however many resolvers run', async () => {
    await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
    for (const [time, models] of [
      ['2025-01-01', oldModels],
      ['2025-01-02', [...oldModels, 'gpt-5']],
    ] as const) {
      await readAt(world, time, { litellm: litellm(models), 'models-dev': modelsDev(models) });
    }
    // A read a day later season both rows without touching the prediction, as if it had been recorded at that moment.
    const watches = await world.db.sql`delete from prediction_watches returning *`;
    const listed = [...oldModels, 'gpt-5'];
    await readAt(world, '2025-01-03T01:00:00Z', { litellm: litellm(listed), 'models-dev': modelsDev(listed) });
    await world.db.sql`insert into prediction_watches ${world.db.sql(watches)}`;
    await world.db.sql`update predictions set recheck_at = now() - interval '10 years'`;
    const runs = Array.from({ length: 20 }, (_, index) => nodes[index % 2] ?? world.deps);
    const done = await Promise.all(runs.map((node) => resolveDue(node)));
    expect(done.reduce((sum, counts) => sum + (counts?.resolved ?? 0), 0)).toBe(1);
    expect(await resolutions(world, 'gpt-5')).toHaveLength(1);
    expect(await eventTypes(world, 'gpt-5')).toEqual([
      'prediction.created',
      'prediction.proposed',
      'prediction.resolved',
    ]);
  });

  test('accept the decision of one of two people, and reject the other with a conflict', async () => {
    await record(world, 'o1-is-wise', { op: 'judged', question: 'Is it?' });
    const decide = (node: Deps, outcome: 'yes' | 'no') =>
      createPredictionResolution(node, 'o1-is-wise', {
        outcome,
        effectiveAt: '2025-01-01',
        reasonCode: 'judged',
        reason: 'Looked at it.',
        evidence: [],
        decidedBy: 'curator',
      });
    const results = await Promise.allSettled(nodes.map((node, index) => decide(node, index === 0 ? 'yes' : 'no')));
    // The embedded database has one connection: there the two come one after the other.
    const refused = results.filter((result) => result.status === 'rejected').map((result) => result.reason.code);
    expect(refused.every((code) => code === 'conflict')).toBe(true);
    expect(await resolutions(world, 'o1-is-wise')).toHaveLength(2 - refused.length);
  });

  test('seed an empty database once', async () => {
    const seed = readSeed({
      format: 'outturn-seed/1',
      sources: [{ key: 'paper', title: 'A paper', url: null }],
      predictors: [],
      predictions: [
        { slug: 'one', statement: 'One.', made_at: '2024', source: 'paper', criterion: gptReleased('5') },
        { slug: 'two', statement: 'Two.', made_at: '2024', source: 'paper', criterion: gptReleased('6') },
      ],
    });
    const counts = await Promise.all(nodes.map((node) => seedOnce(node, seed)));
    expect(counts.filter((count) => count !== null)).toEqual([{ recorded: 2, existing: 0 }]);
    const rows = await world.db.sql`select slug from predictions order by slug`;
    expect(rows.map((row) => row.slug)).toEqual(['one', 'two']);
  });

  test('settle a prediction that is recorded while its evidence is being ingested', async () => {
    await readAt(world, '2025-01-01', { litellm: litellm(oldModels), 'models-dev': modelsDev(oldModels) });
    serve([...oldModels, 'gpt-5']);
    world.clock.advance(hours(1));
    const input = { slug: 'gpt-5', statement: 'GPT-5 comes.', madeAt: '2024-12-01', criterion: gptReleased('5') };
    await Promise.all([tick(), createPrediction(nodes[1] ?? world.deps, input)]);
    world.clock.advance(hours(1));
    await resolveDue(world.deps);
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'proposed', prediction: { state: 'proposed' } });
  });
});
