import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from '../../../src/store/embedded/lock.ts';

let dataDir: string;
let path: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'outturn-lock-'));
  path = join(dataDir, 'outturn.lock');
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

/** What a lock of this process says, changed as a test likes. */
function writeLock(change: object): void {
  const lock = lockDirectory(dataDir);
  const holder = JSON.parse(readFileSync(path, 'utf8'));
  lock.release();
  writeFileSync(path, JSON.stringify({ ...holder, ...change }));
}

function age(file: string, seconds: number): void {
  const then = new Date(Date.now() - seconds * 1000);
  utimesSync(file, then, then);
}

describe('the directory is refused', () => {
  test('to whoever comes second, with the holder, the directory and the way out', () => {
    const lock = lockDirectory(dataDir);
    expect(() => lockDirectory(dataDir)).toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: expect.stringMatching(new RegExp(`${dataDir} is in use by process ${process.pid} .*DATABASE_URL`)),
      }),
    );
    lock.release();
  });

  test('when the holder is on another machine and gave a sign of life', () => {
    writeLock({ host: `not-${hostname()}` });
    expect(() => lockDirectory(dataDir)).toThrow(`in use by process ${process.pid} on not-`);
  });

  test('when the holder counts its processes in another container', () => {
    writeLock({ namespace: 'pid:[1]', pid: 1 });
    expect(() => lockDirectory(dataDir)).toThrow('in use by process 1');
  });

  test('when the lock is just being written', () => {
    writeFileSync(path, '');
    expect(() => lockDirectory(dataDir)).toThrow('in use by another process');
  });

  test('while somebody else takes a stale lock over', () => {
    writeLock({ started: 'before' });
    writeFileSync(`${path}.takeover`, '');
    expect(() => lockDirectory(dataDir)).toThrow('just starting');
  });
});

describe('the directory is taken over', () => {
  test.each([
    ['from a process that is no more', () => writeLock({ pid: 2 ** 30 })],
    ['from an earlier process with the same pid', () => writeLock({ started: 'at an earlier boot 1' })],
    [
      'from another machine that has been silent',
      () => {
        writeLock({ host: `not-${hostname()}` });
        age(path, 60);
      },
    ],
    [
      'from a lock that was never finished',
      () => {
        writeFileSync(path, '{"pid":');
        age(path, 60);
      },
    ],
    [
      'from a take-over that was cut off',
      () => {
        writeLock({ pid: 2 ** 30 });
        writeFileSync(`${path}.takeover`, '');
        age(`${path}.takeover`, 60);
      },
    ],
  ])('%s', (_name, leaveBehind) => {
    leaveBehind();
    const lock = lockDirectory(dataDir);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    expect(existsSync(`${path}.takeover`)).toBe(false);
    lock.release();
  });
});

test('release removes the own lock and nobody else’s', () => {
  const lock = lockDirectory(dataDir);
  lock.release();
  expect(existsSync(path)).toBe(false);
  const second = lockDirectory(dataDir);
  writeFileSync(path, '{"pid":1}');
  second.release();
  expect(existsSync(path)).toBe(true);
});
