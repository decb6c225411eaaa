import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/package-root.ts';
import { fencedBlocks } from '../../support/markdown.ts';
import { outturn, type Program, removeDirectory, startProgram } from '../../support/program.ts';

const directory = mkdtempSync(join(tmpdir(), 'outturn-operations-'));
const guide = readFileSync(join(packageRoot(), 'docs/operations.md'), 'utf8');
const commands = fencedBlocks(guide).filter(({ language }) => language === 'sh');
let program: Program;
beforeAll(async () => {
  program = await startProgram({ OUTTURN_FEEDS: 'none' }, join(directory, 'data'));
  await program.said(/Predictions/);
});
afterAll(async () => {
  await program.stop('SIGKILL');
  removeDirectory(directory);
});

/** Runs a command of the page in a directory that contains `data`; `npm exec` would need an installed package. */
function run(beginning: string): string {
  const found = commands.find(({ text }) => text.startsWith(beginning));
  if (found === undefined) throw new Error(`the page has no command ${beginning}`);
  const here = found.text
    .replaceAll('localhost:3000', new URL(program.base).host)
    .replaceAll('npm exec outturn --', `${process.execPath} ${join(packageRoot(), 'dist/program/cli.js')}`);
  const env = { PATH: process.env.PATH, HOME: directory };
  return execFileSync('bash', ['--norc', '-ec', here], { encoding: 'utf8', cwd: directory, env });
}

test('the page has only the commands that are run here, and those for a server', () => {
  expect(commands.map(({ text }) => text.split(' ').slice(0, 3).join(' '))).toEqual([
    'npm exec outturn',
    'OUTTURN_DATA_DIR=restored npm exec',
    'curl -sf localhost:3000/v1/export',
    'npm exec outturn',
    'OUTTURN_DATA_DIR=imported npm exec',
    'pg_dump --format=custom --file=backup.dump',
    'DATABASE_URL="$RESTORE_URL" npm exec',
    'curl -s localhost:3000/readyz\ncurl',
  ]);
});

test('health, metrics and the health check of Compose answer', () => {
  expect(run('curl -s localhost:3000/readyz')).toMatch(/"ready":true[\s\S]*outturn_webhook_oldest_due_seconds 0/);
  const compose = parse(fencedBlocks(guide).find(({ language }) => language === 'yaml')?.text ?? '');
  const [, command, flag, script] = compose.services.outturn.healthcheck.test;
  const asked = script.replace('http://localhost:3000', program.base);
  expect(command).toBe('node');
  execFileSync(process.execPath, [flag, asked]);
  expect(() => execFileSync(process.execPath, [flag, asked.replace('/readyz', '/nowhere')])).toThrow();
});

test('a backup is made of the running service and restored', () => {
  expect(run('npm exec outturn -- backup')).toMatch(/^file: outturn\.backup\nbytes: \d+/);
  expect(run('OUTTURN_DATA_DIR=restored')).toMatch(/event_epoch: \w{8}\nunreadable_secrets: 0/);
});

test('an export is taken from the running service, then from the stopped one, and is imported', async () => {
  const first = JSON.parse(run('curl -sf localhost:3000/v1/export'));
  expect(first).toMatchObject({ end: 'outturn-export/1', rows: expect.any(Number) });
  expect(await program.stop()).toBe(0);
  expect(run('npm exec outturn -- export')).toMatch(/rows: \d+/);
  // The other service has another secret; nothing was sealed with the first.
  expect(run('OUTTURN_DATA_DIR=imported')).toMatch(/rows: \d+\nunreadable_secrets: 0/);
});

test('a new epoch of the event log begins, each time another', async () => {
  const env = { OUTTURN_DATA_DIR: join(directory, 'restored') };
  const epochs = [];
  for (let round = 0; round < 2; round += 1) epochs.push((await outturn(['new-epoch'], env)).output);
  for (const epoch of epochs) expect(epoch).toMatch(/^event_epoch: [0-9a-z]{8}\n$/);
  expect(new Set(epochs).size).toBe(2);
});
