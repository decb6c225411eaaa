// The speed of reads and writes, each as a ratio to baselines that are measured in the same run, interleaved.
// Usage: npm run bench [-- <predictions, default 10000> <rounds, default 5> <seconds of each measurement, default 4>]
// A temporary PostgreSQL server is started unless BENCH_DATABASE_URL names one on which databases may be made. Everything
// stays on the loopback address. Prints a table: the median of the rounds with the lowest and the highest.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import autocannon from 'autocannon';
import postgres from 'postgres';
import { findProgram, openServer } from './postgres.mjs';
import { copyPredictions } from './predictions.mjs';
import { startProgram, stopProgram } from './program.mjs';
import { measureStarts } from './starts.mjs';
import { measureWatchers } from './watchers.mjs';
import { measureWrites } from './writes.mjs';

const [predictions, rounds, seconds] = [10_000, 5, 4].map((usual, index) => Number(process.argv[2 + index] ?? usual));
const idsPerTarget = 500;
const readConnections = 32;
const listConnections = 8;
const pgbenchClients = 10;
const deepestRead = 20_000;
/** The program still settles what it polled. */
const restMs = 3000;

const server = await openServer();
const started = [];
const name = `outturn_bench_${process.pid}`;
const admin = postgres(server.url, { max: 1, onnotice: () => {} });
const url = new URL(server.url);
url.pathname = `/${name}`;
const database = url.href;
async function measure() {
  const first = await startProgram(database, started);
  await stopProgram(first.child);
  const sql = postgres(database, { max: 1, onnotice: () => {} });
  const began = performance.now();
  const states = await copyPredictions(sql, predictions);
  console.log(
    `${predictions} predictions in ${((performance.now() - began) / 1000).toFixed(0)} s: ${states.map(({ state, count }) => `${count} ${state}`).join(', ')}`,
  );
  await sql`vacuum analyze`;
  const program = await startProgram(database, started);
  await wait(restMs);
  const fastify = await startBaseline('baseline-fastify.mjs', [database]);
  const bare = await startBaseline('baseline-http.mjs', []);
  const idsOf = async (filter) =>
    (
      await sql`select p.id from predictions p join prediction_documents d on d.prediction_id = p.id
      where ${filter} order by md5(p.id) limit ${idsPerTarget}`
    ).map(({ id }) => id);
  const resolved = await idsOf(sql`p.state = 'resolved'`);
  const open = await idsOf(sql`p.state = 'open' and d.standing is not null`);
  await sql.end();
  const paths = (ids) => ids.map((id) => `/v1/predictions/${id}`);
  const list = (query) => ({ base: program.base, paths: [`/v1/predictions${query}`], connections: listConnections });
  const targets = new Map([
    ['node:http', { base: bare, paths: ['/'] }],
    ['Fastify + pg, by id', { base: fastify, paths: resolved.map((id) => `/predictions/${id}`) }],
    ['GET resolved', { base: program.base, paths: paths(resolved) }],
    ['GET open', { base: program.base, paths: paths(open) }],
    ['304', { base: program.base, ...(await known(program.base, resolved[0])) }],
    ['list of 50', list('')],
    ['list, status=open by deadline', list('?status=open&sort=resolve_by')],
    ['list, vendor=openai', list('?vendor=openai')],
    ['list, q of two letters', list('?q=o3')],
    ['list, q without a hit', list('?q=zzzzqqqq')],
    ['list, short q without a hit', list('?q=z9')],
    ['list, newest resolutions', list('?sort=-resolved_at')],
    ['list, deep cursor', await deepPage(program.base, predictions)],
    ['list of tags', { ...list(''), paths: ['/v1/tags'] }],
    ['list, as_of and resolved', list('?as_of=2026-01-01&status=resolved')],
    ['list, as_of by resolution', list('?as_of=2026-01-01&sort=-resolved_at')],
  ]);
  const results = new Map([...targets.keys()].map((target) => [target, []]));
  const alone = findProgram('pgbench') === null ? null : { byId: [], list: [] };
  // The first requests are slower, because nothing is compiled or cached yet.
  for (const { base, ...load } of targets.values()) await cannon(base, load);
  for (let round = 0; round < rounds; round += 1) {
    for (const [target, { base, ...load }] of targets) results.get(target).push(await cannon(base, load));
    alone?.byId.push(pgbench(byIdScript(resolved)));
    alone?.list.push(pgbench(listScript));
  }
  print(results, alone);
}

/** The request that the client has the answer of. */
async function known(base, id) {
  const path = `/v1/predictions/${id}`;
  const { headers } = await fetch(base + path);
  return { paths: [path], headers: { 'if-none-match': headers.get('etag') } };
}

