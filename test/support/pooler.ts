import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import postgres from 'postgres';

/** A session keeps its server connection, so in session mode every connection of the program needs one. */
const poolSizes = { session: 15, transaction: 4 } as const;

export type Pooler = { readonly url: string; stop(): Promise<void> };

/** The path of PgBouncer, or null if it is not installed. */
export function findPooler(): string | null {
  const paths = [
    '/usr/sbin/pgbouncer',
    '/usr/bin/pgbouncer',
    '/opt/homebrew/bin/pgbouncer',
    '/usr/local/bin/pgbouncer',
  ];
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Starts PgBouncer in front of a database, with the settings that docs/operations.md names. */
export async function startPooler(
  program: string,
  mode: 'session' | 'transaction',
  databaseUrl: string,
): Promise<Pooler> {
  const server = new URL(databaseUrl);
  const name = server.pathname.slice(1);
  const directory = mkdtempSync(join(tmpdir(), 'outturn-pooler-'));
  const port = await findFreePort();
  const file = join(directory, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
${name} = host=${server.hostname} port=${server.port} dbname=${name} user=${server.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${poolSizes[mode]}
ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout, default_transaction_isolation, IntervalStyle
`,
    { mode: 0o644 },
  );
  // It refuses to run as root; it then changes to the user that the PostgreSQL package creates.
  const asUser = process.getuid?.() === 0 ? ['-u', 'postgres'] : [];
  const child = spawn(program, ['-q', ...asUser, file], { stdio: 'ignore', cwd: '/' });
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  await waitUntilReady(child, url.href);
  return {
    url: url.href,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = postgres(url, { max: 1, connection: { application_name: 'outturn' } });
    const answered = await client`select 1`.then(
      () => true,
      () => false,
    );
    await client.end({ timeout: 1 });
    if (answered) return;
    if (child.exitCode !== null || attempt > 100) throw new Error('PgBouncer does not answer');
    await wait(100);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
