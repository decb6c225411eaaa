// One sender as a process of its own, for measurements and for tests that kill it.
// Usage: npm run build && node bench/sender.mjs '{"databaseUrl": "postgres://…", "secret": "…", "exchangeMs": 2000, "leaseMs": 4000}'
// Says "sending" once it is, and ends when its standard input does. To a line "memory" it answers with what it holds, after
// a collection if run with --expose-gc.
import { createInterface } from 'node:readline';
import { parseCidrs } from '../dist/src/net/address.js';
import { makeClient } from '../dist/src/net/client.js';
import { postWebhook } from '../dist/src/net/post-webhook.js';
import { makeVault } from '../dist/src/services/vault.js';
import { startSender } from '../dist/src/services/webhooks/sender.js';
import { openDatabase } from '../dist/src/store/db.js';

const settings = JSON.parse(process.argv[2]);
const say = (level) => (fields, message) => console.error(level, JSON.stringify(fields), message);
const allow = parseCidrs('127.0.0.0/8');
const client = makeClient({ allow, userAgent: 'outturn-bench', connectionsPerOriginMax: null });
const post = { client, rules: { allow, httpsOnly: false }, exchangeMsMax: settings.exchangeMs, now: Date.now };
const db = await openDatabase({ databaseUrl: settings.databaseUrl, poolMax: 4 });
let ids = 0;
const sender = await startSender({
  db,
  now: Date.now,
  newId: (prefix) => {
    ids += 1;
    return `${prefix}_${process.pid}_${ids}`;
  },
  log: { info() {}, warn: say('warn'), error: say('error') },
  nodeId: `node_${process.pid}`,
  publicUrl: null,
  webhooks: {
    schedule: settings.schedule ?? [0, 1000, 1000, 1000, 1000],
    leaseMs: settings.leaseMs,
    vault: makeVault(settings.secret),
    random: Math.random,
    post: (ask, signal) => postWebhook(post, ask, signal),
    attemptCounts: new Map(),
  },
});
console.log('sending');
const orders = createInterface({ input: process.stdin });
orders.on('line', async (order) => {
  if (order !== 'memory') return;
  // Pages that a collection empties are given back to the system a moment later.
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { rss, heapUsed: heap } = process.memoryUsage();
  console.log(JSON.stringify({ rss, heap }));
});
orders.on('close', async () => {
  await sender.stop(5000);
  await client.close();
  await db.close();
});
