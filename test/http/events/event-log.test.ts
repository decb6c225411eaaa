import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EventType, eventText } from '../../../src/domain/events/event.ts';
import { createApp } from '../../../src/http/app.ts';
import { serveApp } from '../../../src/http/server/serve.ts';
import { beginEpoch } from '../../../src/services/events/epoch.ts';
import { type EventHead, getEventHead } from '../../../src/services/events/event-log.ts';
import { createEventPulse } from '../../../src/services/events/pulse.ts';
import { insertEvent } from '../../../src/store/events.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { recordClaim } from '../../support/claims.ts';
import type { Json } from '../../support/http-client.ts';
import { openSse } from '../../support/sse.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

/** Writes events as services do, several in one transaction. */
async function recordEvents(count: number, type: EventType = 'feed.recovered', data: object = {}): Promise<void> {
  const now = world.clock.now();
  await world.db.begin(async (tx) => {
    for (let index = 0; index < count; index += 1) {
      const text = eventText(type, now, { ...data });
      const none = {
        predictionId: null,
        resolutionId: null,
        feedId: null,
        endpointId: null,
        models: [],
        watches: null,
        isForWatches: false,
      };
      await insertEvent(tx, { id: world.deps.newId('evt'), type, occurredAt: now, dueAt: now, ...none, text });
    }
  });
}

const page = async (query: string): Promise<Json> => (await world.anyone(`GET /v1/events?${query}`)).json;
const newest = async (): Promise<number> =>
  (await world.db.sql<{ last: number }[]>`select coalesce(max(position), 0) as last from event_log`)[0]?.last ?? 0;

describe('GET /v1/events', () => {
  test('lists events in order, oldest first, each with its sequence number', async () => {
    const claim = await recordClaim(world, { slug: 'announced' });
    await world.admin('POST /v1/predictions/announced/resolutions', {
      json: { outcome: 'no', effective_at: '2025-08-07', reason_code: 'evidence_reviewed', reason: 'Seen.' },
    });
    const { data } = await page('prediction=announced');
    expect(data.map((event: Json) => event.type)).toEqual(['prediction.created', 'prediction.resolved']);
    expect(data[1]).toMatchObject({
      id: expect.stringMatching(/^evt_/),
      position: data[0].position + 1,
      occurred_at: '2026-01-15T12:00:00Z',
      prediction_id: claim.id,
      resolution_id: expect.stringMatching(/^res_/),
      feed_id: null,
      data: { prediction: { slug: 'announced' }, resolution: { outcome: 'no' } },
    });
    expect((await page(`prediction=${claim.id}`)).data).toEqual(data);
  });

  test('continues after a sequence number, and by the cursor', async () => {
    const start = await newest();
    await recordEvents(5);
    const first = await page(`after=${start}&limit=2`);
    const second = await page(`after=${start}&limit=2&cursor=${first.next_cursor}`);
    const third = await page(`after=${second.data[1].position}`);
    expect([first, second, third].map(({ data }) => data.map((event: Json) => event.position - start))).toEqual([
      [1, 2],
      [3, 4],
      [5],
    ]);
    expect(third.next_cursor).toBeNull();
    expect((await page(`after=${start + 5}`)).data).toEqual([]);
  });

  test('continues after an event id, as sent in webhooks', async () => {
    const start = await newest();
    await recordEvents(3);
    const { data } = await page(`after=${start}`);
    expect((await page(`after=${data[0].id}`)).data).toEqual(data.slice(1));
  });

  test('omits events about webhook endpoints, which are for their subscribers', async () => {
    const start = await newest();
    const endpoint = await world.admin('POST /v1/webhook-endpoints', {
      json: { url: 'https://hooks.example.com/in', event_types: ['prediction.resolved'] },
    });
    expect(endpoint.status).toBe(201);
    const id = world.deps.newId('evt');
    const now = world.clock.now();
    const rest = {
      predictionId: null,
      resolutionId: null,
      feedId: null,
      models: [],
      watches: null,
      isForWatches: false,
      occurredAt: now,
      dueAt: now,
    };
    const text = eventText('endpoint.disabled', now, {});
    await insertEvent(world.db.sql, { id, type: 'endpoint.disabled', endpointId: endpoint.json.id, ...rest, text });
    await recordEvents(1);
    expect((await page(`after=${start}`)).data.map((event: Json) => event.type)).toEqual(['feed.recovered']);
  });

  test('filters by types', async () => {
    const start = await newest();
    await recordEvents(1, 'feed.recovered');
    await recordEvents(1, 'feed.unhealthy');
    await recordEvents(1, 'prediction.proposed');
    const types = async (query: string) =>
      (await page(`after=${start}&${query}`)).data.map((event: Json) => event.type);
    expect(await types('type=feed.unhealthy')).toEqual(['feed.unhealthy']);
    expect(await types('type=feed.recovered,prediction.proposed')).toEqual(['feed.recovered', 'prediction.proposed']);
    expect(await types('prediction=nobody')).toEqual([]);
  });

  test.each([
    'type=feed.gone',
    'type=',
    'type=feed.recovered,',
    'type=endpoint.disabled',
    'after=evt_nobody',
    'after=-1',
    'after=0x10',
    'after=1e3',
    'before=1',
    'after=',
  ])('rejects ?%s', async (query) => {
    expect((await world.anyone(`GET /v1/events?${query}`)).json).toMatchObject({
      status: 422,
      code: 'validation_failed',
    });
  });
});

