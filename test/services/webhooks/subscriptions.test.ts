import { describe, expect, it, test } from 'vitest';
import { eventText } from '../../../src/domain/events/event.ts';
import { recordEvent } from '../../../src/services/events/outbox.ts';
import { createPredictor } from '../../../src/services/predictions/predictors.ts';
import { updateWebhookEndpoint } from '../../../src/services/webhooks/endpoints.ts';
import { sendDue } from '../../../src/services/webhooks/sender.ts';
import { insertEvent } from '../../../src/store/events.ts';
import { type Receiver, verified } from '../../support/receiver.ts';
import { useWebhookWorld } from '../../support/webhook-world.ts';
import { claim, decide, deliveriesOf, feedRecovered, subscribe } from '../../support/webhooks.ts';
import type { World } from '../../support/world.ts';

let world: World;
let receiver: Receiver;
useWebhookWorld((opened) => {
  ({ world, receiver } = opened);
});

const url = (name: string) => `${receiver.origin}/${name}`;
const typesOf = async (endpointId: string) => (await deliveriesOf(world, endpointId)).map((row) => row.eventType);

test('subscribers receive a signed message for a resolution, with everything needed to act on it', async () => {
  const { secret } = await subscribe(world, url('hook'));
  const prediction = await claim(world);
  const resolution = await decide(world, prediction.id);
  await sendDue(world.deps);
  expect(receiver.received).toHaveLength(1);
  expect(verified(secret, receiver.received[0])).toEqual({
    type: 'prediction.resolved',
    timestamp: '2025-01-01T00:00:00Z',
    data: {
      sequence: 2,
      prediction: {
        id: prediction.id,
        slug: prediction.slug,
        statement: 'It will rain.',
        links: {
          prediction: `/v1/predictions/${prediction.id}`,
          explanation: `/v1/predictions/${prediction.id}/explanation`,
          page: `/predictions/${prediction.slug}`,
        },
      },
      resolution: {
        id: resolution.id,
        outcome: 'yes',
        effective_at: '2025-01-01',
        known_at: '2025-01-01T00:00:00Z',
        decided_at: '2025-01-01T00:00:00Z',
        decided_by: 'admin',
        reason_code: 'judged',
        reason: 'It did.',
        evidence: [],
        evidence_count: 0,
        miss_chance: null,
        supersedes: null,
      },
    },
  });
  expect(receiver.received[0]?.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'outturn-test',
  });
});

test('each resolution sends exactly one of resolved, annulled and amended', async () => {
  const { id } = await subscribe(world, url('hook'), { eventTypes: null });
  const first = await claim(world);
  await decide(world, first.id, 'yes');
  await decide(world, first.id, 'annulled');
  const second = await claim(world);
  await decide(world, second.id, 'annulled');
  const third = await claim(world);
  await decide(world, third.id, 'ambiguous');
  expect((await typesOf(id)).filter((type) => type !== 'prediction.created')).toEqual([
    'prediction.resolved',
    'prediction.resolution.amended',
    'prediction.annulled',
    'prediction.resolved',
  ]);
  await sendDue(world.deps);
  const amended = receiver.received
    .map(({ body }) => JSON.parse(body))
    .find(({ type }) => type === 'prediction.resolution.amended');
  expect(amended.data).toMatchObject({ resolution: { outcome: 'annulled' }, superseded: { outcome: 'yes' } });
  const [row] = await world.db.sql<
    { id: string }[]
  >`select resolution_id as id from events where resolution_id is not null limit 1`;
  const event = { ...rawEvent({}), type: 'prediction.annulled', resolutionId: row?.id ?? null };
  const again = insertEvent(world.db.sql, event);
  await expect(again).rejects.toThrow('events_one_per_resolution');
});

