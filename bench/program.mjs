// The built program as a process of its own, on a database server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './postgres.mjs';

export const adminKey = 'the-admin-key-of-the-measurement';

const own = {
  OUTTURN_SECRET: 'a secret of the measurement',
  OUTTURN_ADMIN_KEY: adminKey,
  OUTTURN_RATE_LIMIT: 'off',
  OUTTURN_POLL_CRON: '0 0 1 1 *',
};

/** Starts the program and does not wait for it. */
export async function spawnProgram(env) {
  const port = await freePort();
  const child = spawn(process.execPath, ['--max-semi-space-size=32', 'dist/program/cli.js', 'serve'], {
    env: { ...process.env, ...own, PORT: String(port), ...env },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return { base: `http://127.0.0.1:${port}`, child };
}

/** Starts the program and waits until it has settled what its feeds say. `started` gets the process at once. */
export async function startProgram(databaseUrl, started) {
  const { base, child } = await spawnProgram({ DATABASE_URL: databaseUrl });
  started.push(child);
  for (let found = 0; found === 0; await wait(500)) {
    const answer = await fetch(`${base}/v1/predictions?status=resolved&limit=1`).catch(() => null);
    found = answer?.status === 200 ? (await answer.json()).data.length : 0;
  }
  return { base, child };
}

export async function stopProgram(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