describe('a cursor that the log does not have', () => {
  const other = '0abc-1';

  test.each([
    ['a position beyond the newest event', async () => String((await newest()) + 100)],
    ['the cursor of another epoch', async () => other],
  ])('%s is answered with 409 cursor_ahead, which names the newest cursor', async (_name, makeAfter) => {
    await recordEvents(1);
    const after = await makeAfter();
    const { status, json } = await world.anyone(`GET /v1/events?after=${after}`);
    expect({ status, code: json.code }).toEqual({ status: 409, code: 'cursor_ahead' });
    const cursor = /continue after (\S+)$/.exec(json.detail)?.[1];
    expect((await world.anyone(`GET /v1/events?after=${cursor}`)).json).toEqual({ data: [], next_cursor: null });
  });

  test('the stream sends resync_required and continues with new events', async () => {
    await recordEvents(2);
    const reader = await openSse(world.base, '/v1/events/stream', { 'last-event-id': other });
    const first = await reader.next();
    expect(first).toMatchObject({ event: 'resync_required', id: await newest(), data: { cursor: first?.cursor } });
    await recordEvents(1);
    expect(await reader.next()).toMatchObject({ event: 'feed.recovered', id: (first?.id ?? 0) + 1 });
    reader.leave();
    const again = await openSse(world.base, '/v1/events/stream', { 'last-event-id': first?.cursor ?? '' });
    expect((await again.next())?.id).toBe((first?.id ?? 0) + 1);
    again.leave();
  });

  test('after a new epoch cursors and pages of the old one are refused, and running streams are notified', async () => {
    await recordEvents(3);
    const { data, next_cursor: next } = await page('limit=2');
    const reader = await openSse(world.base, '/v1/events/stream');
    await reader.heard(1);
    const epoch = await beginEpoch(world.db.sql);
    expect(await reader.next()).toMatchObject({ event: 'resync_required', cursor: `${epoch}-${await newest()}` });
    for (const query of [`after=${data[1].cursor}`, `limit=2&cursor=${next}`])
      expect((await world.anyone(`GET /v1/events?${query}`)).json).toMatchObject({ status: 409, code: 'cursor_ahead' });
    expect((await page(`after=${data[1].position}&limit=1`)).data[0].cursor).toBe(`${epoch}-${data[1].position + 1}`);
    await recordEvents(1);
    expect(await reader.next()).toMatchObject({
      event: 'feed.recovered',
      data: { cursor: `${epoch}-${await newest()}` },
    });
    reader.leave();
  });

  test.each([
    ['began another epoch', (head: EventHead) => ({ ...head, epoch: 'another' })],
    ['went back', (head: EventHead) => ({ ...head, position: head.position + 100 })],
  ])('a log that %s before the first poll, and after a follower has seen it, is noticed', async (_name, seen) => {
    const pulse = createEventPulse(world.deps, 20);
    const leave = pulse.join(seen(await getEventHead(world.deps)));
    await expect.poll(pulse.rewinds).toBe(1);
    leave();
    await pulse.close();
  });

  test('a log that goes back behind an event that a follower has read is noticed', async () => {
    const pulse = createEventPulse(world.deps, 20);
    const head = await getEventHead(world.deps);
    const leave = pulse.join(head);
    await pulse.beyond(head.position + 1, AbortSignal.timeout(5000));
    expect(pulse.rewinds()).toBe(1);
    leave();
    await pulse.close();
  });

  test('a log that goes back sends resync_required to running streams', async () => {
    const pulse = createEventPulse(world.deps, 20);
    const { base, close } = await serveStreams({ pulse });
    await recordEvents(2);
    const reader = await openSse(base, '/v1/events/stream');
    await reader.heard(1);
    await recordEvents(1);
    await reader.next();
    const last = await newest();
    await world.db.begin(async (tx) => {
      await tx`alter table event_log disable trigger user`;
      await tx`delete from event_log where position = ${last}`;
      await tx`alter table event_log enable trigger user`;
      await tx`update event_clock set last_position = ${last - 1} where name = 'events'`;
    });
    expect(await reader.next()).toMatchObject({ event: 'resync_required', id: last - 1 });
    reader.leave();
    await Promise.all([pulse.close(), close(1000)]);
  });
});