describe('an event is sent', () => {
  it('to every endpoint that subscribes to its type, and to those that subscribe to all', async () => {
    const resolved = await subscribe(world, url('a'));
    const created = await subscribe(world, url('b'), { eventTypes: ['prediction.created', 'prediction.resolved'] });
    const all = await subscribe(world, url('c'), { eventTypes: null });
    const feeds = await subscribe(world, url('d'), { eventTypes: ['feed.unhealthy'] });
    await decide(world, (await claim(world)).id);
    expect(await typesOf(resolved.id)).toEqual(['prediction.resolved']);
    expect(await typesOf(created.id)).toEqual(['prediction.created', 'prediction.resolved']);
    expect(await typesOf(all.id)).toEqual(['prediction.created', 'prediction.resolved']);
    expect(await typesOf(feeds.id)).toEqual([]);
  });

  it('only if the whole filter matches', async () => {
    const who = await createPredictor(world.deps, { name: 'Somebody', url: null });
    const released = { op: 'released', model: { vendor: 'openai', family: 'gpt', version: '7', tier: null } };
    const gpt = await claim(world, { tags: ['agi', 'gpt'], criterion: released });
    const rain = await claim(world, { tags: ['weather'], predictorId: who.id });
    const filters = {
      byId: { ids: [gpt.slug] },
      byTag: { tags: ['weather', 'other'] },
      byPredictor: { predictor: [who.id] },
      byVendor: { vendor: ['openai'] },
      byFamily: { family: ['gpt', 'o'] },
      byBoth: { vendor: ['openai'], family: ['o'] },
      byTagAndVendor: { tags: ['agi'], vendor: ['openai'] },
      byTagAndPredictor: { tags: ['agi'], predictor: [who.id] },
    };
    const ids = new Map<string, string>();
    for (const [name, filter] of Object.entries(filters))
      ids.set(name, (await subscribe(world, url(name), { eventTypes: null, filter })).id);
    await decide(world, gpt.id);
    await decide(world, rain.id);
    await recordEvent(world.db.sql, world.deps, feedRecovered(world));
    const receivedBy: Record<string, string[]> = {};
    for (const row of await deliveriesOf(world)) {
      const name = [...ids].find(([, id]) => id === row.endpointId)?.[0] ?? '';
      const [event] = await world.db.sql<
        { id: string }[]
      >`select prediction_id as id from events where id = ${row.eventId}`;
      receivedBy[name] = [...(receivedBy[name] ?? []), event?.id === gpt.id ? 'gpt' : 'rain'];
    }
    expect(receivedBy).toEqual({
      byId: ['gpt'],
      byTag: ['rain'],
      byPredictor: ['rain'],
      byVendor: ['gpt'],
      byFamily: ['gpt'],
      byTagAndVendor: ['gpt'],
    });
  });

  it('by vendor and family if it is about a model', async () => {
    const fits = await subscribe(world, url('a'), { eventTypes: ['model.released'], filter: { vendor: ['openai'] } });
    const family = await subscribe(world, url('b'), { eventTypes: null, filter: { family: ['claude'] } });
    const tagged = await subscribe(world, url('c'), {
      eventTypes: null,
      filter: { vendor: ['openai'], tags: ['agi'] },
    });
    await recordEvent(world.db.sql, world.deps, {
      type: 'model.released',
      occurredAt: world.deps.now(),
      data: {
        model: { id: 'openai/gpt-5', vendor: 'openai', slug: 'gpt-5', family: 'gpt', version: '5', tier: null },
        release: { occurred: '2025-01-01', basis: 'stated', stage: 'general', known_at: '2025-01-01T00:00:00Z' },
        links: { model: '/v1/models/openai/gpt-5' },
      },
    });
    expect(await typesOf(fits.id)).toEqual(['model.released']);
    expect([...(await typesOf(family.id)), ...(await typesOf(tagged.id))]).toEqual([]);
  });

  it('to everyone again once the filter is removed', async () => {
    const { id } = await subscribe(world, url('a'), { filter: { tags: ['agi'] } });
    await decide(world, (await claim(world)).id);
    expect(await typesOf(id)).toEqual([]);
    await updateWebhookEndpoint(world.deps, id, { filter: null }, null);
    await decide(world, (await claim(world)).id);
    expect(await typesOf(id)).toEqual(['prediction.resolved']);
  });
});

