import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { outturn, prepareDirectory, removeDirectory, startProgram } from '../../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'outturn-status-'));
afterAll(() => removeDirectory(home));

test('status shows the same of a running server and, after it was killed, of its database', async () => {
  const dataDir = join(home, 'data');
  prepareDirectory(dataDir);
  const feeds = join(home, 'feeds.json');
  const ledger = { slug: 'ledger', adapter: 'ledger', url: 'builtin:data/ledger.json' };
  const nowhere = { slug: 'nowhere', adapter: 'litellm', url: 'http://127.0.0.1:9/never.json' };
  writeFileSync(feeds, JSON.stringify({ format: 'outturn-feeds/1', feeds: [ledger, nowhere] }));
  const env = { OUTTURN_DATA_DIR: dataDir, OUTTURN_FEEDS: feeds };
  const program = await startProgram(env, dataDir);
  await program.said(/Predictions/);
  expect(statSync(join(dataDir, 'status.sock')).mode & 0o777).toBe(0o600);

  // Reading events gives them their positions.
  const { data } = JSON.parse(await (await fetch(`${program.base}/v1/events?limit=200`)).text());
  expect(data.length).toBeGreaterThan(0);

  const asked = await outturn(['status', '--json'], env);
  expect(asked.code).toBe(0);
  const running = JSON.parse(asked.output);
  expect(running).toMatchObject({
    server: { pid: program.process.pid, uptime_seconds: expect.any(Number) },
    database: 'embedded',
    feeds: [
      { slug: 'ledger', enabled: true, health: 'ok', last_poll: { result: 'ok', error: null } },
      { slug: 'nowhere', enabled: true, last_poll: { result: 'failed', error: expect.any(String) } },
    ],
    predictions: { total: 36 },
    deliveries_pending: 0,
  });
  const { total, open, proposed, disputed, resolved, withdrawn } = running.predictions;
  expect(open + proposed + disputed + resolved + withdrawn).toBe(total);
  expect(running.event_head).toBeGreaterThanOrEqual(data.length);

  await program.stop('SIGKILL');
  const read = await outturn(['status', '--json'], env);
  expect(JSON.parse(read.output)).toMatchObject({ ...running, server: null, event_head: expect.any(Number) });

  const again = await startProgram(env, dataDir);
  const text = (await outturn(['status'], env)).output;
  expect(text).toMatch(new RegExp(`process ${again.process.pid}, up \\d+ s \\(embedded\\)\nPredictions {2}36: `));
  expect(text).toMatch(/^ {2}nowhere +\w+ +failed \d{4}-/m);
  await again.stop();
}, 240_000);

test('status creates no database', async () => {
  const dataDir = join(home, 'nothing');
  expect(await outturn(['status'], { OUTTURN_DATA_DIR: dataDir })).toEqual({
    code: 1,
    output: `outturn: there is no database in ${dataDir}: start "outturn serve", or set OUTTURN_DATA_DIR\n`,
  });
});
