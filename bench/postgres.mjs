// A temporary PostgreSQL server for measurements, with the default settings for durability.
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** The server that BENCH_DATABASE_URL names, or a temporary one. `url` names its maintenance database. */
export async function openServer() {
  const url = process.env.BENCH_DATABASE_URL;
  if (url !== undefined) return { url, stop: () => {} };
  const programs = findPrograms();
  if (programs === null) throw new Error('no PostgreSQL server: set BENCH_DATABASE_URL, or install initdb and pg_ctl');
  const user = process.getuid?.() === 0 ? idOf('postgres') : null;
  const home = mkdtempSync(join(tmpdir(), 'outturn-bench-'));
  if (user !== null) chownSync(home, user, user);
  const as = user === null ? {} : { uid: user, gid: user };
  const port = await freePort();
  const run = (program, args) =>
    execFileSync(join(programs, program), args, { ...as, cwd: home, stdio: ['ignore', 'ignore', 'inherit'] });
  run('initdb', ['-D', join(home, 'data'), '-U', 'postgres', '-A', 'trust', '--no-sync']);
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${home} -c shared_buffers=1GB -c max_wal_size=8GB`;
  run('pg_ctl', ['-D', join(home, 'data'), '-o', settings, '-l', join(home, 'log'), '-w', 'start']);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: () => {
      run('pg_ctl', ['-D', join(home, 'data'), '-m', 'immediate', '-w', 'stop']);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The directory of a program of PostgreSQL, or null. */
export function findProgram(name) {
  const packaged = '/usr/lib/postgresql';
  const versions = existsSync(packaged) ? readdirSync(packaged).map((version) => join(packaged, version, 'bin')) : [];
  return (
    [...versions, ...(process.env.PATH ?? '').split(delimiter)].find((path) => existsSync(join(path, name))) ?? null
  );
}

function findPrograms() {
  const directory = findProgram('initdb');
  return directory !== null && existsSync(join(directory, 'pg_ctl')) ? directory : null;
}

function idOf(user) {
  const { stdout } = spawnSync('id', ['-u', user], { encoding: 'utf8' });
  return Number(stdout);
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
