import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { prepareDirectory, removeDirectory } from '../../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'outturn-package-'));
const installed = join(home, 'package');
const described = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));

/** Packs the repository and installs the archive as `npx` would, with the dependencies of this checkout. */
beforeAll(() => {
  const env = { PATH: process.env.PATH, HOME: home };
  // The setup of the tests has built `dist`, which the script before packing would do again.
  const pack = ['pack', '--ignore-scripts', '--pack-destination', home];
  execFileSync('npm', pack, { cwd: packageRoot(), env, stdio: 'ignore' });
  const archive = readdirSync(home).find((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(home, archive ?? 'no archive'), '-C', home]);
  for (const name of Object.keys(described.dependencies)) {
    const link = join(installed, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(packageRoot(), 'node_modules', name), link);
  }
});
afterAll(() => removeDirectory(home));

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const program = join(installed, described.bin.outturn);
  return execFileSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: home, env });
}

test('the package runs', () => {
  expect(run(['--version'])).toBe(`${described.version}\n`);
  expect(run(['openapi'])).toMatch(/^openapi: "?3\.1/);
  expect(readFileSync(join(installed, described.bin.outturn), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('the package has the migrations, the shipped feeds, the article and the tables', () => {
  const directory = join(home, 'data');
  prepareDirectory(directory);
  const counts = JSON.parse(run(['resolve', '--full', '--json'], { OUTTURN_DATA_DIR: directory }));
  expect(counts.evaluated).toBeGreaterThan(30);
});

test('the package has nothing that a running program or a developer leaves behind', () => {
  expect(readdirSync(installed).sort()).toEqual([
    ...[
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'assets',
      'data',
      'dist',
      'docs',
      'node_modules',
      'package.json',
      'sql',
    ],
  ]);
  expect(readdirSync(join(installed, 'data')).sort()).toEqual([
    ...['backtest', 'coverage.json', 'ends.json', 'feeds.json', 'identity.json', 'ledger.json', 'sdk-history', 'seed'],
  ]);
});
