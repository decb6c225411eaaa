import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { Refusal } from '../domain/refusal.ts';
import { makeLog } from '../log.ts';
import { programVersion } from '../package-root.ts';
import { makeOfflineBackup, refusedServer, restoreBackup } from '../services/transfer/backup.ts';
import type { Command } from './invocation.ts';
import { fetchBackup } from './process-socket.ts';
import { openQuietRuntime } from './runtime.ts';
import { usageError } from './usage.ts';
import { describeFileError, writeWholeFile } from './whole-file.ts';

/** `backup <file>`: from the running server, which can go on writing, or from the database that no process uses. */
export const runBackup: Command = async ({ config, args: [file], options }) => {
  requireEmbedded(config);
  if (file === undefined) throw usageError('backup needs a file');
  if (!existsSync(join(config.dataDir, 'postgres')))
    throw new Refusal('not_found', `there is no database in ${config.dataDir}: set OUTTURN_DATA_DIR`);
  const bytes = await writeWholeFile(
    file,
    async (target) => {
      let size = 0;
      const write = async (chunk: Uint8Array): Promise<void> => {
        await target(chunk);
        size += chunk.length;
      };
      if (!(await fetchBackup(config.dataDir, write))) await backUpDirectory(config, write);
      return size;
    },
    { replaces: options.force === true },
  );
  return { file, bytes };
};

async function backUpDirectory(config: Config, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  const log = makeLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  try {
    await makeOfflineBackup(
      { now: Date.now, log },
      { dataDir: resolve(config.dataDir), program: programVersion(), write },
    );
  } catch (error) {
    if (hasSystemCode(error))
      throw new Refusal(
        'service_unavailable',
        `cannot make a backup of ${config.dataDir}: ${describeFileError(error)}`,
      );
    throw error;
  }
}

/** `restore <file>`: unpacks a backup into an empty data directory. */
export const runRestore: Command = async ({ config, args: [file] }) => {
  requireEmbedded(config);
  if (file === undefined) throw usageError('restore needs the file of a backup');
  if (!existsSync(file)) throw new Refusal('not_found', `cannot read ${file}: there is no such file`);
  const source = await open(file).catch((error: unknown) => {
    throw new Refusal('not_found', `cannot read ${file}: ${describeFileError(error)}`);
  });
  try {
    const { createdAt, epoch, unreadableSecrets } = await restoreBackup({
      dataDir: config.dataDir,
      source: source.createReadStream({ autoClose: false }),
      open: (dataDir) => openQuietRuntime({ ...config, dataDir }),
    });
    return {
      data_dir: resolve(config.dataDir),
      created_at: createdAt,
      event_epoch: epoch,
      unreadable_secrets: unreadableSecrets,
    };
  } catch (error) {
    throw hasSystemCode(error)
      ? new Refusal(
          'service_unavailable',
          `cannot restore into ${config.dataDir}: ${describeFileError(error)}; nothing was restored`,
        )
      : error;
  } finally {
    await source.close();
  }
};

function requireEmbedded({ databaseUrl }: Config): void {
  if (databaseUrl !== undefined) throw new Refusal('conflict', refusedServer);
}

/** Whether an error comes from the file system. */
function hasSystemCode(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code));
}
