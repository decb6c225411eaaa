import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forecastStandings } from '../../../src/domain/scores/forecast.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { differsFromShown, fencedBlocks } from '../../support/markdown.ts';

const directory = mkdtempSync(join(tmpdir(), 'outturn-guide-'));
const guide = fencedBlocks(readFileSync(join(packageRoot(), 'docs/forecasts.md'), 'utf8'));
const commands = guide.flatMap((block, index) => (block.language === 'sh' ? [{ block, shown: guide[index + 1] }] : []));

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld({ now: '2026-11-25' });
  writeFileSync(join(directory, 'admin-key'), world.adminKey);
});
afterAll(async () => {
  await world.close();
  rmSync(directory, { recursive: true });
});

async function run(command: string, predictor: string): Promise<unknown> {
  const here = command
    .replaceAll('localhost:3000', new URL(world.base).host)
    .replaceAll('data/admin-key', join(directory, 'admin-key'))
    .replaceAll('who_…', predictor);
  return JSON.parse((await promisify(execFile)('bash', ['-c', here], { encoding: 'utf8' })).stdout);
}

test('the commands of the forecast guide return what it shows', async () => {
  expect(commands.length).toBeGreaterThanOrEqual(5);
  let predictor = 'who_…';
  for (const { block, shown } of commands) {
    const answer = await run(block.text, predictor);
    const differences =
      shown?.language === 'json' ? differsFromShown(JSON.parse(shown.text), answer) : ['no answer is shown'];
    expect([block.line, differences]).toEqual([block.line, []]);
    if (block === commands[0]?.block) predictor = String(Object(answer).id);
  }
});

test('the guide lists every value of scoring', () => {
  const text = readFileSync(join(packageRoot(), 'docs/forecasts.md'), 'utf8');
  for (const standing of forecastStandings) expect(text).toContain(`| \`${standing}\` |`);
});
