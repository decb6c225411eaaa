import { describe, expect, it, test } from 'vitest';
import { parseSchedule } from '../../../src/domain/webhooks/retry-schedule.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { attemptDelivery, claimDue, recordOutcomes } from '../../../src/services/webhooks/deliver.ts';
import { retryWebhookDelivery } from '../../../src/services/webhooks/deliveries.ts';
import { deleteWebhookEndpoint, updateWebhookEndpoint } from '../../../src/services/webhooks/endpoints.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { openReceiver, type Receiver, verified } from '../../support/receiver.ts';
import { useWebhookWorld } from '../../support/webhook-world.ts';
import { attemptsOf, claim, decide, deliveriesOf, subscribe } from '../../support/webhooks.ts';
import type { World } from '../../support/world.ts';

let world: World;
let receiver: Receiver;
useWebhookWorld((opened) => {
  ({ world, receiver } = opened);
});

const never = new AbortController().signal;
const url = (name = 'hook') => `${receiver.origin}/${name}`;
const secondsMs = 1000;
const minutesMs = 60 * secondsMs;

const onSchedule = (schedule: string): Deps => ({
  ...world.deps,
  webhooks: { ...world.deps.webhooks, schedule: parseSchedule(schedule) },
});

/** Settles a claim and answers the one delivery that came of it. */
async function sendEvent(input: Parameters<typeof subscribe>[2] = {}) {
  const endpoint = await subscribe(world, url(), input);
  await decide(world, (await claim(world)).id);
  const [delivery] = await deliveriesOf(world, endpoint.id);
  if (delivery === undefined) throw new Error('nothing was to be delivered');
  return { endpoint, delivery };
}

const standing = async () => (await deliveriesOf(world))[0];
const numbers = async (delivery: { id: string }) => (await attemptsOf(world, delivery)).map(({ number }) => number);

describe('a delivery', () => {
  it('that is accepted is sent once', async () => {
    const { delivery } = await sendEvent();
    expect(await sendDue(world.deps)).toBe(1);
    world.clock.advance(1000 * minutesMs);
    expect(await sendDue(world.deps)).toBe(0);
    expect(await attemptsOf(world, delivery)).toEqual([
      expect.objectContaining({
        number: 1,
        trigger: 'schedule',
        url: url(),
        status: 200,
        errorClass: null,
        nextAttemptAt: null,
      }),
    ]);
  });

  it.each([403, 500])(
    'answered with %i is retried through the whole schedule, with numbered attempts, and then fails',
    async (status) => {
      const deps = onSchedule('0s,5s,5m');
      receiver.answer(status);
      const { delivery } = await sendEvent();
      expect(await sendDue(deps)).toBe(1);
      world.clock.advance(5 * secondsMs - 1);
      expect(await sendDue(deps)).toBe(0);
      world.clock.advance(1);
      expect(await sendDue(deps)).toBe(1);
      world.clock.advance(5 * minutesMs);
      expect(await sendDue(deps)).toBe(1);
      world.clock.advance(1000 * minutesMs);
      expect(await sendDue(deps)).toBe(0);
      expect(await numbers(delivery)).toEqual([1, 2, 3]);
      expect(await standing()).toMatchObject({
        state: 'failed',
        attempts: 3,
        lastStatus: status,
        lastErrorClass: 'bad_status',
        nextAttemptAt: null,
      });
    },
  );

  it('that cannot connect is retried like any other', async () => {
    const deps = onSchedule('0s,5s');
    const gone = await openReceiver();
    await subscribe(world, `${gone.origin}/hook`);
    await gone.close();
    const { delivery } = await sendEvent();
    await sendDue(deps);
    world.clock.advance(5 * secondsMs);
    await sendDue(deps);
    const other = (await deliveriesOf(world)).find(({ id }) => id !== delivery.id);
    expect(other).toMatchObject({ state: 'failed', attempts: 2, lastStatus: null, lastErrorClass: 'connect' });
  });

  it('has a single attempt if there is no schedule', async () => {
    receiver.answer(500);
    const { delivery } = await sendEvent();
    await sendDue(onSchedule('none'));
    expect(await standing()).toMatchObject({ state: 'failed' });
    expect(await numbers(delivery)).toEqual([1]);
  });
});

