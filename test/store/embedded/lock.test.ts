import { spawn } from 'node:child_process';
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

describe('the directory stays locked', () => {
  test('for a second process, whose error names the holder, the directory and the remedy', () => {
    const lock = lockDirectory(dataDir);
    expect(() => lockDirectory(dataDir)).toThrow(
      expect.objectContaining({
        code: 'conflict',
        message: expect.stringMatching(new RegExp(`${dataDir} is in use by process ${process.pid} .*DATABASE_URL`)),
      }),
    );
    lock.release();
  });

  test('while the holder is on another machine and has renewed the lock recently', () => {
    writeLock({ host: `not-${hostname()}` });
    expect(() => lockDirectory(dataDir)).toThrow(`in use by process ${process.pid} on not-`);
  });

  test('while the holder runs in another container, with its own process ids', () => {
    writeLock({ namespace: 'pid:[1]', pid: 1 });
    expect(() => lockDirectory(dataDir)).toThrow('in use by process 1');
  });

  test('while the lock is being written', () => {
    writeFileSync(path, '');
    expect(() => lockDirectory(dataDir)).toThrow('in use by another process');
  });

  test('while another process takes over a stale lock', () => {
    writeLock({ started: 'before' });
    writeFileSync(`${path}.takeover`, '');
    expect(() => lockDirectory(dataDir)).toThrow('just starting');
  });
});

describe('the lock is taken over', () => {
  test.each([
    ['from a process that has ended', () => writeLock({ pid: 2 ** 30 })],
    ['from an earlier process with the same pid', () => writeLock({ started: 'at an earlier boot 1' })],
    [
      'from another machine that has stopped renewing it',
      () => {
        writeLock({ host: `not-${hostname()}` });
        age(path, 60);
      },
    ],
    [
      'from an incomplete lock file',
      () => {
        writeFileSync(path, '{"pid":');
        age(path, 60);
      },
    ],
    [
      'from an interrupted take-over',
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

test('the lock is taken over from a process that has ended, although its parent has not asked for its result', async () => {
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
  try {
    const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ');
    await expect.poll(() => stat()[2]).toBe('Z');
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    writeLock({ pid, started: `${bootId} ${stat()[21]}` });
    lockDirectory(dataDir).release();
  } finally {
    parent.kill();
  }
});

test('release removes only its own lock', () => {
  const lock = lockDirectory(dataDir);
  lock.release();
  expect(existsSync(path)).toBe(false);
  const second = lockDirectory(dataDir);
  writeFileSync(path, '{"pid":1}');
  second.release();
  expect(existsSync(path)).toBe(true);
});
