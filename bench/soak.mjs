// What grows while the service runs: memory, connections, and prepared statements of each connection, over polls, events, reads
// and stream clients. The heap is measured after a full collection: it shows what is kept. The resident size also has what
// the allocators hold in reserve. Stops by itself.
// Usage: npm run build && BENCH_DATABASE_URL=postgres://… node bench/soak.mjs [scale, default 1: 500 polls, 5,000 events …]
// Makes and drops its own database on that server.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';

const scale = Number(process.argv[2] ?? 1);
const rounds = 5;
const perRound = { polls: 100 * scale, events: 1000 * scale, reads: 2000 * scale };
const streams = Math.round(500 * scale);
const atOnce = 8;
const minutesMax = 15;

const server = process.env.BENCH_DATABASE_URL;
if (!server) throw new Error('set BENCH_DATABASE_URL to a PostgreSQL server');
const home = mkdtempSync(join(tmpdir(), 'outturn-soak-'));
const admin = postgres(server, { max: 1, onnotice: () => {} });
const name = `outturn_soak_${randomBytes(4).toString('hex')}`;
await admin`create database ${admin(name)}`;
const databaseUrl = Object.assign(new URL(server), { pathname: `/${name}` }).href;

let read = 0;
const feed = createServer((_request, response) => {
  read += 1;
  const rows = Array.from({ length: 200 }, (_none, index) => [
    `gpt-4o-${index}`,
    { litellm_provider: 'openai', mode: 'chat', input_cost_per_token: index === read % 200 ? 2e-6 : 1e-6 },
  ]);
  response.end(JSON.stringify(Object.fromEntries(rows)));
});
await new Promise((resolve) => feed.listen(0, '127.0.0.1', resolve));
const feeds = join(home, 'feeds.json');
const prices = { slug: 'prices', adapter: 'litellm', url: `http://127.0.0.1:${feed.address().port}/prices.json` };
writeFileSync(feeds, JSON.stringify({ format: 'outturn-feeds/1', feeds: [prices] }));
const key = randomBytes(24).toString('hex');
// Loaded into the program before its own code. It must not keep the process alive.
const probe = `process.on('message', () => { gc(); process.send(process.memoryUsage()); }); process.channel.unref();`;
const measured = ['--expose-gc', '--import', `data:text/javascript,${encodeURIComponent(probe)}`];
const program = spawn(process.execPath, [...measured, 'dist/program/cli.js', 'serve'], {
  env: {
    ...{ PATH: process.env.PATH, HOME: home, PORT: '0', LOG_LEVEL: 'error', DATABASE_URL: databaseUrl },
    ...{ OUTTURN_SECRET: randomBytes(16).toString('hex'), OUTTURN_ADMIN_KEY: key, OUTTURN_FEEDS: feeds },
    ...{ OUTTURN_SEED: 'none', OUTTURN_RATE_LIMIT: 'off', OUTTURN_ALLOW_CIDRS: '127.0.0.0/8' },
    OUTTURN_POLL_CRON: '0 0 1 1 *',
  },
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
const end = setTimeout(() => program.kill('SIGKILL'), minutesMax * 60_000);
let said = '';
const base = await new Promise((resolve, reject) => {
  program.stdout.on('data', (chunk) => {
    said += chunk;
    const found = /API\s+(http:\S+)\/v1/.exec(said);
    if (found) resolve(found[1]);
  });
  program.once('exit', () => reject(new Error(`the program ended: ${said}`)));
});

const open = [];
/** Requests that a busy machine did not answer in time. */
let refused = 0;
try {
  for (let client = 0; client < streams; client += 1) open.push(await openStream());
  await report('before');
  for (let round = 1; round <= rounds; round += 1) {
    await repeat(perRound.events, (index) => create(round, index));
    await repeat(perRound.reads, (index) => ask('GET', readPath(index)));
    for (let poll = 0; poll < perRound.polls; poll += 1) await ask('POST', '/v1/feeds/prices/polls');
    await report(`round ${round} of ${rounds}`);
  }
  for (const stream of open) stream.destroy();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await report('streams closed');
} finally {
  clearTimeout(end);
  program.kill('SIGTERM');
  await new Promise((resolve) => program.once('exit', resolve));
  feed.closeAllConnections();
  feed.close();
  await admin`drop database ${admin(name)} with (force)`;
  await admin.end();
  rmSync(home, { recursive: true, force: true });
}

function create(round, index) {
  const model = { vendor: 'anthropic', family: 'claude', version: String(5 + (index % 40)), tier: 'any' };
  const criterion = { op: 'released', by: '2027-12-31', model };
  const claim = { slug: `claim-${round}-${index}`, statement: 'A claim.', made_at: '2026-01-01', criterion };
  return ask('POST', '/v1/predictions', claim);
}

function readPath(index) {
  const paths = ['/v1/predictions?limit=20', '/v1/models?limit=20', '/v1/events?limit=20', '/readyz', '/metrics'];
  return index % 2 === 0 ? `/v1/predictions/claim-1-${index % perRound.events}` : paths[index % paths.length];
}

async function repeat(count, run) {
  let next = 0;
  const worker = async () => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function ask(method, path, body) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const response = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  await response.arrayBuffer();
  if (response.status === 503) refused += 1;
  else if (response.status >= 500) throw new Error(`${method} ${path}: ${response.status}`);
}

function openStream() {
  return new Promise((resolve, reject) => {
    const request = get(`${base}/v1/events/stream`, { agent: false }, (response) => {
      response.resume();
      response.on('error', () => {});
      resolve(request);
    });
    request.on('error', reject);
  });
}

/** Prepared statements belong to a session and only it can list them, so what is shown is the size of each backend. */
async function report(when) {
  const memory = await measure();
  const backends = await admin`select pid from pg_stat_activity where datname = ${name}`;
  const own = backends.map(({ pid }) => backendMegabytes(pid)).filter((size) => size !== null);
  const sockets = `${backends.length} connections, largest backend ${Math.max(...own).toFixed(0)} MB`;
  const sizes = ['heapUsed', 'external', 'rss'].map((part) => `${part} ${(memory[part] / 2 ** 20).toFixed(1)} MB`);
  console.log(`${when}: ${sizes.join(', ')}, ${sockets}, ${refused} requests refused`);
}

/** Memory of the program after a full collection. */
async function measure() {
  const answered = new Promise((resolve) => program.once('message', resolve));
  program.send('measure');
  return await answered;
}

/** Memory of its own, without what the server's processes share; null on another machine. */
function backendMegabytes(pid) {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return null;
  }
}
