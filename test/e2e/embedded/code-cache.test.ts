import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packageRoot, programVersion } from '../../../src/package-root.ts';

const root = packageRoot();
/** Those of `npm start`, to which the cache of the build belongs. */
const flags = ['--max-semi-space-size=32'];

let copy: string;
let cacheFile: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'outturn-code-cache-'));
  for (const name of ['program', 'code-cache'])
    cpSync(join(root, 'dist', name), join(copy, 'dist', name), { recursive: true });
  copyFileSync(join(root, 'package.json'), join(copy, 'package.json'));
  cacheFile = join(copy, 'dist', 'code-cache', String(readdirSync(join(copy, 'dist', 'code-cache'))[0]));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** Runs `outturn --version`: what it printed, and what V8 made of the cache of its first script. */
function run(nodeFlags: readonly string[] = flags): { version: string; cache: 'used' | 'rejected' | 'none' } {
  const loader = join(root, 'dist', 'src', 'bundle', 'program.js');
  const script = join(copy, 'run.mjs');
  writeFileSync(
    script,
    `import { loadProgram } from ${JSON.stringify(loader)};
    const rejected = loadProgram(${JSON.stringify(join(copy, 'dist', 'program'))}).get('program.cjs').cachedDataRejected;
    console.log(rejected === undefined ? 'none' : rejected ? 'rejected' : 'used');`,
  );
  const printed = execFileSync(process.execPath, [...nodeFlags, script, '--version'], { encoding: 'utf8' });
  const [cache, version] = printed.trim().split('\n').sort().reverse();
  if (cache !== 'used' && cache !== 'rejected' && cache !== 'none') throw new Error(printed);
  return { version: String(version), cache };
}

test('a start uses the code cache of the build', () => {
  expect(run()).toEqual({ version: programVersion(), cache: 'used' });
});

test('with other flags of V8 the program compiles itself', () => {
  expect(run(['--max-semi-space-size=16'])).toEqual({ version: programVersion(), cache: 'none' });
});

test.each([
  [
    'a changed byte',
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1000), Buffer.from('x'), bytes.subarray(-999)]),
  ],
  ['an end that is cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['no byte', () => Buffer.alloc(0)],
])('a code cache with %s is not used', (_name, damage) => {
  writeFileSync(cacheFile, damage(readFileSync(cacheFile)));
  expect(run()).toEqual({ version: programVersion(), cache: 'none' });
});

test('the program starts without a code cache', () => {
  rmSync(cacheFile);
  expect(run()).toEqual({ version: programVersion(), cache: 'none' });
});
