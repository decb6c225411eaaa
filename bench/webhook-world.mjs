// What measurements of webhooks share: a database of their own with subscribers in it, and processes beside this one.
// BENCH_DATABASE_URL names a Postgres server on which databases may be made and dropped.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { readIdentityTable } from '../dist/src/domain/identity/table.js';
import { makeVault } from '../dist/src/services/vault.js';
import { createWebhookEndpoint } from '../dist/src/services/webhooks/endpoints.js';
import { muteWebhooks } from '../dist/src/services/webhooks/mute.js';
import { openDatabase } from '../dist/src/store/db.js';
import { migrate } from '../dist/src/store/migrate.js';

export const secret = 'a secret of the measurement';
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

let worlds = 0;

export async function openWorld({ schedule = muteWebhooks.schedule } = {}) {
  const server = process.env.BENCH_DATABASE_URL;
  if (server === undefined) throw new Error('BENCH_DATABASE_URL must name a server on which databases may be made');
  worlds += 1;
  const name = `outturn_bench_${process.pid}_${worlds}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const db = await openDatabase({ databaseUrl: url.href });
  await migrate(db);
  let ids = 0;
  const judged = (text) => ({ ok: true, url: new URL(text) });
  const deps = {
    db,
    now: Date.now,
    newId: (prefix) => {
      ids += 1;
      return `${prefix}_${String(ids).padStart(12, '0')}`;
    },
    identity: readIdentityTable(JSON.parse(readFileSync('data/identity.json', 'utf8'))),
    log: { info() {}, warn() {}, error() {} },
    nodeId: 'bench',
    publicUrl: null,
    fetchPayload: async () => ({ kind: 'not_modified', status: null }),
    webhooks: { ...muteWebhooks, schedule, vault: makeVault(secret), checkUrlText: judged },
  };
  const close = async () => {
    await db.close();
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end();
  };
  return { db, deps, url: url.href, close };
}

export async function subscribe(world, url, eventTypes) {
  await createWebhookEndpoint(world.deps, { url, eventTypes });
}

/** A program of this folder as a process of its own; it ends when its standard input does. */
export function start(program, { nodeFlags = [], argument } = {}) {
  const more = argument === undefined ? [] : [argument];
  const args = [...nodeFlags, `bench/${program}`, ...more];
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
}

export async function nextLine(child) {
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  lines.close();
  return line;
}

export async function kill(child) {
  child.kill('SIGKILL');
  await once(child, 'exit');
}
