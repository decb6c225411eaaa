import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderOpenApi } from '../../../src/http/operations.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { createArchive, gpt5Ledger, recordClaim } from '../../support/claims.ts';
import { findMismatches } from '../../support/conformance.ts';
import type { Json } from '../../support/http-client.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';

let world: ApiWorld;
let receiver: Receiver;
let endpoint: string;
beforeAll(async () => {
  world = await openApiWorld();
  receiver = await openReceiver();
});
beforeEach(async () => {
  receiver.clear();
  await world.reset({ feeds: [], now: '2026-01-15T12:00:00Z' });
  const answer = await world.admin('POST /v1/webhook-endpoints', { json: { url: `${receiver.origin}/hook` } });
  endpoint = `/v1/webhook-endpoints/${answer.json.id}`;
});
afterAll(async () => {
  await receiver.close();
  await world.close();
});

const get = async (target: string) => (await world.admin(`GET ${target}`)).json;

/** Four events, each a minute after the one before; the second of them is refused. */
async function history(): Promise<Json[]> {
  receiver.answer(200, 500, 200);
  for (const slug of ['a', 'b', 'c', 'd']) {
    await recordClaim(world, { slug });
    await sendDue(world.deps);
    world.clock.advance(60_000);
  }
  await sendDue(world.deps);
  return (await get(`${endpoint}/deliveries?sort=created_at`)).data;
}

test('deliveries are listed by endpoint and by event, filtered, in both directions', async () => {
  const all = await history();
  expect(all.map(({ state, attempts }: Json) => [state, attempts])).toEqual([
    ['succeeded', 1],
    ['succeeded', 2],
    ['succeeded', 1],
    ['succeeded', 1],
  ]);
  const ids = all.map(({ id }: Json) => id);
  const walk = async (query: string): Promise<string[]> => {
    const seen: string[] = [];
    for (let target: string | undefined = `${endpoint}/deliveries?limit=2${query}`; target !== undefined; ) {
      const answer = await world.admin(`GET ${target}`);
      seen.push(...answer.json.data.map((row: Json) => row.id));
      target = /^<(.+)>/.exec(answer.headers.link ?? '')?.[1];
    }
    return seen;
  };
  expect(await walk('&sort=created_at')).toEqual(ids);
  expect(await walk('')).toEqual([...ids].reverse());
  expect(
    await walk('&created_at[gte]=2026-01-15T12:01:00Z&created_at[lt]=2026-01-15T12:03:00Z&sort=created_at'),
  ).toEqual(ids.slice(1, 3));
  expect(await walk('&event_type=prediction.created')).toHaveLength(4);
  expect(await walk('&event_type=feed.unhealthy')).toEqual([]);
  expect(await walk('&state=failed')).toEqual([]);
  const byEvent = await get(`/v1/webhook-deliveries?event_id=${all[0].event.id}`);
  expect(byEvent.data).toEqual([all[0]]);
  const page = await get(`${endpoint}/deliveries?limit=1`);
  expect(
    (await world.admin(`GET ${endpoint}/deliveries?limit=1&state=failed&cursor=${page.next_cursor}`)).json,
  ).toMatchObject({
    status: 400,
    code: 'invalid_cursor',
  });
  expect((await world.admin(`GET ${endpoint}/deliveries?state=lost`)).status).toBe(422);
  expect((await world.admin('GET /v1/webhook-endpoints/whe_none/deliveries')).status).toBe(404);
});

test('an attempt shows the URL, the response and the next attempt', async () => {
  const [, second] = await history();
  const { data, next_cursor: cursor } = await get(`/v1/webhook-deliveries/${second.id}/attempts`);
  expect(cursor).toBeNull();
  expect(data).toEqual([
    expect.objectContaining({
      number: 1,
      trigger: 'schedule',
      manual: false,
      url: `${receiver.origin}/hook`,
      started_at: '2026-01-15T12:01:00Z',
      status: 500,
      error_class: 'bad_status',
      error_detail: 'the receiver returned status 500',
      response: null,
      next_attempt_at: '2026-01-15T12:01:05Z',
    }),
    expect.objectContaining({ number: 2, status: 200, error_class: null, next_attempt_at: null }),
  ]);
  const first = await get(`/v1/webhook-deliveries/${second.id}/attempts?limit=1`);
  const next = await get(`/v1/webhook-deliveries/${second.id}/attempts?limit=1&cursor=${first.next_cursor}`);
  expect([first.data[0].number, next.data[0].number]).toEqual([1, 2]);
  for (const path of ['', '/attempts'])
    expect((await world.admin(`GET /v1/webhook-deliveries/dlv_none${path}`)).status).toBe(404);
});

