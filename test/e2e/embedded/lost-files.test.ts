import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { outturn, type Program, prepareDirectory, removeDirectory, startProgram } from '../../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'outturn-lost-'));
const env = { OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none', OUTTURN_RATE_LIMIT: 'off' };
const running = new Set<Program>();
const mounts: string[] = [];
let made = 0;

afterEach(async () => {
  for (const program of running) await program.stop('SIGKILL');
  running.clear();
  for (const path of mounts.splice(0)) execFileSync('umount', [path]);
});
afterAll(() => removeDirectory(home));

function fresh(): string {
  made += 1;
  return join(home, `data-${made}`);
}

async function serve(dataDir: string): Promise<Program> {
  const program = await startProgram(env, dataDir);
  running.add(program);
  await program.said(/Predictions/);
  return program;
}

let claims = 0;
/** Records a prediction. Returns its slug if that was acknowledged; otherwise the status, or null without a response. */
async function record(program: Program): Promise<string | number | null> {
  claims += 1;
  const slug = `claim-${claims}`;
  const body = {
    slug,
    statement: 'It rains.',
    made_at: '2025-01-01',
    criterion: { op: 'judged', question: 'Did it?' },
  };
  const headers = { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' };
  try {
    const answer = await fetch(`${program.base}/v1/predictions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return answer.status === 201 ? slug : answer.status;
  } catch {
    return null;
  }
}

async function statusOf(program: Program, slug: string): Promise<number> {
  return (await fetch(`${program.base}/v1/predictions/${slug}`)).status;
}

/** Waits until the program ends, and returns its exit code and its last line. */
async function endOf(program: Program): Promise<{ code: number | null; line: string | undefined }> {
  const child = program.process;
  if (child.exitCode === null) await once(child, 'exit');
  running.delete(program);
  expect(program.output()).not.toMatch(/^\s+at /m);
  const lines = program.output().trim().split('\n');
  return { code: child.exitCode, line: lines.findLast((line) => line.startsWith('outturn: ')) };
}

const lost = (dataDir: string): string =>
  `outturn: the database in ${dataDir} was deleted, moved or replaced while it was in use: put the directory back, or restore a backup into another OUTTURN_DATA_DIR with "outturn restore <file>", or import an export (docs/operations.md)`;

describe('a data directory that disappears under a running service', () => {
  test.each([
    ['is deleted', (dataDir: string) => rmSync(dataDir, { recursive: true })],
    ['is moved', (dataDir: string) => renameSync(dataDir, `${dataDir}-moved`)],
    [
      'is replaced by a copy',
      (dataDir: string) => {
        renameSync(dataDir, `${dataDir}-moved`);
        prepareDirectory(dataDir);
      },
    ],
  ])('%s: no write is acknowledged any more, and the process ends with one sentence', async (_name, lose) => {
    const dataDir = fresh();
    const program = await serve(dataDir);
    const acknowledged = [await record(program), await record(program)];
    expect(acknowledged.every((slug) => typeof slug === 'string')).toBe(true);
    lose(dataDir);
    const after = await Promise.all(Array.from({ length: 8 }, () => record(program)));
    expect(after.filter((result) => typeof result === 'string')).toEqual([]);
    expect(await endOf(program)).toEqual({ code: 1, line: lost(dataDir) });
    expect(existsSync(join(dataDir, 'postgres.unfinished'))).toBe(false);

    if (!existsSync(`${dataDir}-moved`)) return;
    removeDirectory(dataDir);
    renameSync(`${dataDir}-moved`, dataDir);
    const again = await serve(dataDir);
    for (const slug of acknowledged) expect(await statusOf(again, String(slug))).toBe(200);
  });
});

/** Mounts a file system of its own in memory, which only root may; null for anybody else. */
function mountDisk(megabytes: number): string | null {
  const path = fresh();
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' });
  } catch {
    return null;
  }
  mounts.push(path);
  return path;
}

function fill(disk: string): string {
  const path = join(disk, 'ballast');
  for (let bytes = 1024 * 1024; bytes >= 4096; bytes /= 2) {
    const { bavail, bsize } = statfsSync(disk);
    const size = Math.floor((bavail * bsize) / bytes) * bytes;
    try {
      if (size > 0) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full, which is what it is for.
    }
  }
  return path;
}

const canMount = process.getuid?.() === 0 && mountDisk(1) !== null;
for (const path of mounts.splice(0)) execFileSync('umount', [path]);

if (canMount)
  describe('a full or read-only disk', () => {
    test('is survived: no write is acknowledged that is lost, and it goes on once there is space', async () => {
      const disk = mountDisk(100) ?? '';
      const dataDir = join(disk, 'data');
      const program = await serve(dataDir);
      const acknowledged = [await record(program)];
      const ballast = fill(disk);
      const refused: unknown[] = [];
      for (let attempt = 0; attempt < 400 && refused.length < 3; attempt += 1) {
        const result = await record(program);
        if (typeof result === 'string') acknowledged.push(result);
        else refused.push(result);
      }
      expect(refused).toEqual([503, 503, 503]);
      unlinkSync(ballast);
      await expect.poll(() => record(program), { timeout: 30_000 }).toMatch(/^claim-/);
      await program.stop('SIGKILL');
      const again = await serve(dataDir);
      for (const slug of acknowledged) expect([slug, await statusOf(again, String(slug))]).toEqual([slug, 200]);
    });

    test('stops a start with one sentence, and leaves nothing that looks like a database', async () => {
      const disk = mountDisk(20) ?? '';
      const dataDir = join(disk, 'data');
      mkdirSync(dataDir);
      fill(disk);
      const { code, output } = await outturn(['serve'], { ...env, PORT: '0', OUTTURN_DATA_DIR: dataDir });
      expect({ code, output }).toEqual({
        code: 1,
        output: `outturn: no space is left on the disk of the data directory ${dataDir}: free some space, or set OUTTURN_DATA_DIR to another directory\n`,
      });
      expect(readdirSync(dataDir)).toEqual([]);
    });

    test('stops the start of an existing database, and that of a new one, without calling it damaged', async () => {
      const filled = join(mountDisk(60) ?? '', 'data');
      prepareDirectory(filled);
      const ballast = fill(filled);
      const small = join(mountDisk(20) ?? '', 'data');
      for (const dataDir of [small, filled]) {
        const { code, output } = await outturn(['serve'], { ...env, PORT: '0', OUTTURN_DATA_DIR: dataDir });
        expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(/^outturn: .*$\n/m) });
        expect(output).toMatch(
          /^outturn: (?:no space is left on the disk of the data directory|the database in \S+ cannot be opened, probably because the disk is full \(\d+ MB are free\): free some space)/,
        );
        expect(existsSync(join(dataDir, 'outturn.lock'))).toBe(false);
      }
      expect(existsSync(join(small, 'postgres'))).toBe(false);
      unlinkSync(ballast);
      expect(await outturn(['keys', 'list'], { OUTTURN_DATA_DIR: filled })).toMatchObject({ code: 0 });
    });

    test('read-only: a start fails with one sentence', async () => {
      const disk = mountDisk(100) ?? '';
      const dataDir = join(disk, 'data');
      prepareDirectory(dataDir);
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const { code, output } = await outturn(['serve'], { ...env, PORT: '0', OUTTURN_DATA_DIR: dataDir });
      expect({ code, output }).toEqual({
        code: 1,
        output: `outturn: the data directory ${dataDir} is on a read-only file system: make it writable for this user, or set OUTTURN_DATA_DIR to another directory\n`,
      });
    });

    test('a backup that does not fit leaves nothing of itself, neither here nor there', async () => {
      const dataDir = fresh();
      await serve(dataDir);
      const disk = mountDisk(2) ?? '';
      const file = join(disk, 'backup');
      expect(await outturn(['backup', file], { OUTTURN_DATA_DIR: dataDir })).toEqual({
        code: 1,
        output: `outturn: cannot write ${file}: no space is left on the disk; nothing was written\n`,
      });
      expect(statfsSync(disk).bfree).toBe(statfsSync(disk).blocks);
    });

    test('a backup for which the data directory has no space fails, and the service goes on', async () => {
      const disk = mountDisk(70) ?? '';
      const dataDir = join(disk, 'data');
      const program = await serve(dataDir);
      const file = fresh();
      expect(await outturn(['backup', file], { OUTTURN_DATA_DIR: dataDir })).toEqual({
        code: 1,
        output: 'outturn: the running server cannot make a backup: no space is left on the disk\n',
      });
      expect([existsSync(file), existsSync(join(dataDir, 'postgres.copy'))]).toEqual([false, false]);
      expect(await record(program)).toMatch(/^claim-/);
    });

    test('a restore that does not fit leaves the directory empty', async () => {
      const source = fresh();
      prepareDirectory(source);
      const file = fresh();
      expect(await outturn(['backup', file], { OUTTURN_DATA_DIR: source })).toMatchObject({ code: 0 });
      const disk = mountDisk(10) ?? '';
      expect(await outturn(['restore', file], { OUTTURN_DATA_DIR: disk })).toEqual({
        code: 1,
        output: `outturn: cannot restore into ${disk}: no space is left on the disk; nothing was restored\n`,
      });
      expect(statfsSync(disk).bfree).toBe(statfsSync(disk).blocks);
    });
  });
