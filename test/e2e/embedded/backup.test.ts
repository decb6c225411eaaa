import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { openDatabase } from '../../../src/store/db.ts';
import { outturn, type Program, prepareDirectory, removeDirectory, startProgram } from '../../support/program.ts';
import { openReceiver, type Receiver, verified } from '../../support/receiver.ts';

const home = mkdtempSync(join(tmpdir(), 'outturn-backup-'));
const env = { OUTTURN_SEED: 'article', OUTTURN_ALLOW_CIDRS: '127.0.0.0/8', OUTTURN_FEEDS: join(home, 'feeds.json') };
const running = new Set<Program>();
let receiver: Receiver;
let made = 0;

beforeAll(async () => {
  receiver = await openReceiver();
  const feeds = [{ slug: 'ledger', adapter: 'ledger', url: 'builtin:data/ledger.json' }];
  writeFileSync(env.OUTTURN_FEEDS, JSON.stringify({ format: 'outturn-feeds/1', feeds }));
});

afterEach(async () => {
  for (const program of running) await program.stop('SIGKILL');
  running.clear();
});

afterAll(async () => {
  await receiver.close();
  removeDirectory(home);
});

/** A path that is not in use. */
function fresh(name: string): string {
  made += 1;
  return join(home, `${name}-${made}`);
}

async function serve(dataDir: string, more: Readonly<Record<string, string>> = {}): Promise<Program> {
  const program = await startProgram({ ...env, ...more }, dataDir, { fromNothing: existsSync(dataDir) });
  running.add(program);
  await program.said(/Predictions/);
  return program;
}

function command(dataDir: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return outturn(args, { OUTTURN_DATA_DIR: dataDir });
}

/** A data directory whose database is migrated and has no rows. */
function makeDirectory(): string {
  const directory = fresh('data');
  prepareDirectory(directory);
  return directory;
}

async function makeBackup(dataDir: string): Promise<string> {
  const file = fresh('backup');
  expect(await command(dataDir, 'backup', file)).toMatchObject({ code: 0 });
  return file;
}

