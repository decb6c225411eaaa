import { open } from 'node:fs/promises';
import type { Config } from '../config.ts';
import { Refusal } from '../domain/refusal.ts';
import { programVersion } from '../package-root.ts';
import type { Runtime } from '../runtime.ts';
import { exchangeIdleMsMax, exchangeMsMax, exportRecords } from '../services/transfer/export.ts';
import { importRecord } from '../services/transfer/import.ts';
import type { Command } from './invocation.ts';
import { makeProgress } from './progress.ts';
import { openQuietRuntime } from './runtime.ts';
import { usageError } from './usage.ts';
import { writeWholeFile } from './whole-file.ts';

type Write = (bytes: Uint8Array) => Promise<void>;

/**
 * `export [file]`: writes all data to a file, which appears once it is complete, or to standard output. Reads only; the
 * database must be at the schema of this program.
 */
export const runExport: Command = async ({ config, args: [file] }) => {
  const runtime = await openForExport(config);
  const progress = makeProgress('exporting');
  const write = (target: Write) =>
    exportRecords(runtime.deps, { program: programVersion(), write: target, onProgress: progress.advance });
  try {
    if (file !== undefined && file !== '-') return { file, ...(await writeWholeFile(file, write, { replaces: true })) };
    await write(writeToOutput);
    return null;
  } finally {
    progress.end();
    await runtime.close();
  }
};

async function openForExport(config: Config): Promise<Runtime> {
  try {
    return await openForTransfer(config, false);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'conflict' || config.databaseUrl !== undefined) throw error;
    const detail = `${error.message}; export from the running service by GET /v1/export, with the admin key`;
    throw new Refusal('conflict', detail);
  }
}

async function openForTransfer(config: Config, migrates: boolean): Promise<Runtime> {
  return await openQuietRuntime(config, {
    migrates,
    idleInTransactionMsMax: exchangeIdleMsMax,
    // One statement sorts a whole table.
    queryMsMax: exchangeMsMax,
  });
}

/** Resolves when the bytes are handed over, so a slow reader slows the export. */
function writeToOutput(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** `import [file]`: loads an export from a file or standard input into an empty database, after migrating it. */
export const runImport: Command = async ({ config, args: [file] }) => {
  const fromInput = file === undefined || file === '-';
  if (fromInput && process.stdin.isTTY) throw usageError('import needs a file or an export on standard input');
  const source = fromInput ? process.stdin : await openSource(file);
  const runtime = await openForTransfer(config, true);
  const progress = makeProgress('importing');
  try {
    const { rows, unreadableSecrets } = await importRecord(runtime.deps, { source, onProgress: progress.advance });
    if (unreadableSecrets > 0)
      runtime.deps.log.warn(
        { unreadable: unreadableSecrets },
        'some webhook secrets cannot be decrypted: set OUTTURN_SECRET to that of the service they come from, or rotate them',
      );
    return { rows, unreadable_secrets: unreadableSecrets };
  } finally {
    progress.end();
    await runtime.close();
  }
};

async function openSource(file: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    return (await open(file)).createReadStream();
  } catch {
    throw new Refusal('not_found', `cannot read ${file}`);
  }
}
