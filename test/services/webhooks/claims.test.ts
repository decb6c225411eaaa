import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { recordEvent } from '../../../src/services/events/outbox.ts';
import { claimDue, type LeasedDelivery, perEndpointMax } from '../../../src/services/webhooks/deliver.ts';
import { feedRecovered, subscribe } from '../../support/webhooks.ts';
import { openWorld, type World } from '../../support/world.ts';

/** More than one small claim locks. */
const endpoints = 34;
const small = 8;

let world: World;
beforeAll(async () => {
  world = await openWorld({ feeds: [] });
});
beforeEach(async () => {
  await world.reset({ feeds: [] });
});
afterAll(async () => {
  await world.close();
});

async function happen(times: number): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    await recordEvent(world.db.sql, world.deps, feedRecovered(world, `poll ${index}`));
  }
}

/** How many of each endpoint are taken, by claims that always look from the beginning, until one takes nothing. */
async function takeAll(): Promise<Map<string, number>> {
  const taken = new Map<string, number>();
  for (let claimed: LeasedDelivery[] = []; ; ) {
    claimed = await claimDue(world.deps, small);
    if (claimed.length === 0) return taken;
    for (const { endpointId } of claimed) taken.set(endpointId, (taken.get(endpointId) ?? 0) + 1);
  }
}

it('leasing skips endpoints at their concurrency limit, however many there are', async () => {
  for (let index = 0; index < endpoints; index += 1)
    await subscribe(world, `http://127.0.0.1:3001/${index}`, { eventTypes: ['feed.recovered'] });
  await happen(perEndpointMax + 1);
  expect([...(await takeAll()).values()]).toEqual(Array.from({ length: endpoints }, () => perEndpointMax));
});

it('leasing skips endpoints at their rate limit', async () => {
  const slow = { eventTypes: ['feed.recovered' as const], ratePerSecond: 1 };
  for (let index = 0; index < endpoints; index += 1) await subscribe(world, `http://127.0.0.1:3001/${index}`, slow);
  await happen(2);
  expect([...(await takeAll()).values()]).toEqual(Array.from({ length: endpoints }, () => 1));
});
