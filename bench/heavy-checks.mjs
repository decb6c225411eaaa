// How long other requests wait while eight heavy criteria are checked at once, on the embedded database and on a server.
// Usage: npm run build && [BENCH_DATABASE_URL=postgres://…] node bench/heavy-checks.mjs [archive of dated payloads | made-up models, e.g. 600]
// The server is a process of its own, on the loopback address. Prints the 99th percentile of GET /v1/predictions/{id} without
// load and under each load, with the longest delay of the server's event loop. Ends with 1 if a limit is exceeded.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { nextLine, start } from './webhook-world.mjs';

const [source = '600'] = process.argv.slice(2);
const loads = /^\d+$/.test(source) ? { archive: null, models: Number(source) } : { archive: source, models: 0 };
const heavy = JSON.parse(readFileSync('test/fixtures/heavy-criterion.json', 'utf8'));
const simple = {
  op: 'not',
  of: { op: 'released', model: { vendor: 'cohere', family: 'command', version: '99', tier: null } },
};
const readers = 4;
const checksAtOnce = 8;
const quietMs = 3000;
/** What is wanted: of the GETs while the checks run, and of one piece of work of the event loop. */
const getMsMax = 100;
const blockedMsMax = 50;
let exceeded = false;
// On a machine that is busy with other work, even the figures without load are large.
console.log(`load of the machine: ${loadavg()[0].toFixed(1)} on ${cpus().length} processors`);

await onEmbedded();
if (process.env.BENCH_DATABASE_URL !== undefined) await onServer(process.env.BENCH_DATABASE_URL);
process.exitCode = exceeded ? 1 : 0;

async function onEmbedded() {
  const dataDir = mkdtempSync(join(tmpdir(), 'outturn-heavy-'));
  await measure('embedded', { dataDir });
  rmSync(dataDir, { recursive: true, force: true });
}

async function onServer(server) {
  const name = `outturn_heavy_${process.pid}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  await measure('server', { databaseUrl: url.href });
  await admin.unsafe(`drop database ${name} with (force)`);
  await admin.end();
}

async function measure(engine, database) {
  const server = start('check-server.mjs', { argument: JSON.stringify({ ...database, ...loads }) });
  const { port, adminKey, ...counts } = JSON.parse(await nextLine(server));
  console.log(`${engine}: ${JSON.stringify(counts)}`);
  const base = `http://127.0.0.1:${port}`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${adminKey}` };
  const post = async (path, body, more = {}) => {
    const answer = await fetch(base + path, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${text.slice(0, 300)}`);
    return text;
  };
  const { id } = JSON.parse(
    await post('/v1/predictions', { statement: 'simple', made_at: '2025-01', criterion: simple }),
  );
  const ask = async (line) => {
    const answer = nextLine(server);
    server.stdin.write(`${line}\n`);
    return JSON.parse(await answer);
  };
  const under = async (name, work) => {
    await ask('reset');
    const begun = performance.now();
    let running = true;
    const times = [];
    const reading = Array.from({ length: readers }, async () => {
      while (running) {
        const start = performance.now();
        const answer = await fetch(`${base}/v1/predictions/${id}`);
        await answer.text();
        if (answer.status !== 200) throw new Error(`GET: ${answer.status}`);
        times.push(performance.now() - start);
        await wait(5);
      }
    });
    await work();
    running = false;
    await Promise.all(reading);
    const { maxMs } = await ask('delay');
    times.sort((a, b) => a - b);
    const p99 = times[Math.floor(times.length * 0.99)];
    if (name !== 'no load' && (p99 > getMsMax || maxMs > blockedMsMax)) exceeded = true;
    console.log(
      `${engine}, ${name}: GET p50 ${times[times.length >> 1].toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${times.at(-1).toFixed(1)} ms (${times.length}); event loop blocked for at most ${maxMs.toFixed(1)} ms; took ${((performance.now() - begun) / 1000).toFixed(1)} s`,
    );
  };
  let answer = '';
  let heavyId = '';
  await under('no load', () => wait(quietMs));
  await under('one check', async () => {
    answer = await post('/v1/criteria/check', heavy);
  });
  await under(`${checksAtOnce} checks`, async () => {
    await Promise.all(Array.from({ length: checksAtOnce }, () => post('/v1/criteria/check', heavy)));
  });
  await under('creation', async () => {
    const created = await post('/v1/predictions', { statement: 'heavy', ...heavy });
    heavyId = JSON.parse(created).id;
  });
  await under('explanation', async () => {
    const read = await fetch(`${base}/v1/predictions/${heavyId}/explanation`);
    if (read.status !== 200) throw new Error(await read.text());
    await read.text();
  });
  const { explanation, evidence } = JSON.parse(answer);
  const sizes = { answer, explanation: JSON.stringify(explanation), evidence: JSON.stringify(evidence) };
  const kilobytes = Object.entries(sizes).map(([name, text]) => `${name} ${(text.length / 1000).toFixed(0)} kB`);
  console.log(`${engine}: ${kilobytes.join(', ')}`);
  server.stdin.write('end\n');
  await new Promise((resolve) => server.once('exit', resolve));
}
