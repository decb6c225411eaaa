import { formatInstant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import { readManifest, writeManifest } from '../../domain/transfer/backup.ts';
import { type Database, openDatabase } from '../../store/db.ts';
import { packBackup, unpackBackup } from '../../store/embedded/backup-archive.ts';
import { removeCopy } from '../../store/embedded/open.ts';
import { engineVersion } from '../../store/embedded/open-failure.ts';
import { claimRestoreDirectory } from '../../store/embedded/restore-directory.ts';
import { findMigrationVersion, newestMigrationVersion } from '../../store/migrate.ts';
import type { Deps } from '../deps.ts';
import { beginEpoch } from '../events/epoch.ts';
import { countUnreadableHeaders } from '../webhooks/headers.ts';
import { countUnreadableSecrets } from '../webhooks/secrets.ts';

export type BackupInput = {
  readonly dataDir: string;
  /** The version of the program, for the manifest. */
  readonly program: string;
  /** Receives the bytes of the backup. The copy of the database is complete before the first call. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
};

/** Databases of which this process is making a backup. */
const running = new WeakSet<Database>();

/**
 * Writes a backup of the embedded database with everything that was committed before the call. Other statements wait while the
 * files are copied, and no longer. Refuses with `conflict` while another backup of it is being made.
 */
export async function makeBackup({ db, now }: Pick<Deps, 'db' | 'now'>, input: BackupInput): Promise<void> {
  if (db.copyFiles === null) throw new Refusal('conflict', refusedServer);
  if (running.has(db)) throw new Refusal('conflict', 'another backup is in progress; try again when it has finished');
  running.add(db);
  try {
    const migration = await findMigrationVersion(db);
    const copy = await db.copyFiles();
    const manifest = writeManifest({
      program: input.program,
      engine: engineVersion,
      migration,
      created_at: formatInstant(now()),
    });
    await packBackup({ manifest, dataDir: input.dataDir, copy, write: input.write });
  } finally {
    removeCopy(input.dataDir);
    running.delete(db);
  }
}

/** Why a PostgreSQL server has no backup of ours. */
export const refusedServer =
  'backup and restore are for the embedded database: use pg_dump and pg_restore for the server that DATABASE_URL names (docs/operations.md)';

/** Makes a backup of a database that no process uses, whatever its schema, so that one can be made before an upgrade. */
export async function makeOfflineBackup(deps: Pick<Deps, 'now' | 'log'>, input: BackupInput): Promise<void> {
  const db = await openDatabase({ dataDir: input.dataDir, log: deps.log });
  try {
    await makeBackup({ ...deps, db }, input);
  } finally {
    await db.close();
  }
}

type OpenedRestore = { readonly deps: Pick<Deps, 'db' | 'webhooks'>; readonly close: () => Promise<void> };

export type RestoreInput = {
  readonly dataDir: string;
  readonly source: AsyncIterable<Uint8Array>;
  /** Opens and migrates the database of a data directory. */
  readonly open: (dataDir: string) => Promise<OpenedRestore>;
};

export type RestoreSummary = {
  /** When the backup was made. */
  readonly createdAt: string;
  readonly epoch: string;
  /** Webhook secrets that cannot be decrypted with the OUTTURN_SECRET of this process. */
  readonly unreadableSecrets: number;
};

/**
 * Restores a backup into an empty data directory and begins a new epoch of the event log. If it fails, it leaves nothing.
 * Refuses with `conflict` a directory that is not empty or in use and a backup of a newer version, and with `validation_failed` a
 * file that is not a complete backup.
 */
export async function restoreBackup({ dataDir, source, open }: RestoreInput): Promise<RestoreSummary> {
  const directory = claimRestoreDirectory(dataDir);
  try {
    let createdAt = '';
    await unpackBackup(source, directory.unfinished, (manifest) => {
      const here = { engine: engineVersion, migration: newestMigrationVersion() };
      createdAt = readManifest(manifest, here).created_at;
    });
    const { deps, close } = await open(directory.unfinished);
    try {
      // Readers may have seen positions that this database will assign again.
      const epoch = await beginEpoch(deps.db.sql);
      const unreadableSecrets = (await countUnreadableSecrets(deps)) + (await countUnreadableHeaders(deps));
      await close();
      directory.finish();
      return { createdAt, epoch, unreadableSecrets };
    } catch (error) {
      await close();
      throw error;
    }
  } finally {
    directory.close();
  }
}