test('the cost of an event depends on the endpoints that match, not on their total number', async () => {
  for (let index = 0; index < 3; index += 1)
    await subscribe(world, url(`${index}`), { filter: { tags: [`tag-${index}`] } });
  await world.db.sql`
    insert into webhook_endpoints (id, url, match_keys, created_at, updated_at)
    select 'other_' || n, 'http://127.0.0.1/', array['prediction.resolved tags other-' || n], now(), now() from generate_series(1, 5000) n`;
  await world.db.sql`analyze webhook_endpoints`;
  const plan = await world.db.sql<Record<string, string>[]>`
    explain select id from webhook_endpoints w where w.deleted_at is null and w.match_keys && array['prediction.resolved tags tag-1', '* *']`;
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('webhook_endpoints_by_match');
  await decide(world, (await claim(world, { tags: ['tag-1'] })).id);
  expect(await deliveriesOf(world)).toHaveLength(1);
});

test('recording an event twice creates one event', async () => {
  const { id } = await subscribe(world, url('a'), { eventTypes: ['feed.recovered'] });
  const event = rawEvent({});
  await insertEvent(world.db.sql, event);
  await insertEvent(world.db.sql, event);
  expect(await typesOf(id)).toEqual(['feed.recovered']);
});

/** An event with any data, as the store takes it. */
function rawEvent(data: object) {
  return {
    id: 'evt_raw',
    type: 'feed.recovered',
    occurredAt: world.deps.now(),
    predictionId: null,
    resolutionId: null,
    feedId: null,
    endpointId: null,
    models: [],
    watches: null,
    isForWatches: false,
    text: eventText('feed.recovered', world.deps.now(), { ...data }),
    dueAt: world.deps.now(),
  };
}

test('a rolled-back event is never sent, and one committed late is not lost', async () => {
  await subscribe(world, url('a'), { eventTypes: ['feed.recovered'] });
  const record = (tx: typeof world.db.sql) => recordEvent(tx, world.deps, feedRecovered(world));
  const undone = world.db.begin(async (tx) => {
    await record(tx);
    throw new Error('not after all');
  });
  await expect(undone).rejects.toThrow('not after all');
  expect(await sendDue(world.deps)).toBe(0);
  const recorded = openGate();
  const looked = openGate();
  const committed = world.db.begin(async (tx) => {
    await record(tx);
    recorded.open();
    await looked.passed;
  });
  await recorded.passed;
  // A sender that looks now, woken early or by its own clock, sees nothing yet. The embedded database lets nobody look.
  if (world.db.kind === 'server') expect(await sendDue(world.deps)).toBe(0);
  looked.open();
  await committed;
  expect(await sendDue(world.deps)).toBe(1);
});

function openGate(): { passed: Promise<void>; open: () => void } {
  let open: () => void = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

test('the body is stored and sent as text, with its keys in order', async () => {
  const { id } = await subscribe(world, url('a'), { eventTypes: ['feed.recovered'] });
  await insertEvent(world.db.sql, rawEvent({ zebra: 1, apple: { b: 1, a: 2 }, '10': 1, text: 'Çà \u{1f600}' }));
  await sendDue(world.deps);
  expect(receiver.received[0]?.body).toBe(
    '{"type":"feed.recovered","timestamp":"2025-01-01T00:00:00Z","data":{"sequence":1,"10":1,"zebra":1,"apple":{"b":1,"a":2},"text":"Çà \u{1f600}"}}',
  );
  expect((await deliveriesOf(world, id))[0]).toMatchObject({ state: 'succeeded', attempts: 1, lastStatus: 200 });
});
