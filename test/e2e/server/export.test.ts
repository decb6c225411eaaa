import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { exportRecords } from '../../../src/services/transfer/export.ts';
import { openDatabase } from '../../../src/store/db.ts';
import { createServerDatabase, openTestDatabase } from '../../support/database.ts';
import { outturn, type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { openReceiver, type Receiver } from '../../support/receiver.ts';
import { exported, fillRecord, imported, openEmbeddedCopy } from '../../support/rich-record.ts';
import { chooseServer } from '../../support/server.ts';
import { writeShippedFeeds } from '../../support/shipped-feeds.ts';
import { openWorld, type World } from '../../support/world.ts';

const adminKey = 'ok_a-key-that-the-operator-chose-0123456789';
const secrets = { OUTTURN_SECRET: 'a secret of sixteen or more', OUTTURN_ADMIN_KEY: adminKey };
const directory = mkdtempSync(join(tmpdir(), 'outturn-export-'));
const path = (name: string): string => join(directory, name);
const running: Program[] = [];
afterAll(async () => {
  for (const program of running) await program.stop('SIGKILL');
  removeDirectory(directory);
});

async function start(env: Record<string, string>, home: string): Promise<Program> {
  const program = await startProgram(env, home);
  running.push(program);
  return program;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('a rich record', () => {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    world = await openWorld();
    receiver = await openReceiver();
    await fillRecord(world, receiver);
  });
  afterAll(async () => {
    await receiver.close();
    await world.close();
  });

  it('is byte for byte the same after a copy from a server to an embedded database and back', async () => {
    const { webhooks } = world.deps;
    const text = await exported(world.db);
    const embedded = await openEmbeddedCopy();
    await imported({ db: embedded, webhooks }, text);
    const between = await exported(embedded);
    await embedded.close();
    expect(between === text, 'the embedded database exports other bytes').toBe(true);
    const server = await openTestDatabase();
    await imported({ db: server, webhooks }, between);
    expect((await exported(server)) === text, 'the server exports other bytes').toBe(true);
    await server.close();
  });

  it('is exported as of one moment, despite concurrent writes', async () => {
    const before = await exported(world.db);
    const chunks: Uint8Array[] = [];
    const changed = deferred();
    const begun = deferred();
    const write = async (bytes: Uint8Array): Promise<void> => {
      chunks.push(bytes);
      begun.resolve();
      await changed.promise;
    };
    const writing = exportRecords({ db: world.db }, { program: '0.0.0', write });
    await begun.promise;
    await world.db.sql`insert into settings (name, value) values ('meanwhile', '')`;
    await world.db.sql`update predictions set edits = edits + 1`;
    changed.resolve();
    await writing;
    expect(Buffer.concat(chunks).toString('utf8') === before).toBe(true);
    expect((await exported(world.db)) === before).toBe(false);
  });
});

