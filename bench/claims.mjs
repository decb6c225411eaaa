// What the outbox costs without any HTTP: deliveries a second that are leased and settled on one database.
// Usage: npm run build && BENCH_DATABASE_URL=postgres://… node bench/claims.mjs [deliveries, e.g. 20000] [rounds]
// Against a bare loop of the least that a queue can do on the same server in the same run: a claim with skip locked that
// moves rows on, an update that ends them, an insert that logs them, in batches of the same size.

import { recordEvent } from '../dist/src/services/events/outbox.js';
import { claimDue, recordOutcomes } from '../dist/src/services/webhooks/deliver.js';
import { median, openWorld, subscribe } from './webhook-world.mjs';

const deliveries = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 3);
const endpoints = 100;
const batchMax = 200;

const measured = { bare: [], one: [], four: [] };
for (let round = 0; round < rounds; round += 1) {
  measured.bare.push(await bareQueue());
  measured.one.push(await outbox(1));
  measured.four.push(await outbox(4));
}
for (const [name, results] of Object.entries(measured)) {
  const rate = median(results.map((result) => result.rate));
  const share = rate / median(measured.bare.map((result) => result.rate));
  const parts = results.at(-1).parts ?? '';
  console.log(
    `${name}: ${Math.round(rate)}/s, ${share.toFixed(2)} of the bare queue (${results.map((result) => Math.round(result.rate)).join(', ')}) ${parts}`,
  );
}

async function outbox(workers) {
  const world = await openWorld();
  for (let index = 0; index < endpoints; index += 1)
    await subscribe(world, `http://127.0.0.1:1/${index}`, ['feed.recovered']);
  for (let index = 0; index < deliveries / endpoints; index += 1)
    await recordEvent(world.db.sql, world.deps, { type: 'feed.recovered', occurredAt: Date.now(), data: { index } });
  await world.db.sql`analyze`;
  const spent = { claim: 0, settle: 0, claims: 0, settles: 0 };
  const begin = performance.now();
  let settled = 0;
  await Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const deps = { ...world.deps, nodeId: `node_${index}`, webhooks: { ...world.deps.webhooks, leaseMs: 45_000 } };
      let after = '';
      while (settled < deliveries) {
        const start = performance.now();
        const claimed = await claimDue(deps, batchMax, after);
        const between = performance.now();
        after =
          claimed
            .map(({ endpointId }) => endpointId)
            .sort()
            .at(-1) ?? '';
        await recordOutcomes(deps, claimed.map(succeeded));
        spent.claim += between - start;
        spent.settle += performance.now() - between;
        spent.claims += 1;
        if (claimed.length > 0) spent.settles += 1;
        settled += claimed.length;
      }
    }),
  );
  const rate = deliveries / ((performance.now() - begin) / 1000);
  await world.close();
  const per = (ms, times) => `${(ms / times).toFixed(1)} ms`;
  return {
    rate,
    parts: `${spent.claims} claims of ${per(spent.claim, spent.claims)}, ${spent.settles} settlings of ${per(spent.settle, spent.settles)}`,
  };
}

function succeeded(claimed) {
  const now = Date.now();
  const { id, number, trigger, url, step } = claimed;
  const result = {
    ...{
      id,
      number,
      trigger,
      url,
      step,
      startedAt: now,
      finishedAt: now,
      durationMs: 1,
      status: 204,
      errorClass: null,
    },
    ...{ errorDetail: null, body: null, truncated: false, state: 'succeeded', nextAttemptAt: null },
  };
  return { claimed, result, retryAfterMs: null };
}

async function bareQueue() {
  const world = await openWorld();
  const { sql } = world.db;
  await sql`create table bare_queue (id bigint primary key, state text not null, due timestamptz, body text not null)`;
  await sql`create index on bare_queue (due) where state = 'pending'`;
  await sql`create table bare_log (id bigint primary key, at timestamptz not null)`;
  await sql`insert into bare_queue select n, 'pending', now(), repeat('x', 150) from generate_series(1, ${deliveries}) n`;
  await sql`analyze`;
  const begin = performance.now();
  for (let settled = 0; settled < deliveries; ) {
    const rows = await sql`
      update bare_queue q set due = now() + interval '45 seconds' from (
        select id from bare_queue where state = 'pending' and due <= now() order by due limit ${batchMax} for update skip locked) d
      where q.id = d.id returning q.id, q.body`;
    const ids = `{${rows.map(({ id }) => id).join(',')}}`;
    await sql`
      with ended as (update bare_queue set state = 'succeeded', due = null where id = any(${ids}::bigint[]) returning id)
      insert into bare_log select id, now() from ended`;
    settled += rows.length;
  }
  const rate = deliveries / ((performance.now() - begin) / 1000);
  await world.close();
  return { rate };
}
