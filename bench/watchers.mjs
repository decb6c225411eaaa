// One family with very many watchers: how long a listing that affects all of them takes to be settled, and what reads cost meanwhile,
// as a ratio to reads of the same documents before. Part of `npm run bench`.
// Usage: npm run build && node bench/watchers.mjs [watchers, default 10000] [seconds of each measurement, default 4]
import autocannon from 'autocannon';
import postgres from 'postgres';
import { openServer } from './postgres.mjs';
import { copyPredictions } from './predictions.mjs';
import { adminKey, startProgram, stopProgram } from './program.mjs';

const watchersDefault = 10_000;
const readConnections = 32;
const idsRead = 500;
const slug = 'watched-by-many';
const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };

/** Prints a table. `serverUrl` names a server on which databases may be made. */
export async function measureWatchers({ serverUrl, watchers = watchersDefault, seconds }) {
  const name = `outturn_watchers_${process.pid}`;
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const sql = postgres(url.href, { max: 1, onnotice: () => {} });
  const started = [];
  try {
    const { base } = await startProgram(url.href, started);
    await send(`${base}/v1/predictions`, claim);
    await copyPredictions(sql, watchers, slug);
    await sql`vacuum analyze`;
    const ids = await sql`select id from predictions where slug like ${`${slug}-%`} order by md5(id) limit ${idsRead}`;
    const read = () => measureReads(base, ids, seconds);
    await read();
    const before = await read();
    const began = performance.now();
    await send(`${base}/v1/feeds/litellm/snapshots?observed_at=${new Date().toISOString()}`, listing);
    const acceptedMs = performance.now() - began;
    const meanwhile = [];
    for (let waiting = 1; waiting > 0; ) {
      meanwhile.push(await read());
      [{ waiting }] = await sql`select count(*)::int as waiting from settle_queue`;
    }
    print({ watchers, before, meanwhile, acceptedMs, settledMs: performance.now() - began });
  } finally {
    for (const child of started) await stopProgram(child);
    await sql.end();
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}

const claim = {
  slug,
  statement: 'GPT-99 is released by the end of 2029.',
  made_at: '2026-01',
  criterion: {
    op: 'released',
    model: { vendor: 'openai', family: 'gpt', version: '99', tier: null },
    by: '2029-12-31',
  },
};
const listing = { 'gpt-99': { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: 1e-6 } };

async function send(address, body) {
  const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}

async function measureReads(base, ids, duration) {
  const requests = ids.map(({ id }) => ({ method: 'GET', path: `/v1/predictions/${id}` }));
  const result = await autocannon({ url: base, connections: readConnections, duration, requests });
  if (result.non2xx + result.errors + result.timeouts > 0) throw new Error(`${result.non2xx} of the requests failed`);
  return { rate: result.requests.average, p99: result.latency.p99 };
}

function print({ watchers, before, meanwhile, acceptedMs, settledMs }) {
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const rate = median(meanwhile.map((reads) => reads.rate));
  const p99 = median(meanwhile.map((reads) => reads.p99));
  console.log(
    `a listing that ${watchers} predictions watch: accepted in ${(acceptedMs / 1000).toFixed(1)} s, all settled after ` +
      `${(settledMs / 1000).toFixed(1)} s (${Math.round(watchers / (settledMs / 1000))}/s); reads meanwhile ${rate.toFixed(0)}/s, ` +
      `${(rate / before.rate).toFixed(2)} of those before, p99 ${p99} ms (before ${before.p99} ms)`,
  );
}

if (process.argv[1] === import.meta.filename) {
  const server = await openServer();
  const [watchers = watchersDefault, seconds = 4] = process.argv.slice(2).map(Number);
  try {
    await measureWatchers({ serverUrl: server.url, watchers, seconds });
  } finally {
    server.stop();
  }
}