describe('GET /v1/events/stream', () => {
  test('sends new events as they happen', async () => {
    await recordEvents(1);
    const reader = await openSse(world.base, '/v1/events/stream');
    expect(reader.status).toBe(200);
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': '*',
    });
    await reader.heard(1);
    expect(reader.asides).toEqual(['retry: 2000']);
    await recordEvents(2, 'feed.unhealthy', { text: 'two\nlines' });
    const message = await reader.next();
    expect(message).toMatchObject({
      event: 'feed.unhealthy',
      data: { type: 'feed.unhealthy', data: { text: 'two\nlines' } },
    });
    expect(message?.data.position).toBe(message?.id);
    expect(message?.data.cursor).toBe(message?.cursor);
    expect((await reader.next())?.id).toBe((message?.id ?? 0) + 1);
    reader.leave();
  });

  test('continues after Last-Event-ID or a sequence number, and applies the filter', async () => {
    const start = await newest();
    await recordEvents(3);
    await recordEvents(1, 'feed.unhealthy');
    const ids = async (path: string, headers: Record<string, string>, count: number) => {
      const reader = await openSse(world.base, `/v1/events/stream${path}`, headers);
      const found: number[] = [];
      while (found.length < count) found.push(((await reader.next())?.id ?? 0) - start);
      reader.leave();
      return found;
    };
    expect(await ids('', { 'last-event-id': String(start + 1) }, 3)).toEqual([2, 3, 4]);
    expect(await ids(`?after=${start + 2}`, {}, 2)).toEqual([3, 4]);
    expect(await ids(`?after=${start}`, { 'last-event-id': String(start + 3) }, 1)).toEqual([4]);
    expect(await ids(`?after=${start}&type=feed.unhealthy`, { 'last-event-id': '' }, 1)).toEqual([4]);
  });

  test.each([['-1'], ['abc'], ['1.5']])('rejects the Last-Event-ID %s', async (id) => {
    const answer = await world.anyone('GET /v1/events/stream', { headers: { 'last-event-id': id } });
    expect(answer.json).toMatchObject({ status: 400, code: 'bad_request' });
    expect((await world.anyone('GET /v1/events/stream?type=nothing')).status).toBe(422);
  });

  test('neither misses nor repeats an event over a hundred disconnections under load', async () => {
    const start = await newest();
    const rounds = 100;
    const seen: number[] = [];
    await recordEvents(6);
    for (let round = 0; round < rounds; round += 1) {
      // Written while the reader comes and goes, and somewhat more than it reads.
      const writing = recordEvents(3);
      const last = String(seen.at(-1) ?? start);
      const reader = await openSse(world.base, '/v1/events/stream', { 'last-event-id': last });
      for (let count = 0; count <= round % 4; count += 1) seen.push((await reader.next())?.id ?? 0);
      reader.leave();
      await writing;
    }
    expect(seen).toHaveLength((rounds * 10) / 4);
    const all = await world.db.sql<{ position: number }[]>`
      select position from event_log where position > ${start} order by position limit ${seen.length}`;
    expect(seen).toEqual(all.map(({ position }) => position));
  });
});

