import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { type Database, type DatabaseOptions, type Listener, openDatabase } from '../../src/store/db.ts';
import type { EmbeddedImage } from './embedded-image.ts';
import { emptyDatabase, readFingerprint } from './empty-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    embedded: EmbeddedImage;
    server: { url: string; prefix: string; template: string };
  }
}

/** The database engine of this test run. */
export function testEngine(): Database['kind'] {
  const engine = process.env.OUTTURN_TEST_ENGINE;
  if (engine === 'embedded' || engine === 'server') return engine;
  throw new Error(`OUTTURN_TEST_ENGINE is ${engine}: this test needs a database and belongs under a project with one`);
}

type Reusable = { readonly db: Database; readonly fingerprint: string };

/**
 * Databases that earlier files of this worker closed. Starting an embedded engine costs seconds, so files share
 * engines; each file finds the database empty, at the first value of every sequence, with the schema unchanged.
 */
const reusable: Reusable[] = [];

/**
 * A migrated database without rows; close it in `afterAll`. Without options it may have served another test file; with
 * options it is a new one.
 */
export async function openTestDatabase(options?: DatabaseOptions): Promise<Database> {
  if (options !== undefined) return openMigrated(options);
  const earlier = reusable.pop();
  if (earlier !== undefined) return lend(earlier);
  const db = await openMigrated({});
  return lend({ db, fingerprint: await readFingerprint(db) });
}

function openMigrated(options: DatabaseOptions): Promise<Database> {
  if (testEngine() === 'server') return openOnServer(inject('server').template, options);
  return openDatabase({ dataDir: 'memory://', imagePath: inject('embedded').migrated, ...options });
}

/** A new database without tables. */
export async function openEmptyDatabase(options: DatabaseOptions = {}): Promise<Database> {
  if (testEngine() === 'server') return openOnServer('template0', options);
  return openDatabase({ dataDir: 'memory://', imagePath: inject('embedded').empty, ...options });
}

/**
 * Presents a kept database as a new one. `close` ends the listeners of its user and keeps the database for the next
 * file.
 */
function lend(kept: Reusable): Database {
  const listeners = new Set<Listener>();
  return {
    ...kept.db,
    listen: async (channel, onNotify, onListening) => {
      const listener = await kept.db.listen(channel, onNotify, onListening);
      listeners.add(listener);
      return {
        unlisten: async () => {
          listeners.delete(listener);
          await listener.unlisten();
        },
      };
    },
    close: async () => {
      if (await canServeAgain(kept, listeners)) reusable.push(kept);
      else await kept.db.close();
    },
  };
}

/** False if a database no longer responds or a test has changed its schema. */
async function canServeAgain({ db, fingerprint }: Reusable, listeners: ReadonlySet<Listener>): Promise<boolean> {
  try {
    for (const listener of listeners) await listener.unlisten();
    await emptyDatabase(db);
    return (await readFingerprint(db)) === fingerprint;
  } catch {
    return false;
  }
}

async function openOnServer(template: string, options: DatabaseOptions): Promise<Database> {
  const own = await createServerDatabase(template);
  const db = await openDatabase({ databaseUrl: own.url, poolMax: 5, ...options });
  return {
    ...db,
    close: async () => {
      await db.close();
      await own.drop();
    },
  };
}

/** A separate database on the server, for programs that are given a URL; empty unless a template is named. */
export async function createServerDatabase(
  template = 'template0',
): Promise<{ url: string; drop: () => Promise<void> }> {
  const { url, prefix } = inject('server');
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  await administer(url, (admin) => admin`create database ${admin(name)} template ${admin(template)}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    drop: () =>
      administer(url, async (admin) => void (await admin`drop database if exists ${admin(name)} with (force)`)),
  };
}

/** Runs one statement on the server's maintenance database. */
async function administer(url: string, run: (admin: postgres.Sql) => Promise<unknown>): Promise<void> {
  const admin = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await run(admin);
  } finally {
    await admin.end();
  }
}
