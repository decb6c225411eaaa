import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayMs } from '../../../src/domain/instant.ts';
import { watchedIdsMax } from '../../../src/domain/model-watches/limits.ts';
import { createWatch } from '../../../src/services/model-watches/model-watches.ts';
import { sendNotices } from '../../../src/services/model-watches/notices.ts';
import { countStatements } from '../../support/counting-database.ts';
import { endFeeds, prices } from '../../support/end-history.ts';
import { readAt } from '../../support/play.ts';
import { subscribe } from '../../support/webhooks.ts';
import { openWorld, type World } from '../../support/world.ts';

const endpoints = 200;
const models = ['gpt-4.1', 'gpt-4o', 'gpt-5', 'gpt-5-mini', 'o3'] as const;

let world: World;
beforeAll(async () => {
  world = await openWorld({ feeds: endFeeds });
  await readAt(world, '2026-01-02', { litellm: prices(Object.fromEntries(models.map((id) => [id, {}]))) });
  // The same models in many spellings: each names a region.
  const ids = Array.from({ length: watchedIdsMax }, (_, index) => {
    const model = models[index % models.length] ?? 'gpt-5';
    return `azure/region-${index}/${model}`.replace(`region-${index}`, index < models.length ? 'eu' : 'us');
  });
  const spellings = ids.map((id, index) => id + (index < 2 * models.length ? '' : `@${index}`));
  await createWatch(world.deps, 'large', { ids: [...new Set([...models, ...spellings])].slice(0, watchedIdsMax) });
  for (let index = 0; index < endpoints; index += 1)
    await subscribe(world, `https://hooks.example.com/${index}`, {
      eventTypes: ['model.ending'],
      filter: { watch: ['large'] },
    });
});
afterAll(() => world.close());

/** The ends of the first models are stated. */
async function stateEnds(time: string, count: number): Promise<void> {
  const rows = models.map((id, index) => [id, index < count ? { ends: '2026-06-01' } : {}] as const);
  await readAt(world, time, { litellm: prices(Object.fromEntries(rows)) });
}

async function tick(): Promise<{ readonly events: number; readonly statements: number }> {
  const counted = countStatements(world.db);
  const events = await sendNotices({ ...world.deps, db: counted.db });
  return { events, statements: counted.take().length };
}

async function deliveries(): Promise<number> {
  const [row] = await world.db.sql<{ count: number }[]>`select count(*)::int as count from webhook_deliveries`;
  return row?.count ?? 0;
}

test(`a tick over a watch of ${watchedIdsMax} ids and ${endpoints} endpoints costs what is due`, async () => {
  await stateEnds('2026-01-03', 1);
  await tick();
  const idle = await tick();
  expect(idle).toEqual({ events: 0, statements: 3 });
  world.clock.set('2026-03-03');
  const one = await tick();
  expect([one.events, await deliveries()]).toEqual([1, endpoints]);
  expect(one.statements).toBeLessThanOrEqual(9);
  await stateEnds('2026-03-04', models.length);
  const changed = await tick();
  expect(changed.events).toBe(models.length - 1);
  expect(changed.statements).toBeLessThanOrEqual(one.statements + models.length - 2);
  expect(await tick()).toEqual(idle);
  expect(await deliveries()).toBe(models.length * endpoints);
});

test('a process that dies before the commit leaves nothing, and the next run sends each notice once', async () => {
  world.clock.advance(32 * dayMs);
  const before = await deliveries();
  const begin: World['db']['begin'] = (run, options) =>
    world.db.begin(async (tx) => {
      await run(tx);
      throw new Error('killed');
    }, options);
  await expect(sendNotices({ ...world.deps, db: { ...world.db, begin } })).rejects.toThrow('killed');
  expect(await deliveries()).toBe(before);
  const runs = await Promise.all([sendNotices(world.deps), sendNotices(world.node('node_b'))]);
  expect(runs.reduce((sum, count) => sum + count, 0)).toBe(models.length);
  expect(await deliveries()).toBe(before + models.length * endpoints);
  const [twice] = await world.db.sql<{ count: number }[]>`
    select count(*)::int as count from (
      select body::json->'data'->'end'->>'id', body::json->'data'->>'notice_day' from events where type = 'model.ending'
      and body::json->'data'->>'notice_day' is not null group by 1, 2 having count(*) > 1) repeated`;
  expect(twice?.count).toBe(0);
});
