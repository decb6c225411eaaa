import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { voteValues } from '../../../src/domain/cases/ballot.ts';
import { caseStates } from '../../../src/domain/cases/case-state.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { differsFromShown, fencedBlocks } from '../../support/markdown.ts';

const directory = mkdtempSync(join(tmpdir(), 'outturn-judging-'));
const text = readFileSync(join(packageRoot(), 'docs/judging.md'), 'utf8');
const guide = fencedBlocks(text);
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

async function run(command: string, caseId: string): Promise<unknown> {
  const here = command
    .replaceAll('localhost:3000', new URL(world.base).host)
    .replaceAll('data/admin-key', join(directory, 'admin-key'))
    .replaceAll('case_…', caseId);
  return JSON.parse((await promisify(execFile)('bash', ['-c', here], { encoding: 'utf8' })).stdout);
}

test('the commands of the guide return what it shows', async () => {
  expect(commands.length).toBeGreaterThanOrEqual(5);
  let caseId = 'case_…';
  for (const { block, shown } of commands) {
    const answer = await run(block.text, caseId);
    if (block.text.includes('/v1/cases ')) caseId = String(Object(answer).id);
    const expected = shown?.language === 'json' ? JSON.parse(shown.text.replaceAll('case_…', caseId)) : null;
    expect([block.line, expected === null ? ['no answer is shown'] : differsFromShown(expected, answer)]).toEqual([
      block.line,
      [],
    ]);
  }
});

test('the guide lists every vote and every state', () => {
  for (const name of [...voteValues, ...caseStates]) expect(text).toMatch(new RegExp(`^\\| .*\`${name}\``, 'm'));
});
