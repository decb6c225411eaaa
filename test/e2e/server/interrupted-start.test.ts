import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, inject, it } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { createServerDatabase } from '../../support/database.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { removeDirectory } from '../../support/program.ts';

/** While it connects, migrates, prepares and seeds the database, and after it has begun to serve. */
const messages = [1, 17, 25, 33, 100, 400, 1000];

const clean: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of clean.splice(0).reverse()) await step();
});

/** Starts `serve`, which loses its connections at one of its messages to the database, and stops it if it serves. */
async function start(message: number): Promise<{ code: number | null; output: string }> {
  const database = await createServerDatabase(inject('server').template);
  clean.push(database.drop);
  const proxy = await startFaultProxy(database.url);
  clean.push(proxy.close);
  let sent = 0;
  proxy.watch(() => {
    sent += 1;
    if (sent === message) proxy.cut('reset');
  });
  const directory = mkdtempSync(join(tmpdir(), 'outturn-interrupted-'));
  clean.push(() => removeDirectory(directory));
  const child = spawn(process.execPath, [join(packageRoot(), 'dist/program/cli.js'), 'serve'], {
    env: {
      ...{ PATH: process.env.PATH, HOME: directory, OUTTURN_DATA_DIR: directory, PORT: '0', LOG_LEVEL: 'error' },
      ...{ DATABASE_URL: proxy.url, OUTTURN_SECRET: 's'.repeat(16), OUTTURN_ADMIN_KEY: 'k'.repeat(20) },
      OUTTURN_FEEDS: 'none',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  clean.push(() => child.kill('SIGKILL'));
  let output = '';
  let isStopping = false;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (isStopping || !/^Predictions|a step of the start failed/m.test(output)) return;
      isStopping = true;
      child.kill('SIGTERM');
    });
  const [code] = await once(child, 'exit');
  return { code, output };
}

it.each(messages)(
  'a start that loses its connections at message %i goes on, or fails with one sentence',
  async (message) => {
    const { code, output } = await start(message);
    expect(output).not.toMatch(/unhandled|uncaught/i);
    if (code === 0) return expect(output).toContain('Stopped.');
    const lines = output.trim().split('\n');
    expect({ code, lines }).toEqual({
      code: 1,
      lines: [expect.stringMatching(/^outturn: (cannot use the server that DATABASE_URL names|the database)/)],
    });
  },
);
