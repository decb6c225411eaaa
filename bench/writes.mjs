// The speed of writes, each as a ratio to a baseline that is measured in the same run, interleaved: creating predictions about a
// family with a long history, delivering webhooks, and claiming and settling deliveries without HTTP. Part of `npm run bench`.
// Usage: npm run build && node bench/writes.mjs [rounds, default 5] [seconds of each measurement, default 4]
// A temporary PostgreSQL server is started unless BENCH_DATABASE_URL names one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import autocannon from 'autocannon';
import postgres from 'postgres';
import { bareLoop, drain, openReceiver } from './deliveries.mjs';
import { bareQueue, claimAndSettle } from './outbox.mjs';
import { openServer } from './postgres.mjs';
import { adminKey, startProgram, stopProgram } from './program.mjs';

const callers = 16;
const deliveries = 4000;
const queued = 20_000;
const workers = 4;
const versions = 30;
const tiers = ['', '-mini', '-nano', '-pro', '-turbo'];
const hosts = ['', 'azure/', 'openrouter/openai/', 'github/', 'vercel_ai_gateway/openai/'];
const snapshots = 6;

/** Prints a table of ratios. `serverUrl` names a server on which databases may be made. */
export async function measureWrites({ serverUrl, rounds, seconds }) {
  process.env.BENCH_DATABASE_URL = serverUrl;
  const api = await openApi(serverUrl);
  const receiver = await openReceiver();
  const rows = [
    { what: 'Fastify + pg, one transaction', run: () => create(api.fastify, '/predictions', seconds) },
    {
      what: `POST /v1/predictions, ${callers} callers`,
      run: () => create(api.base, '/v1/predictions', seconds),
      of: 0,
    },
    { what: 'bare HTTP client', run: () => bareLoop(receiver, deliveries) },
    { what: '1 sender', run: () => drain(receiver, { deliveries, senders: 1 }), of: 2 },
    { what: '4 senders', run: () => drain(receiver, { deliveries, senders: 4 }), of: 2 },
    {
      what: '1 sender, one endpoint hangs',
      run: () => drain(receiver, { deliveries, senders: 1, hanging: true }),
      of: 2,
    },
    { what: `bare queue, ${workers} workers`, run: () => bareQueue(workers, queued) },
    { what: `claim and settle, ${workers} workers`, run: () => claimAndSettle(workers, queued), of: 6 },
  ];
  const results = rows.map(() => []);
  try {
    // The first requests are slower, because nothing is compiled or kept yet.
    await create(api.base, '/v1/predictions', seconds);
    for (let round = 0; round < rounds; round += 1)
      for (const [index, { run }] of rows.entries()) results[index].push(await run());
  } finally {
    receiver.close();
    await api.close();
  }
  print(rows, results, rounds);
}

function print(rows, results, rounds) {
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const lines = rows.map(({ what, of }, index) => {
    const rates = results[index];
    // Each round is compared with the baseline of the same round, because other programs disturb both alike.
    const ratios = of === undefined ? null : rates.map((rate, round) => rate / results[of][round]);
    const spread = (values, digits) =>
      `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
    return [what, spread(rates, 0), ratios === null ? '1' : `${spread(ratios, 2)} of ${rows[of].what}`];
  });
  const table = [['', '/s (lowest–highest)', '× baseline'], ...lines];
  const widths = table[0].map((_cell, column) => Math.max(...table.map((line) => line[column].length)));
  for (const line of table) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  console.log(`medians of ${rounds} rounds`);
}

/** The program and the baseline on one database, whose feeds have listed many models of one family several times. */
async function openApi(serverUrl) {
  const name = `outturn_writes_${process.pid}`;
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const children = [];
  const close = async () => {
    for (const child of children) await stopProgram(child);
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
  };
  try {
    const { base } = await startProgram(url.href, children);
    for (let day = 1; day <= snapshots; day += 1) await importListing(base, day);
    const sql = postgres(url.href, { max: 1, onnotice: () => {} });
    await sql`create table bench_writes (id text primary key, statement text not null, criterion jsonb not null, at timestamptz not null)`;
    await sql`vacuum analyze`;
    await sql.end();
    return { base, fastify: await startBaseline(url.href, children), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** LiteLLM's price map of a day: every model by several hosts; each day there are more, and some prices change. */
async function importListing(base, day) {
  const listing = {};
  for (let version = 0; version < versions * (0.5 + day / 12); version += 1)
    for (const tier of tiers)
      for (const host of hosts)
        listing[`${host}gpt-${1 + Math.floor(version / 10)}.${version % 10}${tier}`] = {
          litellm_provider: host.split('/')[0] || 'openai',
          mode: 'chat',
          input_cost_per_token: (version % 5 === day % 5 ? day : 1) * 1e-6,
        };
  const path = `/v1/feeds/litellm/snapshots?observed_at=2026-01-0${day}T00:00:00Z`;
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const answer = await fetch(base + path, { method: 'POST', headers, body: JSON.stringify(listing) });
  if (answer.status !== 200) throw new Error(await answer.text());
}

let created = 0;
async function create(base, path, seconds) {
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
  const setupRequest = (request) => {
    created += 1;
    const criterion = {
      op: 'released',
      model: { vendor: 'openai', family: 'gpt', version: '99', tier: null },
      by: '2029-12-31',
    };
    return { ...request, body: JSON.stringify({ statement: `It comes, ${created}.`, made_at: '2026-01', criterion }) };
  };
  const requests = [{ method: 'POST', path, headers, setupRequest }];
  const result = await autocannon({ url: base, connections: callers, duration: seconds, requests });
  if (result.non2xx + result.errors + result.timeouts > 0) throw new Error(`${result.non2xx} of the requests failed`);
  return result['2xx'] / result.duration;
}

async function startBaseline(database, children) {
  const args = [join(import.meta.dirname, 'baseline-fastify.mjs'), database];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return line;
}

if (process.argv[1] === import.meta.filename) {
  const server = await openServer();
  const [rounds = 5, seconds = 4] = process.argv.slice(2).map(Number);
  try {
    await measureWrites({ serverUrl: server.url, rounds, seconds });
  } finally {
    server.stop();
  }
}
