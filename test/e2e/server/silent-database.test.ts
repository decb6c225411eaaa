import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServerDatabase } from '../../support/database.ts';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { type DatabaseProxy, startProxy } from '../../support/proxy.ts';
import { openSse } from '../../support/sse.ts';

const adminKey = 'ok_a-key-that-the-operator-chose-0123456789';
const directory = mkdtempSync(join(tmpdir(), 'outturn-silent-'));
let database: Awaited<ReturnType<typeof createServerDatabase>>;
let proxy: DatabaseProxy;
let program: Program;

beforeAll(async () => {
  database = await createServerDatabase();
  proxy = await startProxy(new URL(database.url));
  const env = { DATABASE_URL: proxy.url, OUTTURN_SECRET: 'a secret of sixteen or more', OUTTURN_ADMIN_KEY: adminKey };
  program = await startProgram({ ...env, OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none' }, directory);
  await program.said(/Predictions: none yet/);
});

afterAll(async () => {
  await program.stop('SIGKILL');
  await proxy.close();
  await database.drop();
  removeDirectory(directory);
});

it('with a database that falls silent, reports that it is not ready, and still stops on SIGTERM', async () => {
  const streams = await Promise.all(Array.from({ length: 50 }, () => openSse(program.base, '/v1/events/stream')));
  await Promise.all(streams.map((stream) => stream.heard(1)));
  expect((await fetch(`${program.base}/readyz`)).status).toBe(200);
  proxy.silence();
  const ready = await fetch(`${program.base}/readyz`);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ database: 'down', code: 'service_unavailable' });
  const waiting = fetch(`${program.base}/v1/predictions`).catch(() => null);
  const stoppedAt = performance.now();
  // It depends on when the silence is noticed whether the stop is orderly or is cut short.
  expect([0, 1]).toContain(await program.stop('SIGTERM'));
  expect(performance.now() - stoppedAt).toBeLessThan(15_000);
  expect(program.output()).toMatch(/the stop took too long|Stopped\./);
  await waiting;
});
