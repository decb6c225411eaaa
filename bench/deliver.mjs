// How fast subscribers are notified, as ratios to a bare loop of the same HTTP client, all measured in one run.
// Usage: npm run build && BENCH_DATABASE_URL=postgres://… node bench/deliver.mjs [deliveries, e.g. 4000] [rounds]
// Makes and drops its own database on that server. Receivers, senders and this program are processes of their own.
import { parseCidrs } from '../dist/src/net/address.js';
import { makeClient } from '../dist/src/net/client.js';
import { postWebhook } from '../dist/src/net/post-webhook.js';
import { signMessage } from '../dist/src/net/webhook-signature.js';
import { recordEvent } from '../dist/src/services/events/outbox.js';
import { createPrediction } from '../dist/src/services/predictions/predictions.js';
import { createPredictionResolution } from '../dist/src/services/predictions/resolutions.js';
import { kill, median, nextLine, openWorld, secret, start, subscribe } from './webhook-world.mjs';

const deliveries = Number(process.argv[2] ?? 4000);
const rounds = Number(process.argv[3] ?? 3);
const endpoints = 100;
const loopConcurrency = 256;
const exchangeMs = 15_000;

const receiver = start('receiver.mjs');
const port = await nextLine(receiver);
const origin = `http://127.0.0.1:${port}`;
const ask = async (path) => JSON.parse(await (await fetch(`${origin}/${path}`)).text());
const allow = parseCidrs('127.0.0.0/8');

await bareLoop(500);
const measured = { bare: [], one: [], four: [], hanging: [] };
for (let round = 0; round < rounds; round += 1) {
  measured.bare.push(await bareLoop(deliveries));
  measured.one.push(await drain(1, false));
  measured.hanging.push(await drain(1, true));
  measured.four.push(await drain(4, false));
}
const rates = Object.fromEntries(Object.entries(measured).map(([name, values]) => [name, median(values)]));
const shown = (name) => `${Math.round(rates[name])}/s (${measured[name].map(Math.round).join(', ')})`;
const share = (name, of) => (rates[name] / rates[of]).toFixed(2);
console.log(`bare loop of the same client, ${loopConcurrency} at once: ${shown('bare')}`);
console.log(`1 sender: ${shown('one')}, ${share('one', 'bare')} of the bare loop`);
console.log(`4 senders: ${shown('four')}, ${share('four', 'bare')} of the bare loop`);
console.log(
  `1 of ${endpoints} endpoints hangs, 1 sender: the others ${shown('hanging')}, ${share('hanging', 'one')} of without it`,
);
console.log(`from resolved committed to received, idle: median ${(await latency()).toFixed(1)} ms`);
receiver.stdin.end();

/** Signs and posts, and nothing else. */
async function bareLoop(count) {
  const client = makeClient({ allow, userAgent: 'outturn-bench', connectionsPerOriginMax: null });
  const settings = { client, rules: { allow, httpsOnly: false }, exchangeMsMax: exchangeMs, now: Date.now };
  const key = { signing: 'v1', bytes: Buffer.alloc(32, 1) };
  const body = JSON.stringify({ type: 'feed.recovered', timestamp: new Date().toISOString(), data: { sequence: 1 } });
  const never = new AbortController().signal;
  let sent = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: loopConcurrency }, async () => {
      while (sent < count) {
        sent += 1;
        const timestampSeconds = Math.floor(Date.now() / 1000);
        const signature = signMessage(key, { id: `evt_${sent}`, timestampSeconds, body });
        const headers = {
          'content-type': 'application/json',
          'webhook-id': `evt_${sent}`,
          'webhook-signature': signature,
        };
        const url = `${origin}/${sent % endpoints}`;
        const outcome = await postWebhook(settings, { url, headers, body }, never);
        if (outcome.errorClass !== null) throw new Error(outcome.detail);
      }
    }),
  );
  const rate = count / ((performance.now() - begin) / 1000);
  await client.close();
  return rate;
}

/** Deliveries a second from the first event until the last message has arrived; of a hanging endpoint none counts. */
async function drain(count, withHanging) {
  const world = await openWorld();
  for (let index = 0; index < endpoints; index += 1)
    await subscribe(world, `${origin}/${withHanging && index === 0 ? 'hang' : index}`, ['feed.recovered']);
  const events = Math.ceil(deliveries / endpoints);
  await ask('reset');
  const senders = await startSenders(world, count);
  const begin = performance.timeOrigin + performance.now();
  for (let index = 0; index < events; index += 1)
    await recordEvent(world.db.sql, world.deps, { type: 'feed.recovered', occurredAt: Date.now(), data: { index } });
  const wanted = events * (withHanging ? endpoints - 1 : endpoints);
  let counted;
  do {
    await new Promise((resolve) => setTimeout(resolve, 50));
    counted = await ask('count');
  } while (arrivedOf(counted) < wanted);
  await Promise.all(senders.map(kill));
  await world.close();
  return wanted / ((counted.last - begin) / 1000);
}

function arrivedOf({ counts }) {
  return Object.entries(counts).reduce((sum, [path, count]) => sum + (path === '/hang' ? 0 : count), 0);
}

async function latency() {
  const world = await openWorld();
  await subscribe(world, `${origin}/latency`, ['prediction.resolved']);
  const senders = await startSenders(world, 1);
  const times = [];
  for (let index = 0; index < 30; index += 1) {
    const { view } = await createPrediction(world.deps, {
      statement: `Claim ${index}.`,
      madeAt: '2025-01-01',
      criterion: { op: 'judged', question: 'Is it?' },
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const before = arrivedOf(await ask('count'));
    const decision = {
      outcome: 'yes',
      effectiveAt: '2025-01-01',
      reasonCode: 'judged',
      reason: 'It is.',
      evidence: [],
      decidedBy: 'admin',
    };
    await createPredictionResolution(world.deps, view.prediction.id, decision);
    const committed = performance.timeOrigin + performance.now();
    let counted;
    do counted = await ask('count');
    while (arrivedOf(counted) === before);
    times.push(counted.last - committed);
  }
  await Promise.all(senders.map(kill));
  await world.close();
  return median(times);
}

/** Resolves once all of them wait for something to do. */
async function startSenders(world, count) {
  const argument = JSON.stringify({ databaseUrl: world.url, secret, exchangeMs, leaseMs: exchangeMs + 30_000 });
  const children = Array.from({ length: count }, () => start('sender.mjs', { argument }));
  await Promise.all(children.map(nextLine));
  return children;
}
