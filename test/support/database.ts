import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { inject } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/store/db.ts';
import { migrate } from '../../src/store/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The tar file of an initialised embedded database. */
    imagePath: string;
    server: { url: string; prefix: string; template: string };
  }
}

/** The engine that this run of the tests is about. */
export function testEngine(): Database['kind'] {
  const engine = process.env.OUTTURN_TEST_ENGINE;
  if (engine === 'embedded' || engine === 'server') return engine;
  throw new Error(`OUTTURN_TEST_ENGINE is ${engine}: this test needs a database and belongs under a project with one`);
}

/** A fresh, migrated database: one per test file, closed by it (`afterAll`), which also throws it away. */
export async function openTestDatabase(options: DatabaseOptions = {}): Promise<Database> {
  if (testEngine() === 'server') return openOnServer(inject('server').template, options);
  const db = await openEmptyDatabase(options);
  await migrate(db);
  return db;
}

/** As `openTestDatabase`, without any table. */
export async function openEmptyDatabase(options: DatabaseOptions = {}): Promise<Database> {
  if (testEngine() === 'server') return openOnServer('template0', options);
  return openDatabase({ dataDir: 'memory://', imagePath: inject('imagePath'), ...options });
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

/** A database of its own on the server, for programs that are given an address; empty unless a template is named. */
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
