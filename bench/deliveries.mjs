// Deliveries a second of senders, and of a bare loop of the same HTTP client that signs and posts the same bodies to the same
// receiver. Receiver and senders are processes of their own. BENCH_DATABASE_URL names the server.
import { setTimeout as wait } from 'node:timers/promises';
import { parseCidrs } from '../dist/src/net/address.js';
import { makeClient } from '../dist/src/net/client.js';
import { postWebhook } from '../dist/src/net/post-webhook.js';
import { signMessage } from '../dist/src/net/webhook-signature.js';
import { recordEvent } from '../dist/src/services/events/outbox.js';
import { kill, nextLine, openWorld, secret, start, subscribe } from './webhook-world.mjs';

const endpoints = 100;
const loopConcurrency = 256;
const exchangeMs = 15_000;
/** Deliveries are inserted before they are due, so that inserting them is not part of the measurement. */
const dueMs = 8000;
const data = { sequence: 1, index: 1, text: 'x'.repeat(200) };

export async function openReceiver() {
  const receiver = start('receiver.mjs');
  const origin = `http://127.0.0.1:${await nextLine(receiver)}`;
  const ask = async (path) => JSON.parse(await (await fetch(`${origin}/${path}`)).text());
  return { origin, ask, close: () => receiver.stdin.end() };
}

/** Signs and posts, and nothing else. */
export async function bareLoop({ origin }, count) {
  const allow = parseCidrs('127.0.0.0/8');
  const client = makeClient({ allow, userAgent: 'outturn-bench', connectionsPerOriginMax: null });
  const settings = { client, rules: { allow, httpsOnly: false }, exchangeMsMax: exchangeMs, now: Date.now };
  const key = { signing: 'v1', bytes: Buffer.alloc(32, 1) };
  const body = JSON.stringify({ type: 'feed.recovered', timestamp: new Date().toISOString(), data });
  const never = new AbortController().signal;
  let sent = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: loopConcurrency }, async () => {
      while (sent < count) {
        sent += 1;
        const timestampSeconds = Math.floor(Date.now() / 1000);
        const id = `evt_${sent}`;
        const headers = {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestampSeconds),
          'webhook-signature': signMessage(key, { id, timestampSeconds, body }),
        };
        const outcome = await postWebhook(settings, { url: `${origin}/${sent % endpoints}`, headers, body }, never);
        if (outcome.errorClass !== null) throw new Error(outcome.detail);
      }
    }),
  );
  const rate = count / ((performance.now() - begin) / 1000);
  await client.close();
  return rate;
}

/** From the moment at which all deliveries become due until the last message has arrived; of a hanging endpoint none counts. */
export async function drain({ origin, ask }, { deliveries, senders: count, hanging = false }) {
  const world = await openWorld({ schedule: [dueMs] });
  for (let index = 0; index < endpoints; index += 1)
    await subscribe(world, `${origin}/${hanging && index === 0 ? 'hang' : index}`, ['feed.recovered']);
  await ask('reset');
  const senders = await startSenders(world, count);
  const events = Math.ceil(deliveries / endpoints);
  const occurredAt = Date.now();
  for (let index = 0; index < events; index += 1)
    await recordEvent(world.db.sql, world.deps, { type: 'feed.recovered', occurredAt, data });
  await world.db.sql`analyze`;
  if (Date.now() >= occurredAt + dueMs) throw new Error('the deliveries were due before all of them were inserted');
  await wait(occurredAt + dueMs - Date.now());
  const begin = performance.timeOrigin + performance.now();
  await world.db.sql`select pg_notify('webhook_deliveries', '')`;
  const wanted = events * (hanging ? endpoints - 1 : endpoints);
  let counted;
  do {
    await wait(50);
    counted = await ask('count');
  } while (arrivedOf(counted) < wanted);
  await Promise.all(senders.map(kill));
  await world.close();
  return wanted / ((counted.last - begin) / 1000);
}

function arrivedOf({ counts }) {
  return Object.entries(counts).reduce((sum, [path, count]) => sum + (path === '/hang' ? 0 : count), 0);
}

/** Resolves once all of them wait for something to do. */
async function startSenders(world, count) {
  const argument = JSON.stringify({ databaseUrl: world.url, secret, exchangeMs, leaseMs: exchangeMs + 30_000 });
  const children = Array.from({ length: count }, () => start('sender.mjs', { argument }));
  await Promise.all(children.map(nextLine));
  return children;
}