async function post(program: Program, path: string, body: object): Promise<Record<string, string>> {
  const headers = { authorization: `Bearer ${program.adminKey}`, 'content-type': 'application/json' };
  const answer = await fetch(`${program.base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect([path, answer.status]).toEqual([path, 201]);
  return (await answer.json()) as Record<string, string>; // an API answer is an object
}

const claim = (slug: string): object => ({
  slug,
  statement: 'It rains.',
  made_at: '2025-01-01',
  criterion: { op: 'judged', question: 'Did it?' },
});

/** Every row of every table, and the positions of the sequences, as text. */
async function readEverything(dataDir: string): Promise<Map<string, string[]>> {
  const db = await openDatabase({ dataDir });
  try {
    const tables = await db.sql<{ name: string }[]>`
      select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`;
    const contents = new Map<string, string[]>();
    for (const { name } of tables) {
      const rows = await db.sql<{ text: string }[]>`
        select t::text as text from ${db.sql(name)} t order by t::text collate "C"`;
      contents.set(
        name,
        rows.map(({ text }) => text),
      );
    }
    const sequences = await db.sql<{ text: string }[]>`
      select sequencename || ' ' || coalesce(last_value::text, '') as text from pg_sequences order by sequencename`;
    contents.set(
      'sequences',
      sequences.map(({ text }) => text),
    );
    return contents;
  } finally {
    await db.close();
  }
}

test('a destroyed directory is restored row by row, goes on serving, and begins a new epoch', async () => {
  const dataDir = makeDirectory();
  const program = await serve(dataDir);
  const endpoint = { url: `${receiver.origin}/hook`, event_types: ['prediction.resolved'] };
  const { secret = '' } = await post(program, '/v1/webhook-endpoints', endpoint);
  await post(program, '/v1/predictions', claim('rain'));
  const file = await makeBackup(dataDir);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await program.stop('SIGKILL');
  const expected = await readEverything(dataDir);
  removeDirectory(dataDir);

  const restored = await command(dataDir, 'restore', file);
  expect(restored).toMatchObject({
    code: 0,
    output: expect.stringMatching(/event_epoch: [0-9a-z]{8}\nunreadable_secrets: 0/),
  });
  expect(readdirSync(dataDir).sort()).toEqual(['admin-key', 'postgres', 'secret']);
  const epochs = new Set<string>();
  const withoutEpoch = (contents: Map<string, string[]>) => ({
    ...Object.fromEntries(contents),
    settings: contents.get('settings')?.filter((row) => {
      if (row.startsWith('(event_epoch,')) epochs.add(row);
      return !row.startsWith('(event_epoch,');
    }),
  });
  expect(withoutEpoch(await readEverything(dataDir))).toEqual(withoutEpoch(expected));
  expect(expected.get('observations')?.length).toBeGreaterThan(100);
  expect(epochs.size).toBe(2);

  const again = await serve(dataDir);
  expect(again.adminKey).toBe(program.adminKey);
  const [former] = /(?<=\(event_epoch,)\w+/.exec(expected.get('settings')?.join('\n') ?? '') ?? [];
  expect((await fetch(`${again.base}/v1/events?after=${former}-1`)).status).toBe(409);
  const decision = { outcome: 'yes', effective_at: '2025-01-02', reason_code: 'judged', reason: 'It did.' };
  await post(again, '/v1/predictions/rain/resolutions', decision);
  await receiver.arrived(1);
  expect(verified(secret, receiver.received[0])).toMatchObject({ data: { prediction: { slug: 'rain' } } });
}, 240_000);

test('a backup under write load has every write that was acknowledged before it began', async () => {
  const dataDir = makeDirectory();
  const program = await serve(dataDir, { OUTTURN_SEED: 'none', OUTTURN_RATE_LIMIT: 'off' });
  const acknowledged: string[] = [];
  let isOver = false;
  const write = async (writer: number): Promise<void> => {
    for (let number = 0; !isOver; number += 1) {
      const slug = `claim-${writer}-${number}`;
      await post(program, '/v1/predictions', claim(slug));
      acknowledged.push(slug);
    }
  };
  const writers = Promise.all([0, 1, 2, 3].map(write));
  const backups: { file: string; before: readonly string[] }[] = [];
  for (let round = 0; round < 2; round += 1) {
    const before = acknowledged.length;
    await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(before + 40);
    backups.push({ before: [...acknowledged], file: await makeBackup(dataDir) });
  }
  isOver = true;
  await writers;
  await program.stop('SIGKILL');

  for (const { file, before } of backups) {
    const restored = fresh('restored');
    expect(await command(restored, 'restore', file)).toMatchObject({ code: 0 });
    const db = await openDatabase({ dataDir: restored });
    const rows = await db.sql<{ slug: string }[]>`
      select p.slug from predictions p join events e on e.prediction_id = p.id and e.type = 'prediction.created'`;
    const [counts] = await db.sql`select (select count(*) from predictions)::int as predictions,
      (select count(*) from events where type = 'prediction.created')::int as events`;
    await db.close();
    const kept = new Set(rows.map(({ slug }) => slug));
    expect(before.filter((slug) => !kept.has(slug))).toEqual([]);
    // A write is whole or absent.
    expect(counts).toEqual({ predictions: kept.size, events: kept.size });
  }
}, 240_000);

test('a backup of a stopped service needs no server, and leaves the directory as it was', async () => {
  const dataDir = makeDirectory();
  const names = readdirSync(dataDir);
  const file = await makeBackup(dataDir);
  expect(readdirSync(dataDir)).toEqual(names);
  const restored = fresh('restored');
  mkdirSync(join(restored, 'lost+found'), { recursive: true });
  expect(await command(restored, 'restore', file)).toMatchObject({ code: 0 });
}, 120_000);

describe('backup refuses', () => {
  test('to replace a file without --force, and replaces it with it', async () => {
    const dataDir = makeDirectory();
    const file = fresh('backup');
    writeFileSync(file, 'mine');
    expect(await command(dataDir, 'backup', file)).toEqual({
      code: 1,
      output: `outturn: ${file} exists: name another file, or replace it with --force\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await command(dataDir, 'backup', file, '--force')).toMatchObject({ code: 0 });
    expect(statSync(file).size).toBeGreaterThan(100_000);
  });

  test('a directory without a database, and creates none', async () => {
    const dataDir = fresh('nothing');
    const { code, output } = await command(dataDir, 'backup', fresh('backup'));
    expect({ code, output }).toEqual({
      code: 1,
      output: `outturn: there is no database in ${dataDir}: set OUTTURN_DATA_DIR\n`,
    });
    expect(existsSync(dataDir)).toBe(false);
  });

  test('a directory in use by a process that it cannot ask', async () => {
    const dataDir = makeDirectory();
    const program = await serve(dataDir);
    removeDirectory(join(dataDir, 'status.sock'));
    const { code, output } = await command(dataDir, 'backup', fresh('backup'));
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^outturn: the data directory .* in use by process ${program.process.pid}`));
  });

  test('a PostgreSQL server, and so does restore', async () => {
    const server = { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/x', OUTTURN_SECRET: 's'.repeat(16) };
    for (const name of ['backup', 'restore'])
      expect(await outturn([name, fresh('x')], { ...server, OUTTURN_ADMIN_KEY: 'k'.repeat(20) })).toEqual({
        code: 1,
        output:
          'outturn: backup and restore are for the embedded database: use pg_dump and pg_restore for the server that DATABASE_URL names (docs/operations.md)\n',
      });
  });

  test('a file that the system allows no more bytes of, and leaves nothing of it', async () => {
    const dataDir = makeDirectory();
    await serve(dataDir);
    const directory = fresh('full');
    mkdirSync(directory);
    // A limit of 100 blocks of 1024 bytes; the signal would end the program before it could say why.
    const script = `trap '' XFSZ; ulimit -f 100; exec "$0" "$@"`;
    const args = [
      '-c',
      script,
      process.execPath,
      join(packageRoot(), 'dist/program/cli.js'),
      'backup',
      join(directory, 'b'),
    ];
    await expect(
      promisify(execFile)('sh', args, { env: { PATH: process.env.PATH, OUTTURN_DATA_DIR: dataDir } }),
    ).rejects.toMatchObject({
      code: 1,
      stderr: `outturn: cannot write ${join(directory, 'b')}: the file would be larger than the system allows; nothing was written\n`,
    });
    expect(readdirSync(directory)).toEqual([]);
    // The server removes its copy when it notices that nobody reads any more.
    await expect.poll(() => existsSync(join(dataDir, 'postgres.copy')), { timeout: 30_000 }).toBe(false);
  });
});

describe('restore refuses', () => {
  let file: string;
  beforeAll(async () => {
    file = await makeBackup(makeDirectory());
  });

  async function failRestore(source: string, dataDir = fresh('restored')): Promise<string> {
    const existed = existsSync(dataDir) ? readdirSync(dataDir) : null;
    const { code, output } = await command(dataDir, 'restore', source);
    expect(code).toBe(1);
    expect(existsSync(dataDir) ? readdirSync(dataDir) : null).toEqual(existed);
    return output;
  }

  test('a truncated file, what is no backup, and a file that is missing', async () => {
    const short = fresh('short');
    const bytes = readFileSync(file);
    writeFileSync(short, bytes.subarray(0, Math.floor(bytes.length / 2)));
    const damaged = 'outturn: the file is not a backup of Outturn, or it is damaged or truncated: use another backup\n';
    expect(await failRestore(short)).toBe(damaged);
    expect(await failRestore(join(packageRoot(), 'package.json'))).toBe(damaged);
    const missing = join(home, 'missing');
    expect(await failRestore(missing)).toBe(`outturn: cannot read ${missing}: there is no such file\n`);
  });

  test('a directory that is not empty or in use, and leaves it as it is', async () => {
    const filled = fresh('filled');
    mkdirSync(filled);
    writeFileSync(join(filled, 'notes'), 'mine');
    expect(await failRestore(file, filled)).toBe(
      `outturn: the data directory ${filled} is not empty (it has notes): restore into an empty or new one, which OUTTURN_DATA_DIR names\n`,
    );
    const used = makeDirectory();
    const { process: child } = await serve(used);
    const { code, output } = await command(used, 'restore', file);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^outturn: the data directory .* in use by process ${child.pid}`));
  });

  test('a backup of a newer version', async () => {
    const dataDir = makeDirectory();
    const db = await openDatabase({ dataDir });
    await db.sql`insert into schema_migrations (version, name, sha256) values (9999, '9999_later.sql', '')`;
    await db.close();
    expect(await failRestore(await makeBackup(dataDir))).toMatch(
      /^outturn: the backup was made by a newer version \(\S+\) and is at migration 9999, which this program does not know: restore it with that version\n$/,
    );
  });

  test('what it was interrupted in is no obstacle to the next attempt', async () => {
    const dataDir = fresh('restored');
    mkdirSync(join(dataDir, 'restoring', 'postgres'), { recursive: true });
    writeFileSync(join(dataDir, 'restoring', 'postgres', 'PG_VERSION'), '18\n');
    expect(await command(dataDir, 'restore', file)).toMatchObject({ code: 0 });
    expect(readdirSync(dataDir)).not.toContain('restoring');
  });
});
