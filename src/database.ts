import type { Config } from './config.ts';
import { Refusal } from './domain/refusal.ts';
import { loadSecret } from './secret-file.ts';
import type { Log } from './services/deps.ts';
import { type Database, openDatabase } from './store/db.ts';
import { findImage } from './store/embedded/image.ts';
import { hasTextIndex, migrate, requireMigrated } from './store/migrate.ts';

export type OpenOptions = {
  /** False refuses a database that is not at the current schema, instead of migrating it. Default: true. */
  readonly migrates?: boolean;
  readonly idleInTransactionMsMax?: number;
  readonly queryMsMax?: number;
  /** Called when the files of the embedded database are gone: the process must end. */
  readonly onLost?: (error: Refusal) => void;
};

/**
 * Opens and migrates the database that the configuration names. A new embedded one starts from the image that the build made, if
 * there is one.
 */
export async function openOwnDatabase(config: Config, log: Log, options: OpenOptions = {}): Promise<Database> {
  const { idleInTransactionMsMax, queryMsMax, onLost } = options;
  const { databaseUrl, databaseDirectUrl: directUrl, dataDir } = config;
  const imagePath = databaseUrl === undefined ? findImage() : undefined;
  const limits = { idleInTransactionMsMax, queryMsMax };
  const opened = openDatabase({ databaseUrl, directUrl, dataDir, imagePath, ...limits, onLost, log });
  const db = databaseUrl === undefined ? await opened : await opened.catch(refuseServer);
  try {
    // Loaded here and not where it is used, because a failure must close the database.
    loadSecret(config);
    if (options.migrates === false) await requireMigrated(db);
    else if (directUrl === undefined) await migrate(db);
    else await migrateDirectly(directUrl, log);
    if (!(await hasTextIndex(db))) log.warn({}, noTextIndex);
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

const noTextIndex =
  'searches by text (q) read every prediction, because the extension pg_trgm or its index is missing: ' +
  'docs/operations.md says how to add both';

/** Migrations are long transactions, which a pooler may be configured to end. */
async function migrateDirectly(databaseUrl: string, log: Log): Promise<void> {
  const direct = await openDatabase({ databaseUrl, poolMax: 1, log }).catch(refuseServer);
  try {
    await migrate(direct);
  } finally {
    await direct.close();
  }
}

function refuseServer(error: unknown): never {
  if (error instanceof Refusal) throw error;
  const reason = error instanceof Error ? error.message || error.name : String(error);
  throw new Refusal('service_unavailable', `cannot use the server that DATABASE_URL names: ${reason}`);
}
