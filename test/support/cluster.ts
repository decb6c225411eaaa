import { execFile, execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { freePort, isRoot, serverUser } from './server.ts';

/** A PostgreSQL server of a test's own, which it may stop, restart and promote. Its commits survive a crash of the server. */
export type Cluster = {
  readonly port: number;
  /** The URL of a database on this server. */
  url(database?: string): string;
  /** Runs one statement as the administrator. */
  administer(statement: string): Promise<readonly postgres.Row[]>;
  start(): Promise<void>;
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** A running standby of this server that streams from it. */
  addStandby(): Promise<Cluster>;
  promote(): Promise<void>;
  /** Stops the server and deletes its files. */
  remove(): void;
};

const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=40', 'wal_level=replica', 'hot_standby=on'];

/** Starts a new server with the programs of a directory. */
export async function startCluster(programs: string): Promise<Cluster> {
  const home = makeHome();
  await run(programs, home, 'initdb', [
    ...['-D', join(home, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
  ]);
  const cluster = await describeCluster(programs, home);
  await cluster.start();
  return cluster;
}

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'outturn-cluster-'));
  const user = isRoot() ? serverUser() : null;
  if (user !== null) chownSync(home, user, -1);
  return home;
}

async function describeCluster(programs: string, home: string): Promise<Cluster> {
  const data = join(home, 'data');
  const port = await freePort();
  const options = [`-p ${port}`, `-k ${home}`, '-c listen_addresses=127.0.0.1', ...settings.map((one) => `-c ${one}`)];
  const control = (...args: string[]) => run(programs, home, 'pg_ctl', [...args, '-s', '-w', '-D', data]);
  const url = (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`;
  return {
    port,
    url,
    administer: async (statement) => {
      const admin = postgres(url(), { max: 1, onnotice: () => {}, connection: { application_name: 'test' } });
      try {
        return await admin.unsafe(statement);
      } finally {
        await admin.end({ timeout: 1 });
      }
    },
    start: () => control('start', '-l', join(home, 'log'), '-o', options.join(' ')),
    stop: (mode) => control('stop', '-m', mode),
    promote: () => control('promote'),
    addStandby: async () => {
      const standby = makeHome();
      const target = join(standby, 'data');
      await run(programs, standby, 'pg_basebackup', [
        ...['-D', target, '-R', '-X', 'stream', '-c', 'fast', '--no-sync', '-d', url()],
      ]);
      const cluster = await describeCluster(programs, standby);
      await cluster.start();
      return cluster;
    },
    remove: () => {
      try {
        const [file = '', ...args] = command(programs, 'pg_ctl', ['stop', '-s', '-w', '-m', 'immediate', '-D', data]);
        execFileSync(file, args, { cwd: home, stdio: 'ignore' });
      } catch {
        // It is not running.
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function command(programs: string, program: string, args: readonly string[]): string[] {
  const asUser = isRoot() && serverUser() !== null ? ['runuser', '-u', 'postgres', '--'] : [];
  return [...asUser, join(programs, program), ...args];
}

async function run(programs: string, home: string, program: string, args: readonly string[]): Promise<void> {
  const [file = '', ...rest] = command(programs, program, args);
  await promisify(execFile)(file, rest, { cwd: home });
}
