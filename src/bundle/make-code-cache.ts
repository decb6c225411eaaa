/**
 * The last step of the build: serves a new database once, so that V8 has compiled what a start runs, and keeps the result. A start
 * without it is slower and otherwise the same, so that a failure here does not fail the build.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Script } from 'node:vm';
import { hasCodeCache, loadProgram, saveCodeCache } from './program.ts';

const startMsMax = 60_000;
const askEveryMs = 20;
/** After the first response: the jobs begin meanwhile. */
const warmMs = 1_000;

async function makeCodeCache(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'outturn-build-'));
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }));
  const port = await freePort();
  for (const name of Object.keys(process.env)) if (/^(OUTTURN_|DATABASE_)/.test(name)) delete process.env[name];
  Object.assign(process.env, {
    ...{ HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'silent' },
    ...{ OUTTURN_DATA_DIR: dataDir, OUTTURN_FEEDS: 'none' },
  });
  process.argv.push('serve');
  process.stdout.write = () => true;
  const scripts = loadProgram(import.meta.dirname);
  await serveOnce(`http://127.0.0.1:${port}`, scripts);
  process.kill(process.pid, 'SIGINT');
}

async function serveOnce(base: string, scripts: ReadonlyMap<string, Script>): Promise<void> {
  const deadline = Date.now() + startMsMax;
  while (!(await answers(`${base}/v1/predictions?limit=1`))) {
    if (Date.now() > deadline) throw new Error('the program did not start in time');
    await wait(askEveryMs);
  }
  await answers(`${base}/`);
  await wait(warmMs);
  saveCodeCache(import.meta.dirname, scripts);
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => null);
  await response?.arrayBuffer();
  return response?.status === 200;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

if (!hasCodeCache(import.meta.dirname))
  await makeCodeCache().catch((error: unknown) => {
    process.stderr.write(`no code cache, so that starts are slower: ${String(error)}\n`);
    process.exit(0);
  });
