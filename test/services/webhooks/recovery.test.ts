import { describe, expect, it, test } from 'vitest';
import { dayMs, hourMs } from '../../../src/domain/instant.ts';
import { failingMsMax, failureForgottenMs } from '../../../src/domain/webhooks/delivery.ts';
import { endpointWarning } from '../../../src/domain/webhooks/endpoint-warning.ts';
import { parseSchedule } from '../../../src/domain/webhooks/retry-schedule.ts';
import type { Deps } from '../../../src/services/deps.ts';
import { attemptDelivery, claimDue, recordOutcomes } from '../../../src/services/webhooks/deliver.ts';
import {
  getWebhookEndpointStats,
  recoverMsMax,
  recoverWebhookEndpoint,
  retryWebhookDelivery,
  statsMsMax,
} from '../../../src/services/webhooks/deliveries.ts';
import { getWebhookEndpoint, updateWebhookEndpoint } from '../../../src/services/webhooks/endpoints.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { responseKeptMs, sweepWebhooks, warnAboutDisabled } from '../../../src/services/webhooks/sweep.ts';
import type { Receiver } from '../../support/receiver.ts';
import { useWebhookWorld } from '../../support/webhook-world.ts';
import { attemptsOf, claim, decide, deliveriesOf, subscribe } from '../../support/webhooks.ts';
import type { World } from '../../support/world.ts';

let world: World;
let receiver: Receiver;
let once: Deps;
useWebhookWorld((opened) => {
  ({ world, receiver } = opened);
  once = { ...world.deps, webhooks: { ...world.deps.webhooks, schedule: parseSchedule('none') } };
});

const never = new AbortController().signal;
const states = async (id: string) => (await deliveriesOf(world, id)).map(({ state }) => state);
const endpointNow = (id: string) => getWebhookEndpoint(world.deps, id);

/** Sends an event in a single attempt, so that a failure ends the delivery. */
async function tellOnce(answer = 200): Promise<void> {
  receiver.answer((response, { path }) => response.writeHead(path === '/watch' ? 200 : answer).end());
  await decide(world, (await claim(world)).id);
  await sendDue(once);
}

