import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { feedLinks } from '../../../src/domain/events/event-fields.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { recordEvent } from '../../../src/services/events/outbox.ts';
import { claimDue, type LeasedDelivery } from '../../../src/services/webhooks/deliver.ts';
import { createServerDatabase } from '../../support/database.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';
import { testSecret } from '../../support/webhook-deps.ts';
import { deliveriesOf, feedRecovered, subscribe } from '../../support/webhooks.ts';
import { openWorld, type World } from '../../support/world.ts';

const senders = 3;
const kills = 4;
const events = 120;
/** Short, so that the deliveries of a killed sender are soon leased by another. */
const leaseMs = 1500;

let world: World;
let receiver: Receiver;
let database: Awaited<ReturnType<typeof createServerDatabase>>;
const running = new Set<ChildProcess>();

beforeAll(async () => {
  receiver = await openReceiver();
  database = await createServerDatabase(inject('server').template);
  world = await openWorld({ feeds: [], now: new Date().toISOString(), database: { databaseUrl: database.url } });
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  await receiver.close();
  await world.close();
  await database.drop();
});

async function startSender(): Promise<ChildProcess> {
  const settings = { databaseUrl: database.url, secret: testSecret, exchangeMs: 1000, leaseMs };
  const path = join(packageRoot(), 'bench', 'sender.mjs');
  const child = spawn(process.execPath, [path, JSON.stringify(settings)], { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.on('exit', () => running.delete(child));
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}

test(`${senders} senders, killed ${kills} times under load, lose nothing, and repeat only under the same id`, async () => {
  const paths = ['a', 'b', 'c'];
  for (const path of paths) await subscribe(world, `${receiver.origin}/${path}`, { eventTypes: ['feed.recovered'] });
  // Responses take a moment, so that a kill interrupts some of them.
  receiver.answer((response) => void setTimeout(() => response.writeHead(204).end(), Math.random() * 20));
  const children = await Promise.all(Array.from({ length: senders }, startSender));
  const expected: string[] = [];
  for (let count = 0; count < events; count += 1) {
    await recordEvent(world.db.sql, world.deps, feedRecovered(world, `poll ${count}`));
  }
  for (const { id } of await world.db.sql<{ id: string }[]>`select id from events order by sequence`)
    for (const path of paths) expected.push(`/${path} ${id}`);
  for (let kill = 0; kill < kills; kill += 1) {
    await receiver.arrived(Math.floor(((kill + Math.random()) * expected.length) / (kills + 1)));
    const victim = kill % senders;
    const gone = children[victim] as ChildProcess; // there are so many
    gone.kill('SIGKILL');
    if (gone.exitCode === null && gone.signalCode === null) await once(gone, 'exit');
    children[victim] = await startSender();
  }
  await expect
    .poll(async () => (await deliveriesOf(world)).filter(({ state }) => state !== 'succeeded').length, {
      timeout: 25_000,
      interval: 200,
    })
    .toBe(0);
  const arrived = receiver.received.map(({ path, id }) => `${path} ${id}`);
  expect([...new Set(arrived)].sort()).toEqual(expected.sort());
  const [attempts] = await world.db.sql<{ made: number; lost: number; begun: number }[]>`
    select (select count(*)::int from webhook_attempts where error_class is null) as made,
      (select count(*)::int from webhook_attempts where error_class = 'lost') as lost,
      (select sum(attempts)::int from webhook_deliveries) as begun`;
  // Every attempt that began is recorded: completed, or lost with its sender.
  expect(attempts?.made).toBe(expected.length);
  expect((attempts?.made ?? 0) + (attempts?.lost ?? 0)).toBe(attempts?.begun);
  expect(arrived.length - expected.length).toBeLessThanOrEqual(attempts?.lost ?? 0);
}, 60_000);

test('a sender that receives a stop signal finishes its deliveries and leaves no lease', async () => {
  const before = receiver.received.length;
  for (const child of [...running]) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const child = await startSender();
  receiver.answer((response) => void setTimeout(() => response.writeHead(204).end(), 50));
  await recordEvent(world.db.sql, world.deps, feedRecovered(world));
  await receiver.arrived(before + 3);
  child.stdin?.end();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(
    await world.db
      .sql`select id from webhook_deliveries where state <> 'succeeded' union all select delivery_id from webhook_leases`,
  ).toHaveLength(0);
});

test('two nodes that claim at once get different deliveries', async () => {
  const endpoints = 40;
  for (let index = 0; index < endpoints; index += 1)
    await subscribe(world, `${receiver.origin}/many/${index}`, { eventTypes: ['feed.unhealthy'] });
  await recordEvent(world.db.sql, world.deps, {
    type: 'feed.unhealthy',
    occurredAt: world.deps.now(),
    data: {
      feed: { id: 'feed_1', slug: 'models-dev' },
      reason: 'it was not polled',
      advanced_at: null,
      links: feedLinks('models-dev'),
    },
  });
  // The first has its transaction open, and with it its locks, until the second has claimed.
  const held = new EventEmitter();
  const released = once(held, 'release');
  const first = once(held, 'claimed');
  const transaction = world.db.begin(async (tx) => {
    held.emit('claimed', await claimDue({ ...world.deps, db: { ...world.db, begin: (run) => run(tx) } }, 8));
    await released;
  });
  const [one] = (await first) as [LeasedDelivery[]]; // what was emitted above
  const other = await claimDue(world.node('node_b'), 8);
  held.emit('release');
  await transaction;
  expect([one.length, other.length]).toEqual([8, 8]);
  expect(new Set([...one, ...other].map(({ endpointId }) => endpointId)).size).toBe(16);
});