test('a manual retry runs at once, and is rejected while the endpoint is disabled', async () => {
  const [first] = await history();
  const answer = await world.admin(`POST /v1/webhook-deliveries/${first.id}/retry`);
  expect(answer.json).toMatchObject({ state: 'pending', next_attempt_at: '2026-01-15T12:04:00Z', settled_at: null });
  await sendDue(world.deps);
  expect((await get(`/v1/webhook-deliveries/${first.id}/attempts`)).data.map((one: Json) => one.manual)).toEqual([
    false,
    true,
  ]);
  await world.admin(`PATCH ${endpoint}`, { json: { status: 'disabled' } });
  expect((await world.admin(`POST /v1/webhook-deliveries/${first.id}/retry`)).json).toMatchObject({ status: 409 });
});

test('held deliveries are recovered and counted; a time too far back is rejected', async () => {
  await world.admin(`PATCH ${endpoint}`, { json: { status: 'disabled' } });
  await recordClaim(world, { slug: 'held' });
  expect((await get(endpoint)).warning).toMatch(/^Disabled by a person/);
  expect(await get(`${endpoint}/stats`)).toMatchObject({ held: 1, succeeded: 0, since: '2026-01-08T12:00:00Z' });
  const recover = (since: string) => world.admin(`POST ${endpoint}/recover`, { json: { since } });
  expect((await recover('2026-01-15')).status).toBe(409);
  await world.admin(`PATCH ${endpoint}`, { json: { status: 'enabled' } });
  expect((await recover('2026-01-15')).json).toEqual({ recovered: 1 });
  await sendDue(world.deps);
  expect(await get(`${endpoint}/stats?since=2026-01-15`)).toMatchObject({ held: 0, succeeded: 1 });
  expect((await recover('2026-01-01T11:59:59Z')).json).toMatchObject({ status: 422, errors: [{ pointer: '#/since' }] });
  expect((await recover('someday')).status).toBe(422);
  expect((await world.admin(`GET ${endpoint}/stats?since=2025-12-17`)).status).toBe(422);
});

test('every message matches the schema of its type', async () => {
  const document: Json = parse(renderOpenApi('0.0.0'));
  await createArchive(world, 'archive', { origin: 'archive' });
  await recordClaim(world, { slug: 'announced' });
  await world.admin('POST /v1/feeds/archive/snapshots?observed_at=2025-09-01T00:00:00Z', { body: gpt5Ledger });
  const decision = {
    outcome: 'annulled',
    effective_at: '2025-08-07',
    reason_code: 'criterion_defective',
    reason: 'It was.',
  };
  await world.admin('POST /v1/predictions/announced/resolutions', { json: decision });
  await world.admin(`POST ${endpoint}/test`);
  await sendDue(world.deps);
  const seen = receiver.received.map(({ body }) => JSON.parse(body));
  expect(new Set(seen.map(({ type }) => type))).toEqual(
    new Set(['prediction.created', 'prediction.resolved', 'prediction.resolution.amended', 'ping']),
  );
  for (const message of seen) {
    const { schema } = document.webhooks[message.type].post.requestBody.content['application/json'];
    expect(findMismatches(document, schema, message, message.type)).toEqual([]);
  }
  for (const [type, webhook] of Object.entries<Json>(document.webhooks)) {
    const { schema, example } = webhook.post.requestBody.content['application/json'];
    expect(findMismatches(document, schema, example, type)).toEqual([]);
  }
});

test('a key without the scope cannot read URLs or logs', async () => {
  const key = (await world.admin('POST /v1/api-keys', { json: { name: 'reader', scopes: ['read', 'write'] } })).json
    .key;
  for (const target of [`GET ${endpoint}`, 'GET /v1/webhook-deliveries', `POST ${endpoint}/test`]) {
    const answer = await world.anyone(target, { headers: { authorization: `Bearer ${key}` } });
    expect([answer.status, answer.json.code]).toEqual([403, 'forbidden']);
  }
});