describe('recover', () => {
  it('reaches back fourteen days, and not into the future', async () => {
    const { id } = await subscribe(world, receiver.origin);
    const now = world.deps.now();
    await expect(recoverWebhookEndpoint(world.deps, id, now - recoverMsMax - 1)).rejects.toMatchObject({
      code: 'validation_failed',
    });
    await expect(recoverWebhookEndpoint(world.deps, id, now + 1)).rejects.toMatchObject({ code: 'validation_failed' });
    expect(await recoverWebhookEndpoint(world.deps, id, now - recoverMsMax)).toBe(0);
    await expect(recoverWebhookEndpoint(world.deps, 'whe_none', now)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('sends what has failed since, exactly once, and nothing that was delivered or happened earlier', async () => {
    const { id } = await subscribe(world, receiver.origin);
    await tellOnce(500);
    world.clock.advance(hourMs);
    await tellOnce(200);
    const between = world.deps.now();
    world.clock.advance(hourMs);
    await tellOnce(500);
    receiver.clear();
    expect(await recoverWebhookEndpoint(once, id, world.deps.now())).toBe(1);
    expect(await sendDue(once)).toBe(1);
    expect(await recoverWebhookEndpoint(once, id, between)).toBe(0);
    expect(await recoverWebhookEndpoint(once, id, between - 2 * hourMs)).toBe(1);
    expect(await sendDue(once)).toBe(1);
    expect(await states(id)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(receiver.received).toHaveLength(2);
    const [first] = await deliveriesOf(world, id);
    expect((await attemptsOf(world, first)).map(({ trigger }) => trigger)).toEqual(['schedule', 'recover']);
  });

  it('sends what was held while the endpoint was disabled, with a full schedule', async () => {
    const { id } = await subscribe(world, receiver.origin);
    await updateWebhookEndpoint(world.deps, id, { status: 'disabled' }, null);
    const since = world.deps.now();
    for (let index = 0; index < 3; index += 1) await decide(world, (await claim(world)).id);
    await expect(recoverWebhookEndpoint(world.deps, id, since)).rejects.toMatchObject({ code: 'conflict' });
    await updateWebhookEndpoint(world.deps, id, { status: 'enabled' }, null);
    expect(await recoverWebhookEndpoint(world.deps, id, since)).toBe(3);
    receiver.answer(500, 200);
    expect(await sendDue(world.deps)).toBe(3);
    world.clock.advance(5000);
    expect(await sendDue(world.deps)).toBe(1);
    expect(await states(id)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });
});

test('the stats count the results of deliveries, 28 days back at most', async () => {
  const { id } = await subscribe(world, receiver.origin);
  await tellOnce(500);
  await tellOnce(200);
  const now = world.deps.now();
  expect(await getWebhookEndpointStats(world.deps, id, now)).toEqual({
    pending: 0,
    succeeded: 1,
    failed: 1,
    held: 0,
    cancelled: 0,
  });
  await expect(getWebhookEndpointStats(world.deps, id, now - statsMsMax - 1)).rejects.toMatchObject({
    code: 'validation_failed',
  });
});

test('after thirty days the response is deleted, and every row remains', async () => {
  receiver.answer((response) => response.writeHead(200).end('thank you'));
  const { id } = await subscribe(world, receiver.origin);
  await decide(world, (await claim(world)).id);
  await sendDue(world.deps);
  const [delivery] = await deliveriesOf(world, id);
  world.clock.advance(responseKeptMs);
  await sweepWebhooks(world.deps);
  expect((await attemptsOf(world, delivery))[0]).toMatchObject({ body: 'thank you' });
  world.clock.advance(1);
  expect(await sweepWebhooks(world.deps)).toMatchObject({ responses: 1 });
  expect(await attemptsOf(world, delivery)).toEqual([expect.objectContaining({ number: 1, status: 200, body: null })]);
});

describe('a failing endpoint', () => {
  it('gets a warning at each step, and is disabled when a delivery fails after five days without success', async () => {
    const watcher = await subscribe(world, `${receiver.origin}/watch`, { eventTypes: ['endpoint.disabled'] });
    const { id } = await subscribe(world, receiver.origin);
    const start = world.deps.now();
    await tellOnce(500);
    const seen: string[] = [];
    for (const share of [0.5, 0.7, 0.9]) {
      world.clock.advance(start + share * failingMsMax - world.deps.now());
      await tellOnce(500);
      const endpoint = await endpointNow(id);
      expect(endpoint).toMatchObject({ status: 'enabled', failingSince: start });
      seen.push(/(\d+ %)/.exec(endpointWarning(endpoint, world.deps.now()) ?? '')?.[1] ?? '');
    }
    expect(seen).toEqual(['50 %', '70 %', '90 %']);
    world.clock.advance(start + failingMsMax - 1 - world.deps.now());
    await tellOnce(500);
    expect((await endpointNow(id)).status).toBe('enabled');
    world.clock.advance(1);
    expect(endpointWarning(await endpointNow(id), world.deps.now())).toContain('100 %');
    await tellOnce(500);
    const disabled = await endpointNow(id);
    expect(disabled).toMatchObject({ status: 'disabled', disabledReason: 'failing', disabledAt: world.deps.now() });
    expect(endpointWarning(disabled, world.deps.now())).toContain('every delivery has failed since 2025-01-01');
    expect(JSON.parse(receiver.at('/watch')[0]?.body ?? '{}')).toMatchObject({
      type: 'endpoint.disabled',
      data: { endpoint: { id }, reason: 'failing', failing_since: '2025-01-01T00:00:00Z' },
    });
    expect(await states(watcher.id)).toEqual(['succeeded']);
  });

  it('is reset by one success', async () => {
    const { id } = await subscribe(world, receiver.origin);
    await tellOnce(500);
    world.clock.advance(4 * dayMs);
    await tellOnce(200);
    expect(await endpointNow(id)).toMatchObject({ failingSince: null, lastFailedAt: null });
    world.clock.advance(4 * dayMs);
    await tellOnce(500);
    expect(await endpointNow(id)).toMatchObject({ status: 'enabled', failingSince: world.deps.now() });
  });

  it('is not disabled by a single failure long ago', async () => {
    const { id } = await subscribe(world, receiver.origin);
    await tellOnce(500);
    world.clock.advance(failureForgottenMs + 1);
    await tellOnce(500);
    expect(await endpointNow(id)).toMatchObject({ status: 'enabled', failingSince: world.deps.now() });
  });

  it('is charged with an attempt once, however often it is recorded', async () => {
    const { id } = await subscribe(world, receiver.origin);
    receiver.answer(500);
    await decide(world, (await claim(world)).id);
    const [claimed] = await claimDue(world.deps, 1);
    if (claimed === undefined) throw new Error('nothing is due');
    const ended = await attemptDelivery(world.deps, claimed, never);
    await recordOutcomes(world.deps, [ended]);
    const before = [await endpointNow(id), await deliveriesOf(world, id)];
    world.clock.advance(6 * dayMs);
    await recordOutcomes(world.deps, [ended]);
    expect([await endpointNow(id), await deliveriesOf(world, id)]).toEqual(before);
  });

  it('is disabled even if no endpoint subscribes to that event', async () => {
    const { id } = await subscribe(world, receiver.origin);
    await tellOnce(500);
    world.clock.advance(failingMsMax);
    await tellOnce(500);
    expect((await endpointNow(id)).disabledReason).toBe('failing');
  });

  it('is disabled at once by 410, and never by 429', async () => {
    const gone = await subscribe(world, `${receiver.origin}/gone`);
    receiver.answer(410);
    await decide(world, (await claim(world)).id);
    await decide(world, (await claim(world)).id);
    await sendDue(world.deps);
    expect(await endpointNow(gone.id)).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    expect(await states(gone.id)).toEqual(['held', 'held']);
    const patient = await subscribe(world, `${receiver.origin}/patient`);
    for (let day = 0; day < 7; day += 1) {
      await tellOnce(429);
      world.clock.advance(dayMs);
    }
    expect(await endpointNow(patient.id)).toMatchObject({ status: 'enabled', failingSince: null });
    expect((await states(patient.id)).every((state) => state === 'failed')).toBe(true);
  });

  it('is named at every start while it is disabled, unless a person disabled it', async () => {
    const warnings: object[] = [];
    const listening = {
      ...world.deps,
      log: { ...world.deps.log, warn: (fields: object) => void warnings.push(fields) },
    };
    const { id } = await subscribe(world, receiver.origin);
    const { id: manual } = await subscribe(world, receiver.origin);
    await updateWebhookEndpoint(world.deps, manual, { status: 'disabled' }, null);
    await warnAboutDisabled(listening);
    expect(warnings).toEqual([]);
    await tellOnce(410);
    await warnAboutDisabled(listening);
    expect(warnings).toEqual([{ gone: 1, failing: 0, endpoints: [id] }]);
  });

  it('is not disabled by manual retries', async () => {
    const { id } = await subscribe(world, receiver.origin);
    await tellOnce(500);
    world.clock.advance(failingMsMax);
    const [delivery] = await deliveriesOf(world, id);
    await retryWebhookDelivery(once, delivery?.id ?? '');
    await sendDue(once);
    expect((await endpointNow(id)).status).toBe('enabled');
  });
});

describe('the sweep', () => {
  it('holds deliveries that were created while their endpoint was being disabled', async () => {
    const { id } = await subscribe(world, receiver.origin);
    await decide(world, (await claim(world)).id);
    await world.db
      .sql`update webhook_endpoints set status = 'disabled', disabled_reason = 'manual', disabled_at = now()`;
    expect(await sendDue(world.deps)).toBe(0);
    expect(await sweepWebhooks(world.deps)).toMatchObject({ held: 1 });
    expect(await states(id)).toEqual(['held']);
  });

  it('corrects attempts that a clock ahead of time scheduled too late', async () => {
    const { id } = await subscribe(world, receiver.origin);
    world.clock.advance(365 * dayMs);
    await decide(world, (await claim(world)).id);
    receiver.answer(500, 200);
    await sendDue(world.deps);
    await decide(world, (await claim(world)).id);
    world.clock.advance(-365 * dayMs);
    expect(await sendDue(world.deps)).toBe(0);
    expect(await sweepWebhooks(world.deps)).toMatchObject({ stranded: 2 });
    expect(await sendDue(world.deps)).toBe(2);
    expect(await states(id)).toEqual(['succeeded', 'succeeded']);
  });

  it('does not touch deliveries that wait within the limits', async () => {
    receiver.answer((response) => response.writeHead(503, { 'retry-after': '86400' }).end());
    await subscribe(world, receiver.origin);
    await decide(world, (await claim(world)).id);
    await sendDue(world.deps);
    expect(await sweepWebhooks(world.deps)).toEqual({ held: 0, stranded: 0, secrets: 0, responses: 0 });
  });
});
