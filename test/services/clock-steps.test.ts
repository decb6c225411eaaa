import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dayMs, hourMs } from '../../src/domain/instant.ts';
import { claimRequest, deleteExpiredResults } from '../../src/services/access/idempotency.ts';
import { createLimiter } from '../../src/services/access/rate-limits.ts';
import { pollDueFeeds } from '../../src/services/feeds/polls.ts';
import { refreshModels } from '../../src/services/models/states.ts';
import { resolveDue } from '../../src/services/settling/resolver.ts';
import { sendDue } from '../../src/services/webhooks/sender.ts';
import { sweepWebhooks } from '../../src/services/webhooks/sweep.ts';
import { acquireLease } from '../../src/store/leases.ts';
import { gptReleased, litellm, modelsDev, oldModels } from '../support/listings.ts';
import { record, view } from '../support/play.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { claim, decide, subscribe } from '../support/webhooks.ts';
import { served } from '../support/wire.ts';
import { catalogues, openWorld, type World } from '../support/world.ts';

let world: World;
let receiver: Receiver;
beforeAll(async () => {
  world = await openWorld();
  receiver = await openReceiver();
});
beforeEach(async () => {
  await world.reset({ feeds: catalogues, now: '2025-08-01T12:00:00Z' });
  receiver.clear();
});
afterAll(async () => {
  await receiver.close();
  await world.close();
});

function list(models: readonly string[]): void {
  world.wire.answer('https://litellm.test/prices.json', served(litellm(models)));
  world.wire.answer('https://models.test/api.json', served(modelsDev(models)));
}

/** What the jobs do at one tick. */
async function tick(): Promise<number> {
  const { polled, failures } = await pollDueFeeds(world.deps, world.clock.now());
  expect(failures).toEqual([]);
  await resolveDue(world.deps);
  await refreshModels(world.deps);
  return polled;
}

const quarterMs = 15 * 60_000;

describe.each([
  ['back an hour', [-hourMs]],
  ['forward a day', [dayMs]],
  ['forward a day and back', [dayMs, -dayMs]],
  ['back a day and forward', [-dayMs, dayMs]],
])('after the clock went %s', (_name, steps) => {
  test('every tick polls every feed, and a release is settled once and not before it was seen', async () => {
    await record(world, 'gpt-5', gptReleased('5'));
    await record(world, 'gpt-6', gptReleased('6', { by: '2025-12-31' }));
    list(oldModels);
    expect(await tick()).toBe(2);
    for (const step of steps) {
      world.clock.advance(step);
      expect(await tick()).toBe(2);
      expect((await view(world, 'gpt-5')).status).toBe('open');
      world.clock.advance(quarterMs);
      expect(await tick()).toBe(2);
    }
    list([...oldModels, 'gpt-5']);
    const seenAt = world.clock.now() + quarterMs;
    for (let index = 0; index < 4 * 48; index += 8) {
      world.clock.advance(quarterMs);
      expect(await tick()).toBe(2);
      world.clock.advance(7 * quarterMs);
    }
    expect(await view(world, 'gpt-5')).toMatchObject({ status: 'resolved', resolution: { outcome: 'yes' } });
    expect((await view(world, 'gpt-6')).status).toBe('open');
    const rows = await world.db.sql<{ knownAt: number; type: string }[]>`
      select r.known_at as "knownAt" from resolutions r`;
    expect(rows).toHaveLength(1);
    expect(rows[0]?.knownAt).toBeGreaterThanOrEqual(seenAt);
    const events = await world.db.sql`select id from events where type = 'prediction.resolved'`;
    expect(events).toHaveLength(1);
    expect(world.errors).toEqual([]);
  });

  test('a quota is not used up for longer than its window', async () => {
    const limiter = createLimiter(world.deps, { quota: 10, windowMs: 60_000 });
    const take = async (): Promise<boolean> => (await limiter.take('someone')).allowed;
    for (let index = 0; index < 10; index += 1) expect(await take()).toBe(true);
    expect(await take()).toBe(false);
    for (const step of steps) {
      world.clock.advance(step);
      expect(await take()).toBe(true);
      for (let index = 0; index < 9; index += 1) await take();
      expect(await take()).toBe(false);
    }
    world.clock.advance(60_000);
    expect(await take()).toBe(true);
  });

  test('a failed delivery is sent again within the longest delay', async () => {
    await subscribe(world, receiver.origin);
    receiver.answer(500, 200);
    await decide(world, (await claim(world, { slug: 'one' })).id);
    await sendDue(world.deps);
    expect(receiver.received).toHaveLength(1);
    for (const step of steps) world.clock.advance(step);
    for (let minute = 0; minute < 30 && receiver.received.length < 2; minute += 1) {
      await sweepWebhooks(world.deps);
      await sendDue(world.deps);
      world.clock.advance(hourMs);
    }
    expect(receiver.received).toHaveLength(2);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  });

  test('a request with a stored response is answered from it for the rest of its day, and forgotten after it', async () => {
    const request = { caller: 'key', method: 'POST', path: '/v1/predictions', key: 'k1' };
    expect(await claimRequest(world.deps, { request, fingerprint: 'f' })).toMatchObject({ kind: 'claimed' });
    for (const step of steps) world.clock.advance(step);
    await deleteExpiredResults(world.deps);
    world.clock.advance(2 * dayMs);
    await deleteExpiredResults(world.deps);
    expect(await claimRequest(world.deps, { request, fingerprint: 'g' })).toMatchObject({ kind: 'claimed' });
  });
});

test('a lease that a clock far ahead has granted is taken over', async () => {
  const { sql } = world.db;
  expect(await acquireLease(sql, 'job', 'one', 60_000)).toBe(true);
  expect(await acquireLease(sql, 'job', 'two', 60_000)).toBe(false);
  await sql`update leases set lease_until = clock_timestamp() + interval '1 hour'`;
  expect(await acquireLease(sql, 'job', 'two', 60_000)).toBe(true);
});