/** A page from the middle of the list. Pages of 200 lead there. */
async function deepPage(base, count) {
  let path = '/v1/predictions?limit=200';
  for (let read = 0; read < Math.min(count / 2, deepestRead); read += 200) {
    const { next_cursor: cursor } = await (await fetch(base + path)).json();
    path = `/v1/predictions?limit=200&cursor=${cursor}`;
  }
  // The length of a page is no part of a cursor.
  return { base, paths: [path.replace('limit=200&', '')], connections: listConnections };
}

async function cannon(base, { paths, headers = {}, connections = readConnections }) {
  const result = await autocannon({
    url: base,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ method: 'GET', path, headers })),
  });
  const failed = result.errors + result.timeouts + result['4xx'] + result['5xx'];
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99, failed };
}

function print(results, alone) {
  const rateOf = (rows) => median(rows.map(({ rate }) => rate));
  const baselines = {
    'node:http': rateOf(results.get('node:http')),
    Fastify: rateOf(results.get('Fastify + pg, by id')),
    'database alone': alone === null ? null : rateOf(alone.byId),
    'database alone, list': alone === null ? null : rateOf(alone.list),
  };
  const lines = [
    ['', 'requests/s (lowest–highest)', 'p50 / p99 ms', '× node:http', '× Fastify + pg', '× database alone', 'failed'],
  ];
  const ratio = (rate, to) => (to === null ? '–' : (rate / to).toFixed(2));
  for (const [target, rows] of results) {
    const rates = rows.map(({ rate }) => rate);
    const isList = target.startsWith('list');
    lines.push([
      target,
      `${median(rates).toFixed(0)} (${Math.min(...rates).toFixed(0)}–${Math.max(...rates).toFixed(0)})`,
      `${median(rows.map(({ p50 }) => p50))} / ${median(rows.map(({ p99 }) => p99))}`,
      ratio(median(rates), baselines['node:http']),
      isList ? '–' : ratio(median(rates), baselines.Fastify),
      ratio(median(rates), baselines[isList ? 'database alone, list' : 'database alone']),
      String(rows.reduce((sum, { failed }) => sum + failed, 0)),
    ]);
  }
  for (const [what, rows] of Object.entries(alone ?? {}))
    lines.push([
      `database alone, ${what === 'byId' ? 'by id' : 'list of 50'}`,
      rateOf(rows).toFixed(0),
      '',
      '',
      '',
      '',
      '',
    ]);
  const widths = lines[0].map((_cell, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  console.log(
    `medians of ${rounds} rounds of ${seconds} s; load of the machine ${loadavg()[0].toFixed(1)} on ${cpus().length} processors`,
  );
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The columns and joins of the statement behind GET /v1/predictions/{id}. */
const documentStatement = `select d.words, d.answer, d.words_version + d.answer_version, greatest(d.words_at, d.answer_at), d.standing,
  d.evaluated_through, s.id, s.title, s.url, s.language, s.published_at, w.id, w.name
  from prediction_documents d left join sources s on s.id = d.source_id left join predictors w on w.id = d.predictor_id`;

function byIdScript(ids) {
  const chosen = ids.slice(0, 50);
  const cases = chosen.map((id, index) => `when ${index} then '${id}'`).join(' ');
  return `\\set n random(0, ${chosen.length - 1})\n${documentStatement} where d.prediction_id = case :n::int ${cases} end;`;
}

const listScript = `${documentStatement} join predictions p on p.id = d.prediction_id order by p.seq desc, p.id desc limit 51;`;

/** Transactions per second of a script, prepared. */
function pgbench(script) {
  const home = mkdtempSync(join(tmpdir(), 'outturn-pgbench-'));
  const file = join(home, 'script.sql');
  writeFileSync(file, script.replaceAll('\n  ', ' '));
  const args = [
    '-n',
    '-M',
    'prepared',
    '-c',
    String(pgbenchClients),
    '-j',
    '1',
    '-T',
    String(seconds),
    '-f',
    file,
    database,
  ];
  const output = execFileSync(join(findProgram('pgbench'), 'pgbench'), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  rmSync(home, { recursive: true });
  return { rate: Number(/tps = ([\d.]+)/.exec(output)?.[1]) };
}

async function startBaseline(program, args) {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  started.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return line;
}

try {
  await admin.unsafe(`create database ${name}`);
  await measure();
} finally {
  for (const child of started) await stopProgram(child);
  await admin.unsafe(`drop database if exists ${name} with (force)`);
  await admin.end();
}
try {
  await measureWrites({ serverUrl: server.url, rounds, seconds });
  await measureWatchers({ serverUrl: server.url, seconds });
  await measureStarts({ serverUrl: server.url, rounds });
} finally {
  server.stop();
}
