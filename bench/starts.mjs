// How long the program takes from the start of its process to its first response with data, and what it costs: processor time until
// then, and memory once it rests. The baseline is Fastify + pg, which reads one row. Part of `npm run bench`.
// Usage: npm run build && node bench/starts.mjs [rounds, default 5]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';
import { openServer } from './postgres.mjs';
import { spawnProgram, stopProgram } from './program.mjs';

const askEveryMs = 5;
const restMs = 10_000;
/** Ticks of a second in /proc. */
const ticksPerSecond = 100;

/** Prints a table of medians. `serverUrl` names a server on which databases may be made. */
export async function measureStarts({ serverUrl, rounds }) {
  const name = `outturn_starts_${process.pid}`;
  const admin = postgres(serverUrl, { max: 1, onnotice: () => {} });
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const home = mkdtempSync(join(tmpdir(), 'outturn-starts-'));
  const existing = join(home, 'existing');
  const embedded = (dataDir) => spawnProgram({ DATABASE_URL: '', OUTTURN_DATA_DIR: dataDir, OUTTURN_FEEDS: 'none' });
  let fresh = 0;
  const rows = [
    { what: 'Fastify + pg', run: () => startBaseline(url.href) },
    { what: 'server', run: () => spawnProgram({ DATABASE_URL: url.href, OUTTURN_FEEDS: 'none' }) },
    { what: 'embedded, existing', run: () => embedded(existing) },
    {
      what: 'embedded, new',
      run: () => {
        fresh += 1;
        return embedded(join(home, String(fresh)));
      },
    },
  ];
  const results = rows.map(() => []);
  try {
    await admin.unsafe(`create database ${name}`);
    // The first starts create and seed both databases.
    for (const { run } of rows.slice(1, 3)) await measure(run, 0);
    for (let round = 0; round < rounds; round += 1)
      for (const [index, { run }] of rows.entries()) results[index].push(await measure(run, restMs));
  } finally {
    await admin.unsafe(`drop database if exists ${name} with (force)`);
    await admin.end();
    rmSync(home, { recursive: true, force: true });
  }
  print(rows, results, rounds);
}

/** Milliseconds until the first response with data, of the clock and of the processors, and megabytes after `rest`. */
async function measure(run, rest) {
  const began = performance.now();
  const { base, child, path = '/v1/predictions?limit=1' } = await run();
  while (!(await answers(base + path))) {
    if (child.exitCode !== null) throw new Error('the program ended');
    await wait(askEveryMs);
  }
  const ms = performance.now() - began;
  const cpuMs = processorMs(child.pid);
  await wait(rest);
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
  await stopProgram(child);
  return { ms, cpuMs, megabytes };
}

/** Whether the service has read its database: the baseline has no row of that id. */
async function answers(url) {
  const response = await fetch(url).catch(() => null);
  await response?.arrayBuffer();
  return response !== null && [200, 404].includes(response.status);
}

function processorMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
}

async function startBaseline(databaseUrl) {
  const args = [join(import.meta.dirname, 'baseline-fastify.mjs'), databaseUrl];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [base] = await once(createInterface({ input: child.stdout }), 'line');
  return { base, child, path: '/predictions/first' };
}

function print(rows, results, rounds) {
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const of = (index, field) => results[index].map((result) => result[field]);
  const lines = rows.map(({ what }, index) => {
    const ms = of(index, 'ms');
    return [
      `start, ${what}`,
      `${median(ms).toFixed(0)} (${Math.min(...ms).toFixed(0)}–${Math.max(...ms).toFixed(0)})`,
      (median(ms) / median(of(0, 'ms'))).toFixed(1),
      median(of(index, 'cpuMs')).toFixed(0),
      median(of(index, 'megabytes')).toFixed(0),
    ];
  });
  const table = [['', 'ms to the first response', '× Fastify + pg', 'processor ms', 'MB at rest'], ...lines];
  const widths = table[0].map((_cell, column) => Math.max(...table.map((line) => line[column].length)));
  for (const line of table) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  console.log(`medians of ${rounds} rounds`);
}

if (process.argv[1] === import.meta.filename) {
  const server = await openServer();
  try {
    await measureStarts({ serverUrl: server.url, rounds: Number(process.argv[2] ?? 5) });
  } finally {
    server.stop();
  }
}
