import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IgnoreFile, isIgnored, readIgnoreFile } from '../../../src/domain/scan/gitignore.ts';

/** Files, each in a directory that exists; and rules by directory. */
const paths = [
  ...['a.ts', 'b.ts', 'build/x.ts', 'src/build/x.ts', 'src/a.ts', 'src/deep/er/a.ts', 'src/keep/a.ts', 'docs/a b.ts'],
  ...['docs/[x].ts', 'lib/x1.ts', 'lib/x2.ts', 'lib/xa.ts', 'lib/#note.ts', 'lib/!important.ts', 'logs/1/2/a.ts'],
  ...['logs/a.ts', 'foo/bar/baz/a.ts', 'foo/baz/a.ts', 'x/foo/bar.ts', 'end ', 'nested/a.ts', 'nested/b.ts'],
];

const rules: readonly string[] = [
  ...['*.ts', '/a.ts', 'build', 'build/', '/build/', 'src/', 'src/*', 'src/**', '**/build', '**/a.ts', 'src/**/a.ts'],
  ...[
    '*.ts\n!a.ts',
    'src/*\n!src/keep/',
    'src/\n!src/keep/a.ts',
    '/*\n!/src',
    'docs/a b.ts',
    'docs/a\\ b.ts',
    'lib/x?.ts',
  ],
  ...['lib/x[0-9].ts', 'lib/x[!0-9].ts', 'lib/x[^a].ts', 'lib/\\#note.ts', '\\#note.ts', '\\!important.ts', '!a.ts'],
  ...['#a.ts', 'docs/\\[x\\].ts', 'docs/[[]x].ts', 'logs/**/a.ts', 'logs/**', 'logs/**/', 'foo/**/baz', 'foo/*/baz'],
  ...[
    '**',
    '*',
    '/**/a.ts',
    '**/',
    'a.ts   ',
    'end\\ ',
    '**.ts',
    's**c/a.ts',
    'foo/bar',
    'bar.ts',
    '[',
    'lib/x[12',
    '/',
    '',
  ],
];

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'outturn-ignore-'));
  execFileSync('git', ['init', '-q', root]);
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What Git ignores of the files, with these rules at the top and others in `nested`. */
function ignoredByGit(top: string, nested: string): string[] {
  writeFileSync(join(root, '.gitignore'), top);
  writeFileSync(join(root, 'nested', '.gitignore'), nested);
  const listed = ['ls-files', '-z', '--others', '--exclude-standard'];
  const kept = new Set(
    execFileSync('git', ['-c', 'core.excludesFile=', ...listed], { cwd: root, encoding: 'utf8' }).split('\0'),
  );
  return paths.filter((path) => !kept.has(path));
}

/** The same, by our rules: a directory that is ignored is not entered. */
function ignoredByUs(top: string, nested: string): string[] {
  const files: IgnoreFile[] = [readIgnoreFile('', top), readIgnoreFile('nested/', nested)];
  return paths.filter((path) => {
    const names = path.split('/');
    return names.some((_name, index) => {
      const prefix = names.slice(0, index + 1).join('/');
      const above = files.filter(({ directory }) => `${prefix}`.startsWith(directory));
      return isIgnored(above, prefix, index + 1 < names.length);
    });
  });
}

describe('the rules of .gitignore', () => {
  it.each(rules)('%j ignores what Git ignores', (rule) => {
    expect(ignoredByUs(rule, '')).toEqual(ignoredByGit(rule, ''));
  });

  it.each([
    ['*.ts', '!a.ts'],
    ['nested/', '!a.ts'],
    ['', '/a.ts'],
    ['!b.ts', '*.ts'],
  ])('%j at the top and %j below ignore what Git ignores', (top, nested) => {
    expect(ignoredByUs(top, nested)).toEqual(ignoredByGit(top, nested));
  });

  it('take time proportional to their length', () => {
    const file = readIgnoreFile('', `${'*a'.repeat(400)}b`);
    expect(isIgnored([file], 'a'.repeat(5000), false)).toBe(false);
  });
});
