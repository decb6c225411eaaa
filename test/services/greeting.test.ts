import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePredictions } from '../../src/cli/greeting.ts';
import { gptReleased, litellm, oldModels } from '../support/listings.ts';
import { readAt, record } from '../support/play.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('the startup message says of each prediction whether it needs a person, a poll, or more evidence', async () => {
  await record(world, 'worth-it', { op: 'judged', question: 'Was it worth it?' });
  await record(world, 'gpt-5', gptReleased('5'));
  const lines = async () => (await describePredictions(world.deps)).map((line) => line.trim().replaceAll(/ +/g, ' '));
  expect(await lines()).toEqual([
    'Predictions',
    'worth-it open, needs a decision by a person',
    'gpt-5 open, no feed with evidence has been polled yet',
  ]);
  await readAt(world, '2025-02-01', { litellm: litellm(oldModels) });
  expect((await lines()).at(-1)).toBe('gpt-5 open, unconfirmed as of 2025-02-01T00:00:00Z');
});
