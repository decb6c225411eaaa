// Whether a sender grows while receivers misbehave: its resident memory after 10,000 hostile answers against after 1,000.
// Usage: npm run build && BENCH_DATABASE_URL=postgres://… node bench/hostile.mjs [first, e.g. 1000] [all, e.g. 10000] [kinds, e.g. reset,nul]
// Makes and drops its own database on that server. The sender and its receivers are processes of their own. The memory is
// read after a collection, with nothing under way. Ends with 1 when it grew by more than the ratio allowed.
import { recordEvent } from '../dist/src/services/events/outbox.js';
import { kill, nextLine, openWorld, secret, start, subscribe } from './webhook-world.mjs';

const first = Number(process.argv[2] ?? 1000);
const all = Number(process.argv[3] ?? 10_000);
const ratioMax = 1.2;
const perKind = 10;
/** An exchange that the receiver never ends is over after so long. */
const exchangeMs = 500;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

const receiver = start('hostile-receiver.mjs');
const { port, kinds: known } = JSON.parse(await nextLine(receiver));
const kinds = process.argv[4]?.split(',') ?? known;
const world = await openWorld();
for (const kind of kinds)
  for (let index = 0; index < perKind; index += 1)
    await subscribe(world, `http://127.0.0.1:${port}/${kind}/${index}`, ['feed.recovered']);
const settings = { databaseUrl: world.url, secret, exchangeMs, leaseMs: exchangeMs + 30_000, schedule: [0] };
const sender = start('sender.mjs', { nodeFlags: ['--expose-gc'], argument: JSON.stringify(settings) });
await nextLine(sender);

const before = await memory();
await publish(first);
const early = await memory();
await publish(all);
const late = await memory();
await report();
console.log(`resident memory of the sender at its start: ${megabytes(before.rss)}`);
console.log(`after ${early.attempts} hostile answers: ${megabytes(early.rss)}, heap ${megabytes(early.heap)}`);
console.log(`after ${late.attempts} hostile answers: ${megabytes(late.rss)}, heap ${megabytes(late.heap)}`);
const ratio = late.rss / early.rss;
console.log(`ratio ${ratio.toFixed(2)}, at most ${ratioMax} wanted`);
await kill(sender);
receiver.stdin.end();
await world.close();
process.exitCode = ratio <= ratioMax ? 0 : 1;

/** Records events until `count` deliveries are due in all, and waits until each has been attempted. */
async function publish(count) {
  for (let due = await countDeliveries(); due < count; due = await countDeliveries())
    await recordEvent(world.db.sql, world.deps, { type: 'feed.recovered', occurredAt: Date.now(), data: {} });
  while ((await countDeliveries('pending')) > 0) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function countDeliveries(state = null) {
  const [row] = await world.db.sql`
    select count(*)::int from webhook_deliveries where ${state}::text is null or state = ${state}`;
  return row.count;
}

async function memory() {
  const line = nextLine(sender);
  sender.stdin.write('memory\n');
  const [row] = await world.db.sql`select count(*)::int as attempts from webhook_attempts`;
  return { ...JSON.parse(await line), ...row };
}

/** What was written down of each kind of receiver. */
async function report() {
  const rows = await world.db.sql`
    select substring(a.url from '://[^/]+/([^/]+)') as kind, a.status, a.error_class, count(*)::int as attempts,
      count(r.number)::int as answers, max(octet_length(r.body)) as longest, max(a.duration_ms) as slowest
    from webhook_attempts a left join webhook_responses r on r.delivery_id = a.delivery_id and r.number = a.number
    group by 1, 2, 3 order by 1, 2, 3`;
  for (const { kind, status, error_class, attempts, answers, longest, slowest } of rows)
    console.log(
      `${kind.padEnd(17)} ${String(status ?? '-').padEnd(4)} ${(error_class ?? 'delivered').padEnd(12)} ${attempts} attempts, ` +
        `${answers} answers kept, ${longest ?? 0} bytes at most, ${slowest} ms at most`,
    );
  const [{ begun, written }] = await world.db.sql`
    select (select sum(attempts)::int from webhook_deliveries) as begun, (select count(*)::int from webhook_attempts) as written`;
  if (begun !== written) throw new Error(`${begun} attempts were begun and ${written} written down`);
}