test('once the endpoint works again, the next attempt sends the same id and body with a new signature', async () => {
  receiver.answer(503, 200);
  const { endpoint } = await sendEvent();
  await sendDue(world.deps);
  world.clock.advance(5 * secondsMs);
  await sendDue(world.deps);
  const [first, second] = receiver.received;
  expect(second?.body).toBe(first?.body);
  expect(second?.id).toBe(first?.id);
  expect(Number(second?.headers['webhook-timestamp'])).toBe(Number(first?.headers['webhook-timestamp']) + 5);
  expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
  expect(verified(endpoint.secret, first)).toEqual(verified(endpoint.secret, second));
  expect(await standing()).toMatchObject({ state: 'succeeded', attempts: 2 });
});

test('a failing endpoint does not delay two others', async () => {
  const deaf = await openReceiver();
  deaf.answer(() => {});
  await subscribe(world, `${deaf.origin}/deaf`);
  const others = [await subscribe(world, url('a')), await subscribe(world, url('b'))];
  for (let index = 0; index < 3; index += 1) await decide(world, (await claim(world)).id);
  const sending = sendDue(world.deps);
  await receiver.arrived(6);
  await sending;
  await deaf.close();
  for (const { id } of others)
    expect((await deliveriesOf(world, id)).map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  expect((await deliveriesOf(world)).filter(({ lastErrorClass }) => lastErrorClass === 'timeout')).toHaveLength(3);
});

test('a redirect is a failure and is not followed', async () => {
  const second = await openReceiver();
  receiver.answer((response) => response.writeHead(308, { location: `${second.origin}/there` }).end());
  await sendEvent();
  await sendDue(world.deps);
  expect(await standing()).toMatchObject({ state: 'pending', lastStatus: 308, lastErrorClass: 'redirect' });
  expect(second.received).toEqual([]);
  await second.close();
});

describe('Retry-After', () => {
  it.each([
    ['120', 429, 120 * secondsMs],
    ['120.1', 503, 121 * secondsMs],
    ['Wed, 01 Jan 2025 00:10:00 GMT', 500, 10 * minutesMs],
    ['Tue, 31 Dec 2024 23:00:00 GMT', 503, 5 * secondsMs],
    ['1', 400, 5 * secondsMs],
    ['99999999', 429, 24 * 60 * minutesMs],
    ['invalid', 503, 5 * secondsMs],
  ])('of %s with status %i delays the next attempt by %i ms, and uses up no attempt', async (value, status, waitMs) => {
    receiver.answer((response) => response.writeHead(status, { 'retry-after': value }).end(), 500, 200);
    await sendEvent();
    await sendDue(world.deps);
    const start = world.deps.now();
    expect((await standing())?.nextAttemptAt).toBe(start + waitMs);
    world.clock.advance(waitMs);
    await sendDue(world.deps);
    expect((await standing())?.nextAttemptAt).toBe(start + waitMs + 5 * minutesMs);
  });

  it('with 429 pauses all deliveries to that endpoint, except manual retries', async () => {
    receiver.answer((response) => response.writeHead(429, { 'retry-after': '600' }).end(), 200);
    const { endpoint, delivery } = await sendEvent();
    await sendDue(world.deps);
    await decide(world, (await claim(world)).id);
    expect(await sendDue(world.deps)).toBe(0);
    world.clock.advance(600 * secondsMs);
    expect(await sendDue(world.deps)).toBe(2);
    receiver.answer((response) => response.writeHead(503, { 'retry-after': '600' }).end(), 200);
    await decide(world, (await claim(world)).id);
    await sendDue(world.deps);
    await retryWebhookDelivery(world.deps, delivery.id);
    expect(await sendDue(world.deps)).toBe(1);
    expect((await deliveriesOf(world, endpoint.id)).filter(({ state }) => state === 'succeeded')).toHaveLength(2);
  });
});

test('a retry is never early', async () => {
  const late: Deps = { ...world.deps, webhooks: { ...world.deps.webhooks, random: () => 0.999 } };
  receiver.answer(500);
  await sendEvent();
  await sendDue(late);
  const wait = ((await standing())?.nextAttemptAt ?? 0) - world.deps.now();
  expect(wait).toBeGreaterThan(5 * secondsMs);
  expect(wait).toBeLessThan(6 * secondsMs);
});

describe('a manual retry', () => {
  it('takes the next number and replaces the scheduled retry; the schedule then continues to its end', async () => {
    const deps = onSchedule('0s,5s,5m');
    receiver.answer(500);
    const { delivery } = await sendEvent();
    await sendDue(deps);
    await retryWebhookDelivery(deps, delivery.id);
    await sendDue(deps);
    const asked = world.deps.now();
    expect(await standing()).toMatchObject({ state: 'pending', attempts: 2, nextAttemptAt: asked + 5 * minutesMs });
    world.clock.advance(5 * secondsMs);
    expect(await sendDue(deps)).toBe(0);
    world.clock.advance(5 * minutesMs);
    expect(await sendDue(deps)).toBe(1);
    expect(await standing()).toMatchObject({ state: 'failed', attempts: 3 });
    expect((await attemptsOf(world, delivery)).map(({ trigger }) => trigger)).toEqual([
      'schedule',
      'manual',
      'schedule',
    ]);
  });

  it('of a failed delivery is a single attempt; of a successful one leaves it delivered', async () => {
    const deps = onSchedule('none');
    receiver.answer(500, 500, 200, 500);
    const { delivery } = await sendEvent();
    const states: unknown[] = [];
    for (let round = 0; round < 4; round += 1) {
      if (round > 0) await retryWebhookDelivery(deps, delivery.id);
      expect(await sendDue(deps)).toBe(1);
      states.push((await standing())?.state);
    }
    expect(states).toEqual(['failed', 'failed', 'succeeded', 'succeeded']);
  });

  it('requested twice is made twice', async () => {
    receiver.answer(500);
    const { delivery } = await sendEvent();
    const deps = onSchedule('none');
    await sendDue(deps);
    await Promise.all([retryWebhookDelivery(deps, delivery.id), retryWebhookDelivery(deps, delivery.id)]);
    expect(await sendDue(deps)).toBe(2);
    expect(await numbers(delivery)).toEqual([1, 2, 3]);
  });

  it('requested during an attempt follows it', async () => {
    receiver.answer(200, 200);
    const { delivery } = await sendEvent();
    const [claimed] = await claimDue(world.deps, 10);
    await retryWebhookDelivery(world.deps, delivery.id);
    expect(await claimDue(world.deps, 10)).toEqual([]);
    if (claimed !== undefined) await recordOutcomes(world.deps, [await attemptDelivery(world.deps, claimed, never)]);
    expect(await standing()).toMatchObject({ state: 'pending', attempts: 1 });
    expect(await sendDue(world.deps)).toBe(1);
    expect((await attemptsOf(world, delivery)).map(({ trigger }) => trigger)).toEqual(['schedule', 'manual']);
    expect(await standing()).toMatchObject({ state: 'succeeded', attempts: 2 });
  });

  it('is limited in number', async () => {
    const { delivery } = await sendEvent();
    for (let index = 0; index < 10; index += 1) await retryWebhookDelivery(world.deps, delivery.id);
    await expect(retryWebhookDelivery(world.deps, delivery.id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is rejected while the endpoint is disabled', async () => {
    const { endpoint, delivery } = await sendEvent();
    await updateWebhookEndpoint(world.deps, endpoint.id, { status: 'disabled' }, null);
    await expect(retryWebhookDelivery(world.deps, delivery.id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(retryWebhookDelivery(world.deps, 'dlv_none')).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('an endpoint that is', () => {
  it('disabled receives nothing; when enabled again it receives events from then on', async () => {
    const { endpoint } = await sendEvent();
    await updateWebhookEndpoint(world.deps, endpoint.id, { status: 'disabled' }, null);
    await decide(world, (await claim(world)).id);
    expect(await sendDue(world.deps)).toBe(0);
    expect((await deliveriesOf(world)).map(({ state }) => state)).toEqual(['held', 'held']);
    await updateWebhookEndpoint(world.deps, endpoint.id, { status: 'enabled' }, null);
    expect(await sendDue(world.deps)).toBe(0);
    await decide(world, (await claim(world)).id);
    expect(await sendDue(world.deps)).toBe(1);
    expect((await deliveriesOf(world)).map(({ state }) => state)).toEqual(['held', 'held', 'succeeded']);
  });

  it('deleted or disabled during an attempt receives nothing more', async () => {
    for (const end of [
      deleteWebhookEndpoint,
      (deps: Deps, id: string) => updateWebhookEndpoint(deps, id, { status: 'disabled' }, null),
    ]) {
      await world.reset({ feeds: [] });
      receiver.answer(500);
      const { endpoint } = await sendEvent();
      const [claimed] = await claimDue(world.deps, 10);
      await end(world.deps, endpoint.id);
      if (claimed !== undefined) await recordOutcomes(world.deps, [await attemptDelivery(world.deps, claimed, never)]);
      expect((await standing())?.state).toBe(end === deleteWebhookEndpoint ? 'cancelled' : 'held');
      world.clock.advance(1000 * minutesMs);
      expect(await sendDue(world.deps)).toBe(0);
    }
  });

  it('moved receives the next attempt at its new URL, and each attempt records its URL', async () => {
    receiver.answer(500, 200);
    const { endpoint, delivery } = await sendEvent();
    await sendDue(world.deps);
    await updateWebhookEndpoint(world.deps, endpoint.id, { url: url('moved') }, null);
    world.clock.advance(5 * secondsMs);
    await sendDue(world.deps);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/moved']);
    expect((await attemptsOf(world, delivery)).map((attempt) => attempt.url)).toEqual([url(), url('moved')]);
  });
});

describe('the response', () => {
  it('is stored as shortened text, whatever it contains', async () => {
    receiver.answer((response) => {
      response.writeHead(500, { 'x-odd': Buffer.from([0xff, 0xfe]).toString('latin1') });
      response.end(Buffer.concat([Buffer.from([0x61, 0x00, 0xff, 0xed, 0xa0, 0x80]), Buffer.alloc(100_000, 'x')]));
    });
    const { delivery } = await sendEvent();
    await sendDue(world.deps);
    const [attempt] = await attemptsOf(world, delivery);
    expect(attempt).toMatchObject({ status: 500, truncated: true });
    expect(attempt?.body?.slice(0, 3)).toBe('a\uFFFD\uFFFD');
    expect(attempt?.body?.length).toBeLessThanOrEqual(16_384);
    expect(await standing()).toMatchObject({ state: 'pending', attempts: 1 });
  });
});

describe('concurrency', () => {
  it('is limited per endpoint, and is one for a failing endpoint', async () => {
    await subscribe(world, url('a'));
    await subscribe(world, url('b'));
    for (let index = 0; index < 10; index += 1) await decide(world, (await claim(world)).id);
    const claimed = await claimDue(world.deps, 100);
    expect(claimed).toHaveLength(16);
    expect(await claimDue(world.deps, 100)).toEqual([]);
    receiver.answer(500);
    await recordOutcomes(world.deps, await Promise.all(claimed.map((one) => attemptDelivery(world.deps, one, never))));
    expect(await claimDue(world.deps, 100)).toHaveLength(2);
  });

  it('respects the rate limit of an endpoint across all nodes', async () => {
    await subscribe(world, url(), { ratePerSecond: 3 });
    for (let index = 0; index < 8; index += 1) await decide(world, (await claim(world)).id);
    const other = world.node('node_b');
    expect((await claimDue(world.deps, 100)).length + (await claimDue(other, 100)).length).toBe(3);
    world.clock.advance(334);
    expect(await claimDue(other, 100)).toHaveLength(1);
    expect(await claimDue(world.deps, 100)).toHaveLength(0);
  });

  it('is shared fairly, however many deliveries wait for one endpoint', async () => {
    await subscribe(world, url('a'));
    for (let index = 0; index < 6; index += 1) await decide(world, (await claim(world)).id);
    await subscribe(world, url('b'));
    await decide(world, (await claim(world)).id);
    const first = await claimDue(world.deps, 2);
    const second = await claimDue(world.deps, 2, first.at(-1)?.endpointId);
    expect(second.map((one) => one.url)).toContain(url('b'));
  });
});

test('an attempt whose sender died is recorded as lost, and another sender repeats it under the same id', async () => {
  const { delivery } = await sendEvent();
  const [claimed] = await claimDue(world.deps, 10);
  await world.db.sql`update webhook_leases set lease_until = now() - interval '1 second'`;
  expect(await sendDue(world.node('node_b'))).toBe(1);
  expect(await attemptsOf(world, delivery)).toEqual([
    expect.objectContaining({ number: 1, errorClass: 'lost', startedAt: null, status: null }),
    expect.objectContaining({ number: 2, errorClass: null, status: 200 }),
  ]);
  // The first was not dead after all; what it has to say comes too late.
  if (claimed !== undefined) await recordOutcomes(world.deps, [await attemptDelivery(world.deps, claimed, never)]);
  expect(await numbers(delivery)).toEqual([1, 2]);
  expect(await standing()).toMatchObject({ state: 'succeeded', attempts: 2 });
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
});

test('a stopping sender releases its unfinished deliveries, and uses up no attempts', async () => {
  const stop = new AbortController();
  receiver.answer(() => stop.abort(), 500, 200);
  const { delivery } = await sendEvent();
  const claimed = await claimDue(world.deps, 10);
  await recordOutcomes(
    world.deps,
    await Promise.all(claimed.map((one) => attemptDelivery(world.deps, one, stop.signal))),
  );
  expect(await sendDue(world.deps)).toBe(1);
  expect((await attemptsOf(world, delivery)).map(({ errorClass }) => errorClass)).toEqual(['stopped', 'bad_status']);
  expect((await standing())?.nextAttemptAt).toBe(world.deps.now() + 5 * secondsMs);
});