/** The same application with streams of other habits. */
async function serveStreams(options: Partial<ApiWorld['http']>) {
  const served = await serveApp(createApp({ ...world.http, ...options }), {
    host: '127.0.0.1',
    port: 0,
    log: world.http.log,
  });
  return { ...served, base: `http://127.0.0.1:${served.port}` };
}

test('an idle stream is kept alive by comments', async () => {
  const { base, close } = await serveStreams({ streamLimits: { heartbeatMs: 20 } });
  const reader = await openSse(base, '/v1/events/stream');
  await reader.heard(4);
  expect(reader.asides.slice(1)).toEqual(expect.arrayContaining([': no new events']));
  reader.leave();
  await close(1000);
});

test('a stream closes cleanly when its time is up', async () => {
  const { base, close } = await serveStreams({ streamLimits: { lifeMs: 50 } });
  const reader = await openSse(base, '/v1/events/stream');
  expect(await reader.next()).toBeNull();
  await close(1000);
});

test('fifty streams close cleanly when the process stops', async () => {
  const pulse = createEventPulse(world.deps);
  const { base, close } = await serveStreams({ pulse });
  const readers = await Promise.all(Array.from({ length: 50 }, () => openSse(base, '/v1/events/stream')));
  await Promise.all([pulse.close(), close(60_000)]);
  expect(await Promise.all(readers.map((reader) => reader.next()))).toEqual(readers.map(() => null));
});

test('a client that stops reading is disconnected, buffers at most one chunk, and can continue where it stopped', async () => {
  const start = await newest();
  let reads = 0;
  const { port, close, server } = await serveStreams({
    streamLimits: { stalledMs: 100 },
    pulse: {
      ...world.http.pulse,
      newest: () => {
        reads += 1;
        return world.http.pulse.newest();
      },
    },
  });
  const text = 'x'.repeat(100_000);
  for (let round = 0; round < 20; round += 1) await recordEvents(20, 'feed.recovered', { text });
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const [peer] = await once(server, 'connection');
  socket.write(`GET /v1/events/stream?after=${start} HTTP/1.1\r\nHost: x\r\n\r\n`);
  socket.pause();
  await once(peer, 'close');
  expect(reads).toBeLessThan(5);
  socket.destroy();
  const reader = await openSse(world.base, `/v1/events/stream?after=${start}`);
  for (let count = 1; count <= 400; count += 1) expect((await reader.next())?.id).toBe(start + count);
  reader.leave();
  await close(1000);
});

test('a lost notification delays an event but does not lose it', async () => {
  const deaf = { ...world.db, listen: () => Promise.reject(new Error('no notifications here')) };
  const pulse = createEventPulse({ db: deaf, log: world.deps.log }, 20);
  const { base, close } = await serveStreams({ pulse });
  const reader = await openSse(base, '/v1/events/stream');
  await reader.heard(1);
  await recordEvents(1);
  expect((await reader.next())?.event).toBe('feed.recovered');
  reader.leave();
  await close(1000);
  await pulse.close();
});

test('a node accepts a limited number of streams and rejects the next one', async () => {
  const pulse = createEventPulse(world.deps);
  const head = await getEventHead(world.deps);
  const leave = Array.from({ length: 1000 }, () => pulse.join(head));
  const { base, close } = await serveStreams({ pulse });
  const refused = await openSse(base, '/v1/events/stream');
  expect([refused.status, refused.headers['content-type']]).toEqual([503, 'application/problem+json']);
  refused.leave();
  for (const go of leave) go();
  const taken = await openSse(base, '/v1/events/stream');
  expect(taken.status).toBe(200);
  taken.leave();
  await close(1000);
  await pulse.close();
});
