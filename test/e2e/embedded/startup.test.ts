import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/store/db.ts';
import { engineVersion } from '../../../src/store/embedded/open-failure.ts';
import { outturn, prepareDirectory, removeDirectory, startProgram } from '../../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'outturn-startup-'));
afterAll(() => removeDirectory(home));

let made = 0;
/** A data directory with a migrated database of its own. */
function makeDirectory(): string {
  made += 1;
  const directory = join(home, `data-${made}`);
  prepareDirectory(directory);
  return directory;
}

/** Starts `serve`, which must fail with one sentence, and returns that. */
async function failStart(env: Record<string, string>): Promise<string> {
  const quiet = { OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none', PORT: '0' };
  const { code, output } = await outturn(['serve'], { ...quiet, ...env });
  const lines = output.trim().split('\n');
  expect({ code, lines: lines.filter((line) => line.startsWith('outturn: ')) }).toMatchObject({
    code: 1,
    lines: [lines.at(-1)],
  });
  expect(output).not.toMatch(/^\s+at |"level":/m);
  return lines.at(-1) ?? '';
}

describe('a start fails with one sentence', () => {
  it.each(['PORT', 'METRICS_PORT'])('when %s is in use', async (variable) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(await failStart({ OUTTURN_DATA_DIR: makeDirectory(), [variable]: String(port) })).toBe(
        `outturn: port ${port} of 127.0.0.1 is in use by another program: stop that one, or set ${variable} to another port (0 picks a free one)`,
      );
    } finally {
      holder.close();
    }
  });

  it('when a file is in the place of the data directory, or of a directory above it', async () => {
    const file = join(home, 'file');
    writeFileSync(file, 'text');
    for (const directory of [file, join(file, 'data')])
      expect(await failStart({ OUTTURN_DATA_DIR: directory })).toBe(
        `outturn: the data directory ${directory} is not a directory: make it writable for this user, or set OUTTURN_DATA_DIR to another directory`,
      );
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  // Permissions do not restrict root, but nobody can make a directory in /sys, which only Linux has.
  if (existsSync('/sys/kernel'))
    it('when the data directory cannot be written', async () => {
      expect(await failStart({ OUTTURN_DATA_DIR: '/sys/outturn' })).toMatch(
        /: (?:no permission to write to the data directory \/sys\/outturn|the data directory \/sys\/outturn is on a read-only file system): make it writable/,
      );
    });

  const truncate = (path: string): void => truncateSync(path, 100);
  const zero = (path: string): void => writeFileSync(path, Buffer.alloc(statSync(path).size));
  const remove = (path: string): void => rmSync(path);
  it.each([
    ['control file is truncated', /^global\/pg_control$/, truncate],
    ['control file is zeroed', /^global\/pg_control$/, zero],
    ['control file is missing', /^global\/pg_control$/, remove],
    ['write-ahead log is truncated', /^pg_wal\/0{7}/, truncate],
    ['write-ahead log is missing', /^pg_wal\/0{7}/, remove],
    ['relation map of the cluster is missing', /^global\/pg_filenode\.map$/, remove],
    ['relation map of the database is missing', /^base\/5\/pg_filenode\.map$/, remove],
  ])('when the %s', async (_name, pattern, damage) => {
    const directory = makeDirectory();
    const files = readdirSync(join(directory, 'postgres'), { recursive: true, encoding: 'utf8' });
    const chosen = files.filter((name) => pattern.test(name));
    expect(chosen).not.toEqual([]);
    for (const name of chosen) damage(join(directory, 'postgres', name));
    expect(await failStart({ OUTTURN_DATA_DIR: directory })).toBe(
      `outturn: the database in ${directory} is damaged and cannot be opened: restore a backup into another OUTTURN_DATA_DIR with "outturn restore <file>", or import an export (docs/operations.md)`,
    );
    expect(existsSync(join(directory, 'outturn.lock'))).toBe(false);
  });

  it('when the files are those of another PostgreSQL', async () => {
    const directory = makeDirectory();
    const file = join(directory, 'postgres', 'PG_VERSION');
    expect(readFileSync(file, 'utf8').trim()).toBe(engineVersion);
    writeFileSync(file, '99\n');
    expect(await failStart({ OUTTURN_DATA_DIR: directory })).toContain(
      `has the format of PostgreSQL 99, and this program reads ${engineVersion}: export it with the version`,
    );
  });

  it('when the database was migrated by a newer version, and leaves it as it is', async () => {
    const directory = makeDirectory();
    const db = await openDatabase({ dataDir: directory });
    await db.sql`insert into schema_migrations (version, name, sha256) values (9999, '9999_later.sql', '')`;
    await db.close();
    expect(await failStart({ OUTTURN_DATA_DIR: directory })).toBe(
      'outturn: the database is at migration 9999, which this program does not know: run the newer version of the program, or restore a backup from before the upgrade',
    );
  });

  it('when the secret cannot be read', async () => {
    const directory = makeDirectory();
    mkdirSync(join(directory, 'secret'));
    expect(await failStart({ OUTTURN_DATA_DIR: directory })).toMatch(/: cannot read or create .*\/secret: EISDIR/);
  });

  it('when the file of OUTTURN_FEEDS cannot be read', async () => {
    const file = join(home, 'feeds.json');
    const fail = () => failStart({ OUTTURN_DATA_DIR: makeDirectory(), OUTTURN_FEEDS: file });
    expect(await fail()).toContain(`outturn: OUTTURN_FEEDS: cannot read ${file}: ENOENT: no such file or directory`);
    writeFileSync(file, '{');
    expect(await fail()).toMatch(/^outturn: OUTTURN_FEEDS: cannot read .*JSON/);
  });

  it('when the database server does not answer', async () => {
    const secrets = { OUTTURN_SECRET: 's'.repeat(16), OUTTURN_ADMIN_KEY: 'k'.repeat(20) };
    expect(await failStart({ ...secrets, DATABASE_URL: 'postgres://nobody@127.0.0.1:9/outturn' })).toMatch(
      /: cannot use the server that DATABASE_URL names: connect ECONNREFUSED 127\.0\.0\.1:9$/,
    );
  });
});

it('a start goes on without the socket of the process', async () => {
  const directory = makeDirectory();
  mkdirSync(join(directory, 'status.sock', 'taken'), { recursive: true });
  const program = await startProgram({ OUTTURN_FEEDS: 'none', OUTTURN_SEED: 'none' }, directory);
  await program.said(/cannot reach this server: its socket failed/);
  expect((await fetch(`${program.base}/readyz`)).status).toBe(200);
  expect(await program.stop()).toBe(0);
});
