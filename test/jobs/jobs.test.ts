import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { pollFeedsJob } from '../../jobs/poll-feeds.ts';
import { refreshModelsJob } from '../../jobs/refresh-models.ts';
import { resolvePredictionsJob } from '../../jobs/resolve-predictions.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../support/listings.ts';
import { hours, record, view } from '../support/play.ts';
import { served } from '../support/wire.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const pollFeeds = pollFeedsJob('*/15 * * * *');

function serve(models: readonly string[]): void {
  world.wire.answer('https://litellm.test/prices.json', served(litellm(models)));
  world.wire.answer('https://models.test/api.json', served(modelsDev(models)));
}

test('running a job twice in one tick has the effect of running it once', async () => {
  await record(world, 'gpt-5', gptReleased('5'), { madeAt: '2024-12-01' });
  serve(oldModels);
  const runs: unknown[] = [];
  for (const models of [oldModels, [...oldModels, 'gpt-5'], [...oldModels, 'gpt-5']]) {
    serve(models);
    for (const job of [pollFeeds, pollFeeds, resolvePredictionsJob, resolvePredictionsJob])
      runs.push(await job.run(world.deps, world.clock.now()));
    world.clock.advance(hours(24));
  }
  expect(runs).toMatchObject([
    { polled: 2, failed: 0 },
    { polled: 0 },
    { evaluated: 0 },
    { evaluated: 0 },
    { polled: 2 },
    { polled: 0 },
    { evaluated: 0 },
    { evaluated: 0 },
    { polled: 2, resolved: 1 },
    { polled: 0, resolved: 0 },
    { evaluated: 0 },
    { evaluated: 0 },
  ]);
  expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
});

test('the next tick makes up for a missed one', async () => {
  await world.reset();
  serve(oldModels);
  const missed = world.clock.now();
  world.clock.advance(hours(3));
  expect(await pollFeeds.run(world.deps, world.clock.now())).toMatchObject({ polled: 2 });
  expect(await pollFeeds.run(world.deps, missed)).toMatchObject({ polled: 0 });
});

test('polling establishes a model once, by the read a day after its listing, and leaves the refresh job nothing to do', async () => {
  await world.reset();
  for (const models of [oldModels, [...oldModels, 'gpt-5'], [...oldModels, 'gpt-5'], [...oldModels, 'gpt-5']]) {
    serve(models);
    await pollFeeds.run(world.deps, world.clock.now());
    world.clock.advance(hours(12));
  }
  const runs: unknown[] = [];
  for (const wait of [0, 0, 12, 0]) {
    world.clock.advance(hours(wait));
    runs.push(await refreshModelsJob.run(world.deps, world.clock.now()));
  }
  expect(runs).toEqual([{ families: 0 }, { families: 0 }, { families: 0 }, { families: 0 }]);
  const releases = await world.db.sql`select id from events where type = 'model.released'`;
  expect(releases.length).toBe(1);
});
