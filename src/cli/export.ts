import { open, rename, rm } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { Refusal } from '../domain/refusal.ts';
import { makeLog, openRuntime, programVersion, type Runtime } from '../runtime.ts';
import { exchangeIdleMsMax, exchangeMsMax, exportRecords } from '../services/transfer/export.ts';
import { importRecord } from '../services/transfer/import.ts';
import { makeProgress } from './progress.ts';
import { usageError } from './usage.ts';

type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * `export [file]`: the whole record into a file, which appears when it is complete, or to standard output. The database must
 * be at this program's schema, and is not changed.
 */
export async function exportToFile(config: Config, file: string | undefined): Promise<unknown> {
  const runtime = await openForExport(config);
  const progress = makeProgress('exporting');
  const write = (target: Write) =>
    exportRecords(runtime.deps, { program: programVersion(), write: target, onProgress: progress.advance });
  try {
    if (file !== undefined && file !== '-') return { file, ...(await writeWhole(file, write)) };
    await write(writeToOutput);
    return null;
  } finally {
    progress.end();
    await runtime.close();
  }
}

async function openForExport(config: Config): Promise<Runtime> {
  try {
    return await openQuietly(config, false);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'conflict' || config.databaseUrl !== undefined) throw error;
    const way = 'a service that is running hands out the same by GET /v1/export, with the admin key';
    throw new Refusal('conflict', `${error.message}; ${way}`);
  }
}

async function openQuietly(config: Config, migrates: boolean): Promise<Runtime> {
  const log = makeLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  return await openRuntime(config, log, {
    migrates,
    idleInTransactionMsMax: exchangeIdleMsMax,
    // A large table is put in order by one statement.
    queryMsMax: exchangeMsMax,
  });
}

/** A file of that name is replaced when the new one is complete; it is for its owner only, as it holds what opens doors. */
async function writeWhole<T>(path: string, write: (target: Write) => Promise<T>): Promise<T> {
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    const result = await write((bytes) => file.appendFile(bytes));
    await file.sync();
    await file.close();
    await rename(unfinished, path);
    return result;
  } catch (error) {
    await file.close();
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Resolves when the bytes are on their way: whoever reads slowly is waited for. */
function writeToOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** `import [file]`: an export, from a file or standard input, into an empty database, which is brought up to this program first. */
export async function importFromFile(config: Config, file: string | undefined): Promise<unknown> {
  const fromInput = file === undefined || file === '-';
  if (fromInput && process.stdin.isTTY) throw usageError('import needs a file, or an export on standard input');
  const source = fromInput ? process.stdin : await openSource(file);
  const runtime = await openQuietly(config, true);
  const progress = makeProgress('importing');
  try {
    const { rows, unreadableSecrets } = await importRecord(runtime.deps, { source, onProgress: progress.advance });
    if (unreadableSecrets > 0)
      runtime.deps.log.warn(
        { unreadable: unreadableSecrets },
        'webhook secrets cannot be opened: start with the OUTTURN_SECRET of the service they come from, or rotate them',
      );
    return { rows, unreadable_secrets: unreadableSecrets };
  } finally {
    progress.end();
    await runtime.close();
  }
}

async function openSource(file: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    return (await open(file)).createReadStream();
  } catch {
    throw new Refusal('not_found', `cannot read ${file}`);
  }
}