describe('from a shell', () => {
  const home = path('embedded');
  const embedded = { OUTTURN_DATA_DIR: home, ...secrets };
  let server: Awaited<ReturnType<typeof createServerDatabase>>;
  let onServer: Record<string, string>;
  let page: { next: string; after: string[] };
  beforeAll(async () => {
    server = await createServerDatabase();
    onServer = { DATABASE_URL: server.url, ...secrets };
  });
  afterAll(() => server.drop());

  async function slugs(program: Program, target: string): Promise<{ next: string; slugs: string[] }> {
    const answer = await fetch(`${program.base}${target}`);
    const body = (await answer.json()) as { next_cursor: string; data: { slug: string }[] }; // a page of predictions
    return { next: body.next_cursor, slugs: body.data.map(({ slug }) => slug) };
  }

  async function rowsOf(program: Program, target: string): Promise<Record<string, unknown>[]> {
    const body = await (await fetch(`${program.base}${target}`)).json();
    return (body as { data: Record<string, unknown>[] }).data; // a page
  }

  test('a service on the embedded database exports over HTTP, and the export command refers to it', async () => {
    const program = await start({ ...embedded, OUTTURN_FEEDS: writeShippedFeeds(directory) }, home);
    await program.said(/o5-arrives/);
    const refused = await outturn(['export', path('refused')], embedded);
    expect(refused).toMatchObject({ code: 1, output: expect.stringMatching(/in use by .*GET \/v1\/export/) });
    const answer = await fetch(`${program.base}/v1/export`, { headers: { authorization: `Bearer ${adminKey}` } });
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ rows: lines.length - 2 });
    const first = await slugs(program, '/v1/predictions?limit=5');
    const second = await slugs(program, `/v1/predictions?limit=5&cursor=${first.next}`);
    page = { next: first.next, after: second.slugs };
    expect(await program.stop()).toBe(0);
  });

  test('its export is imported into a server, whose export has the same bytes; a second import is refused', async () => {
    const made = await outturn(['export', path('one.ndjson'), '--json'], embedded);
    expect(made.code, made.output).toBe(0);
    expect(JSON.parse(made.output)).toMatchObject({ bytes: statSync(path('one.ndjson')).size });
    expect(statSync(path('one.ndjson')).mode & 0o777).toBe(0o600);
    const into = await outturn(['import', path('one.ndjson'), '--json'], onServer);
    expect(into.code, into.output).toBe(0);
    expect(JSON.parse(into.output)).toEqual({ rows: JSON.parse(made.output).rows, unreadable_secrets: 0 });
    expect((await outturn(['export', path('two.ndjson')], onServer)).code).toBe(0);
    expect(readFileSync(path('two.ndjson')).equals(readFileSync(path('one.ndjson')))).toBe(true);
    const again = await outturn(['import', path('one.ndjson')], onServer);
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('the database is not empty') });
  });

  test('the imported service continues: the same claims, cursors and events, and each feed is polled again', async () => {
    const program = await start(
      { ...onServer, DATABASE_READ_URL: server.url, OUTTURN_FEEDS: writeShippedFeeds(directory) },
      path('node'),
    );
    await program.said(/gpt-5-never-released\s+no, 2025-08-07/);
    expect((await slugs(program, `/v1/predictions?limit=5&cursor=${page.next}`)).slugs).toEqual(page.after);
    const polled = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${adminKey}` };
      await fetch(`${program.base}/v1/feeds/ledger/polls`, { method: 'POST', headers });
      return (await rowsOf(program, '/v1/feeds/ledger/polls')).length;
    };
    await expect.poll(polled, { timeout: 20_000 }).toBeGreaterThan(1);
    const polls = await rowsOf(program, '/v1/feeds/ledger/polls');
    expect(new Set(polls.map((poll) => poll.result))).toEqual(new Set(['ok']));
    expect(await rowsOf(program, '/v1/predictions/gpt-5-never-released/resolutions')).toHaveLength(1);
    expect((await fetch(`${program.base}/badges/gpt-5-never-released.svg`)).status).toBe(200);
    expect(await program.stop()).toBe(0);
  });

  test('an import that is killed halfway leaves no rows and can be repeated', async () => {
    const bytes = readFileSync(path('one.ndjson'));
    const fresh = await createServerDatabase();
    for (const env of [
      { ...secrets, OUTTURN_DATA_DIR: path('killed') },
      { ...secrets, DATABASE_URL: fresh.url },
    ]) {
      const child = spawn(process.execPath, [join(packageRoot(), 'dist/program/cli.js'), 'import'], {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      const ended = once(child, 'exit');
      // More than a pipe holds: when this resolves, it has imported rows.
      child.stdin.on('error', () => {});
      await new Promise((resolve) => child.stdin.write(bytes.subarray(0, bytes.length - 100), resolve));
      child.kill('SIGKILL');
      await ended;
      // An import needs an empty database.
      const { code, output } = await outturn(['import', path('one.ndjson')], env);
      expect(code, output).toBe(0);
    }
    await fresh.drop();
  });

  test('a missing file and an unmigrated database are refused with what to do', async () => {
    const fresh = await createServerDatabase();
    const env = { ...secrets, DATABASE_URL: fresh.url };
    const unmigrated = await outturn(['export', path('none.ndjson')], env);
    expect(unmigrated).toMatchObject({ code: 1, output: expect.stringContaining('run "outturn migrate" first') });
    const missing = await outturn(['import', path('missing.ndjson')], env);
    expect(missing).toMatchObject({ code: 1, output: expect.stringContaining('cannot read') });
    await fresh.drop();
  });
});

test('the dump and restore commands of the operations guide copy the record to another database', async () => {
  const page = readFileSync(join(packageRoot(), 'docs/operations.md'), 'utf8');
  const commands = /^pg_dump.*\npg_restore.*$/m.exec(page)?.[0] ?? '';
  const [from, to] = [await openTestDatabase(), await createServerDatabase()];
  const [row] = await from.sql<{ name: string }[]>`select current_database() as name`;
  const url = new URL(to.url);
  url.pathname = `/${row?.name}`;
  await from.sql`insert into settings (name, value) values ('kept', 'in the dump')`;
  const before = await exported(from);
  const env = { PATH: `${serverPrograms()}:${process.env.PATH}`, DATABASE_URL: url.href, RESTORE_URL: to.url };
  execFileSync('bash', ['--norc', '-ec', commands], { cwd: directory, env });
  const restored = await openDatabase({ databaseUrl: to.url });
  expect((await exported(restored)) === before).toBe(true);
  await restored.close();
  await from.close();
  await to.drop();
});

/** Where the tools of the server under test are. */
function serverPrograms(): string {
  const server = chooseServer();
  return server.kind === 'programs' ? server.directory : '/usr/bin';
}
