import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { recordEvent } from '../../../src/services/events/outbox.ts';
import {
  claimDue,
  type LeasedDelivery,
  perEndpointMax,
  releaseUnconfirmed,
} from '../../../src/services/webhooks/deliver.ts';
import { retryWebhookDelivery } from '../../../src/services/webhooks/deliveries.ts';
import { startSender } from '../../../src/services/webhooks/sender.ts';
import { openReceiver } from '../../support/receiver.ts';
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

async function numbersClaimed(): Promise<(readonly [string, number, string])[]> {
  return (await claimDue(world.deps, small)).map(({ id, number, trigger }) => [id, number, trigger] as const);
}

it('deliveries that an unconfirmed claim leased are released, except those with an attempt, and count no attempt', async () => {
  await subscribe(world, 'http://127.0.0.1:3001/', { eventTypes: ['feed.recovered'] });
  await happen(4);
  const claimed = await numbersClaimed();
  expect(claimed).toHaveLength(4);
  await releaseUnconfirmed(
    world.deps,
    claimed.slice(0, 1).map(([id]) => id),
  );
  expect(await numbersClaimed()).toEqual(claimed.slice(1));
  await releaseUnconfirmed({ ...world.deps, nodeId: 'node_another' }, []);
  expect(await numbersClaimed()).toEqual([]);
});

it('a retry that was requested stays requested when its unconfirmed claim is released', async () => {
  await subscribe(world, 'http://127.0.0.1:3001/', { eventTypes: ['feed.recovered'] });
  await happen(1);
  const [delivery] = await world.db.sql<{ id: string }[]>`select id from webhook_deliveries`;
  await retryWebhookDelivery(world.deps, delivery?.id ?? '');
  const claimed = await numbersClaimed();
  expect(claimed).toEqual([[delivery?.id, 1, 'manual']]);
  await releaseUnconfirmed(world.deps, []);
  expect(await numbersClaimed()).toEqual(claimed);
});

it('a sender whose claim was committed but not confirmed delivers at once, and each message once', async () => {
  const receiver = await openReceiver();
  const { begin } = world.db;
  let lost = 0;
  const losing: typeof begin = async (run, options) => {
    const result = await begin(run, options);
    if (lost > 0) return result;
    lost += 1;
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  };
  await subscribe(world, `${receiver.origin}/hook`, { eventTypes: ['feed.recovered'] });
  await happen(perEndpointMax);
  const sender = await startSender({ ...world.deps, db: { ...world.db, begin: losing } });
  try {
    // Far less than a lease lasts.
    const open = "state <> 'succeeded'";
    await expect
      .poll(async () => (await world.db.sql.unsafe(`select 1 from webhook_deliveries where ${open}`)).length, {
        timeout: 15_000,
      })
      .toBe(0);
  } finally {
    await sender.stop(1000);
    await receiver.close();
  }
  expect(lost).toBe(1);
  expect(receiver.received).toHaveLength(perEndpointMax);
});
