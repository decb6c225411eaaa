// What the outbox costs without any HTTP: deliveries a second that are claimed and settled on one database. The baseline is the
// least that a queue can do on the same server: a claim with skip locked that moves rows on, an update that ends them, and an
// insert that logs them, in batches of the same size. BENCH_DATABASE_URL names the server.
import { recordEvent } from '../dist/src/services/events/outbox.js';
import { claimDue, recordOutcomes } from '../dist/src/services/webhooks/deliver.js';
import { openWorld, subscribe } from './webhook-world.mjs';

const endpoints = 100;
const batchMax = 200;

export async function claimAndSettle(workers, deliveries) {
  const world = await openWorld();
  for (let index = 0; index < endpoints; index += 1)
    await subscribe(world, `http://127.0.0.1:1/${index}`, ['feed.recovered']);
  for (let index = 0; index < deliveries / endpoints; index += 1)
    await recordEvent(world.db.sql, world.deps, { type: 'feed.recovered', occurredAt: Date.now(), data: { index } });
  await world.db.sql`analyze`;
  const begin = performance.now();
  let settled = 0;
  await Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const deps = { ...world.deps, nodeId: `node_${index}`, webhooks: { ...world.deps.webhooks, leaseMs: 45_000 } };
      let after = '';
      while (settled < deliveries) {
        const claimed = await claimDue(deps, batchMax, after);
        after =
          claimed
            .map(({ endpointId }) => endpointId)
            .sort()
            .at(-1) ?? '';
        await recordOutcomes(deps, claimed.map(succeeded));
        settled += claimed.length;
      }
    }),
  );
  const rate = deliveries / ((performance.now() - begin) / 1000);
  await world.close();
  return rate;
}

function succeeded(claimed) {
  const now = Date.now();
  const { id, number, trigger, url, step } = claimed;
  const attempt = { id, number, trigger, url, step, startedAt: now, finishedAt: now, durationMs: 1, status: 204 };
  const outcome = {
    errorClass: null,
    errorDetail: null,
    body: null,
    truncated: false,
    state: 'succeeded',
    nextAttemptAt: null,
  };
  return { claimed, result: { ...attempt, ...outcome }, retryAfterMs: null };
}

export async function bareQueue(workers, rows) {
  const world = await openWorld();
  const { sql } = world.db;
  await sql`create table bare_queue (id bigint primary key, state text not null, due timestamptz, body text not null)`;
  await sql`create index on bare_queue (due) where state = 'pending'`;
  await sql`create table bare_log (id bigint primary key, at timestamptz not null)`;
  await sql`insert into bare_queue select n, 'pending', now(), repeat('x', 150) from generate_series(1, ${rows}::int) n`;
  await sql`analyze`;
  const begin = performance.now();
  let settled = 0;
  const work = async () => {
    while (settled < rows) {
      const claimed = await sql`
        update bare_queue q set due = now() + interval '45 seconds' from (
          select id from bare_queue where state = 'pending' and due <= now() order by due limit ${batchMax} for update skip locked) d
        where q.id = d.id returning q.id, q.body`;
      const ids = `{${claimed.map(({ id }) => id).join(',')}}`;
      await sql`
        with ended as (update bare_queue set state = 'succeeded', due = null where id = any(${ids}::bigint[]) returning id)
        insert into bare_log select id, now() from ended`;
      settled += claimed.length;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const rate = rows / ((performance.now() - begin) / 1000);
  await world.close();
  return rate;
}
