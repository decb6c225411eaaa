import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * The PostgreSQL server for the tests: the one at a given URL, one to start from installed programs, or none; with the
 * reason.
 */
export type ServerChoice =
  | { readonly kind: 'given'; readonly url: string; readonly reason: string }
  | { readonly kind: 'programs'; readonly directory: string; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string };

/** Checks TEST_DATABASE_URL first, then looks for `initdb` and `pg_ctl` in the usual directories. */
export function chooseServer(): ServerChoice {
  const url = process.env.TEST_DATABASE_URL;
  if (url) return { kind: 'given', url, reason: 'TEST_DATABASE_URL is set' };
  const directory = findPrograms();
  if (directory === null) {
    return { kind: 'none', reason: 'TEST_DATABASE_URL is not set and no PostgreSQL server programs were found' };
  }
  if (isRoot() && serverUser() === null) {
    return { kind: 'none', reason: 'PostgreSQL does not run as root and there is no user named postgres' };
  }
  return { kind: 'programs', directory, reason: `a temporary server from ${directory}` };
}

/** The directory of the programs of a PostgreSQL server, or null if none is installed. */
export function findPrograms(): string | null {
  const needed = ['initdb', 'pg_ctl', 'pg_basebackup'];
  return programDirectories().find((one) => needed.every((name) => isProgram(join(one, name)))) ?? null;
}

function programDirectories(): string[] {
  const packaged = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt', '/usr/pgsql'].flatMap((parent) =>
    list(parent)
      .filter((name) => /^(postgresql@?)?\d*$/.test(name))
      .sort((a, b) => Number(b.replace(/\D/g, '')) - Number(a.replace(/\D/g, '')))
      .map((name) => join(parent, name, 'bin')),
  );
  return [...(process.env.PATH ?? '').split(delimiter), ...packaged];
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** `url` names the server's maintenance database. */
export type RunningServer = { readonly url: string; stop(): void };

/** Settings without durability, because no test database has to survive a crash. */
const unsafeSettings = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum=off',
  'max_connections=200',
];

/** Makes a cluster in a temporary directory, on a free loopback port. */
export async function startServer(directory: string): Promise<RunningServer> {
  const home = mkdtempSync(join(tmpdir(), 'outturn-postgres-'));
  const user = isRoot() ? serverUser() : null;
  if (user !== null) chownSync(home, user, -1);
  const data = join(home, 'data');
  const run = (program: string, args: string[]) => {
    const command = [join(directory, program), ...args];
    const [file, ...rest] = user === null ? command : ['runuser', '-u', 'postgres', '--', ...command];
    execFileSync(file ?? program, rest, { cwd: home, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const port = await freePort();
  const settings = [
    `-p ${port}`,
    `-k ${home}`,
    '-c listen_addresses=127.0.0.1',
    ...unsafeSettings.map((setting) => `-c ${setting}`),
  ];
  try {
    run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
    run('pg_ctl', ['start', '-w', '-s', '-D', data, '-l', join(home, 'log'), '-o', settings.join(' ')]);
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    // pg_ctl ends only the process that the pid file of this cluster names.
    stop: () => {
      run('pg_ctl', ['stop', '-w', '-s', '-m', 'immediate', '-D', data]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function serverUser(): number | null {
  const id = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' });
  return id.status === 0 ? Number(id.stdout) : null;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}
