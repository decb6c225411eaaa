import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { ask, dayFromNow, openPriceServer, type PriceServer, pollPrices } from '../../support/price-server.ts';
import { type Program, removeDirectory } from '../../support/program.ts';
import { openReceiver, type Receiver, verified } from '../../support/receiver.ts';

const id = 'gpt-4.1-2025-04-14';
const listed = (days: number) => ({ [id]: { ends: dayFromNow(days) }, 'gpt-4o': {}, o3: {} });
const repository = mkdtempSync(join(tmpdir(), 'outturn-path-'));
let server: PriceServer;
let receiver: Receiver;
let program: Program;

beforeAll(async () => {
  server = await openPriceServer();
  receiver = await openReceiver();
  server.serve(listed(60));
  program = await server.start();
  await pollPrices(program);
});

afterAll(async () => {
  await program.stop('SIGKILL');
  await receiver.close();
  await server.close();
  for (const directory of [program.dataDir, repository]) removeDirectory(directory);
});

/** Runs a scan as a job in CI would: not in this process, which answers as the webhook receiver meanwhile. */
async function scan(...args: string[]): Promise<{ code: number; output: string }> {
  const cli = join(packageRoot(), 'dist/program/cli.js');
  const env = { PATH: process.env.PATH, OUTTURN_KEY: program.adminKey };
  try {
    const all = [cli, 'scan', '.', '--url', program.base, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, all, { cwd: repository, env });
    return { code: 0, output: stdout };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string }; // what execFile rejects with
    return { code: failed.code, output: failed.stdout + failed.stderr };
  }
}

test('a repository is scanned and watched, its end moves, the webhook arrives, and CI fails', async () => {
  mkdirSync(join(repository, '.git'));
  writeFileSync(join(repository, 'app.ts'), `export const model = '${id}';\n`);
  expect((await scan('--watch', 'checkout', '--fail-within', '30')).code).toBe(0);
  const watch = await (await ask(program, 'GET /v1/watches/checkout')).json();
  expect(watch).toMatchObject({ ids: [{ id, status: 'ending', end: { date: dayFromNow(60), kind: 'planned' } }] });

  const url = `${receiver.origin}/hook`;
  const endpoint = { url, event_types: ['model.end_moved'], filter: { watch: ['checkout'] } };
  const { secret } = (await (await ask(program, 'POST /v1/webhook-endpoints', endpoint)).json()) as { secret: string };
  server.serve(listed(20));
  await pollPrices(program);
  await receiver.arrived(1);
  expect(verified(secret, receiver.received[0])).toMatchObject({
    type: 'model.end_moved',
    data: { end: { id, date: dayFromNow(20) }, moved_from: { date: dayFromNow(60), because: 'moved' } },
  });

  const { code, output } = await scan('--fail-within', '30');
  expect([code, output]).toEqual([1, expect.stringContaining(`${id} ends on ${dayFromNow(20)}, in 20 days (planned)`)]);
}, 120_000);
