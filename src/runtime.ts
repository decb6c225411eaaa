import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { monotonicFactory } from 'ulid';
import type { Config } from './config.ts';
import { readIdentityTable } from './domain/identity-table.ts';
import { parseCidrs } from './net/address.ts';
import { makeClient } from './net/client.ts';
import { fetchPayload } from './net/payloads.ts';
import { packageRoot } from './package-root.ts';
import type { Deps, Log } from './services/deps.ts';
import { openDatabase } from './store/db.ts';
import { migrate } from './store/migrate.ts';

/** A running program's world: what services need, and how to let go of it. */
export type Runtime = { readonly deps: Deps; readonly version: string; readonly close: () => Promise<void> };

/** Logs go to standard error, so that standard output stays for people. */
export function makeLog(level: string): Log {
  return pino({ level, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}

/** Opens the database, brings it up to date and joins everything that services need. */
export async function openRuntime(config: Config, log: Log): Promise<Runtime> {
  const root = packageRoot();
  const version = programVersion();
  const identity = readIdentityTable(readJson(join(root, 'data', 'identity.json')));
  const allow = parseCidrs(config.allowCidrs);
  const stop = new AbortController();
  const client = makeClient({ allow, proxy: config.proxy, userAgent: `outturn/${version}` });
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir, log });
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  const nextId = monotonicFactory();
  const deps: Deps = {
    db,
    now: Date.now,
    newId: (prefix) => `${prefix}_${nextId().toLowerCase()}`,
    identity,
    log,
    nodeId: `node_${randomBytes(8).toString('hex')}`,
    fetchPayload: (ask) => fetchPayload({ client, root, env: process.env, signal: stop.signal }, ask),
  };
  return {
    deps,
    version,
    close: async () => {
      stop.abort();
      await client.close();
      await db.close();
    },
  };
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** The version in package.json. */
export function programVersion(): string {
  const found = readJson(join(packageRoot(), 'package.json'));
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : '0';
}
