import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { pollFeedNow } from '../../src/services/polls.ts';
import { litellm } from '../support/listings.ts';
import { failed, notModified, served } from '../support/wire.ts';
import { openWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.reset());
afterEach(() => expect(world.errors).toEqual([]));
afterAll(() => world.close());

const url = 'https://litellm.test/prices.json';
const models = Array.from({ length: 10 }, (_, index) => `claude-${index + 1}`);
const listing = (ids: readonly string[]) => served(litellm(Object.fromEntries(ids.map((id) => [id, {}]))));

/** Polls once for each answer, an hour apart, and tells which events came of it. */
async function poll(...answers: ReturnType<typeof served>[]): Promise<string[]> {
  const before = (await told()).length;
  for (const answer of answers) {
    world.wire.answer(url, answer);
    await pollFeedNow(world.deps, 'litellm');
    world.clock.advance(3_600_000);
  }
  return (await told()).slice(before);
}

async function told(): Promise<string[]> {
  const rows = await world.db.sql<{ type: string; body: string }[]>`
    select type, body from events where type like 'feed.%' order by sequence`;
  return rows.map(({ type, body }) => `${type}: ${JSON.parse(body).data.reason}`);
}

test('a feed that cannot be read three times in a row is told to be unhealthy once, and to have recovered once', async () => {
  expect(await poll(listing(models), failed('connect'), failed('connect'))).toEqual([]);
  expect(await poll(failed('connect'))).toEqual([
    'feed.unhealthy: it could not be read 3 times in a row: the test says connect',
  ]);
  expect(await poll(failed('timeout'), failed('timeout'))).toEqual([]);
  expect(await poll(notModified)).toEqual(['feed.recovered: it was read and believed again']);
  expect(await poll(listing(models), failed('connect'), listing(models))).toEqual([]);
});

test('a listing that is not believed makes its feed unhealthy, and the next that is makes it well', async () => {
  const unhealthy = expect.stringMatching(/^feed\.unhealthy: /);
  expect(await poll(listing(models), listing(models.slice(6)))).toEqual([unhealthy]);
  expect(await poll(listing(models.slice(6)))).toEqual([]);
  expect(await poll(listing(models))).toEqual(['feed.recovered: it was read and believed again']);
  expect(await poll(served('not JSON'))).toEqual([unhealthy]);
  expect(await poll(listing(models))).toEqual(['feed.recovered: it was read and believed again']);
});
