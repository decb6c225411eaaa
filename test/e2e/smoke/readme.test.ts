import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { differsFromShown, fencedBlocks } from '../../support/markdown.ts';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { writeShippedFeeds } from '../../support/shipped-feeds.ts';

const directory = mkdtempSync(join(tmpdir(), 'outturn-readme-'));
let program: Program;

beforeAll(async () => {
  program = await startProgram({ OUTTURN_FEEDS: writeShippedFeeds(directory) }, directory);
  await program.said(/gpt-5-never-released\s+no, 2025-08-07/);
});

afterAll(async () => {
  await program.stop();
  removeDirectory(directory);
});

/** Runs a document's command against the program under test. */
function run(command: string): unknown {
  const here = command
    .replaceAll('localhost:3000', new URL(program.base).host)
    .replaceAll('data/admin-key', join(directory, 'admin-key'));
  return JSON.parse(execFileSync('bash', ['-c', here], { encoding: 'utf8' }));
}

const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');
const blocks = fencedBlocks(readme);
const commands = blocks.flatMap((block, index) => {
  const shown = blocks[index + 1];
  return block.language === 'sh' && block.text.startsWith('curl') ? [{ block, shown }] : [];
});

describe('the README', () => {
  it('has commands, each followed by its answer', () => {
    expect(commands.length).toBeGreaterThanOrEqual(4);
    expect(commands.filter(({ shown }) => shown?.language !== 'json')).toEqual([]);
  });

  it.each(commands.map(({ block, shown }) => [block.line, block.text, shown?.text ?? '{}'] as const))(
    'line %i: the command answers what is shown',
    (_line, command, shown) => expect(differsFromShown(JSON.parse(shown), run(command))).toEqual([]),
  );

  it('has the right outcomes in its table of January 2025', () => {
    const outcome = (slug: string) => run(`curl -s localhost:3000/v1/predictions/${slug}`);
    for (const [slug, status, verdict, when] of [
      ['gpt-5-never-released', 'resolved', 'no', '2025-08-07'],
      ['o4-any-size', 'resolved', 'yes', '2025-04-16'],
      ['gpt-6-never-a-product', 'resolved', 'no', '2026-09-03/2026-09-05'],
    ]) {
      expect(
        differsFromShown({ status, outcome: verdict, resolution: { effective_at: when } }, outcome(slug ?? '')),
      ).toEqual([]);
      expect(readme).toContain(when);
    }
    for (const slug of ['o4-arrives', 'claude-3-5-opus-still-comes']) {
      expect(differsFromShown({ status: 'open', outcome: null }, outcome(slug))).toEqual([]);
    }
  });

  it('shows what a scan finds', () => {
    const shown = blocks.find(({ text }) => text.includes('days left'))?.text ?? '';
    const rows = shown.trim().split('\n').slice(1);
    expect(rows.length).toBeGreaterThan(0);
    const repository = join(directory, 'repository');
    for (const row of rows) {
      const [id = '', where = ''] = row.trim().split(/ {2,}/);
      const [file = '', line = ''] = where.split(':');
      mkdirSync(dirname(join(repository, file)), { recursive: true });
      const literal = file.endsWith('.yaml') ? `model: ${id}` : `const model = '${id}';`;
      writeFileSync(join(repository, file), `${'\n'.repeat(Number(line) - 1)}${literal}\n`);
    }
    const cli = join(packageRoot(), 'dist', 'src', 'cli.js');
    const scanned = execFileSync(process.execPath, [cli, 'scan', repository, '--offline'], { encoding: 'utf8' });
    // The status and the days that are left depend on the day.
    const stable = (text: string): string[] => {
      const [id = '', where = '', model = '', , end = '', , ...rest] = text.trim().split(/ {2,}/);
      return [id, where.slice(where.lastIndexOf('/') + 1), model, end, ...rest];
    };
    const found = scanned
      .trim()
      .split('\n')
      .slice(1, 1 + rows.length);
    expect(found.map(stable)).toEqual(rows.map(stable));
  });

  it('counts the claims that ship', () => {
    const count = /starts with (\d+) claims/.exec(readme)?.[1];
    const seed = JSON.parse(readFileSync(join(packageRoot(), 'data/seed/article.json'), 'utf8'));
    expect(Number(count)).toBe(seed.predictions.length);
  });
});

describe('the guide to criteria', () => {
  const guide = readFileSync(join(packageRoot(), 'docs/criteria.md'), 'utf8');
  const claims = [
    ...guide.matchAll(
      /^### (\d+)\. (.+)\n\n```json\n([\s\S]*?)```\n\nVerdict: \*\*(yes|no|undetermined)\*\*(?:, (\d{4}-\d{2}-\d{2}(?:\/\d{4}-\d{2}-\d{2})?))?/gm,
    ),
  ];

  it('has twenty claims', () =>
    expect(claims.map((claim) => claim[1])).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1))));

  it.each(claims.map((claim) => [claim[2], claim[3] ?? '', claim[4], claim[5] ?? null] as const))(
    '%s comes to what it says',
    (_title, json, verdict, when) => {
      const answer = run(
        `curl -s localhost:3000/v1/criteria/check -H 'content-type: application/json' -d @- <<'JSON'\n${json}\nJSON`,
      );
      expect(differsFromShown({ verdict, effective_at: when }, answer)).toEqual([]);
    },
  );

  it('shows a command that works', () => {
    const command = fencedBlocks(guide).find((block) => block.language === 'sh')?.text ?? '';
    expect(
      differsFromShown({ verdict: 'yes', effective_at: '2025-08-07', polarity: 'decidable' }, run(command)),
    ).toEqual([]);
  });
});
