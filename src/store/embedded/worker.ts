/** The worker thread of the embedded database. The engine blocks its thread while it works. */

import { constants, existsSync } from 'node:fs';
import { cp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { bridgeLimits, createBridge } from './bridge.ts';
import { watchFiles } from './file-watch.ts';
import { unpackImage } from './image-archive.ts';
import { type FileError, type FromWorker, inMemory, type ToWorker, type WorkerInput } from './messages.ts';

// Only one place starts this worker, and it passes exactly this.
const input = workerData as WorkerInput;
const busySince = new BigInt64Array(input.busySince);

function post(message: FromWorker): void {
  const transfer = message.op === 'data' ? [message.bytes.buffer as ArrayBuffer] : []; // Created below and never shared.
  parentPort?.postMessage(message, transfer);
}

/**
 * The extension that the migrations install, and the buffers of the engine, which are memory of the process from the start. The
 * default of 128 MB takes 120 MB more and a third of a second longer; the operating system caches the files as well.
 */
const settings = {
  extensions: { pg_trgm },
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'],
};

/**
 * Opens the database. A new one is created under a temporary name and renamed when it is complete, so that a process
 * that dies in between leaves nothing that looks like a database.
 */
async function openEngine(): Promise<PGlite> {
  if (input.directory === inMemory) {
    const loadDataDir = input.imagePath === null ? {} : { loadDataDir: new Blob([await readFile(input.imagePath)]) };
    return PGlite.create(input.directory, { ...loadDataDir, ...settings });
  }
  if (!existsSync(join(input.directory, 'PG_VERSION'))) {
    if (!input.mayCreate) throw new Error('the files of the database are gone');
    const unfinished = `${input.directory}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    if (input.imagePath === null) await (await PGlite.create(unfinished, settings)).close();
    else await unpackImage(input.imagePath, unfinished);
    await rename(unfinished, input.directory);
  }
  return PGlite.create(input.directory, settings);
}

const database = await openEngine();
const files = watchFiles(input.directory);
// All connections share this session; the engine ignores the settings that a client sends when it connects.
await database.exec(`set timezone to 'UTC'`);

const bridge = createBridge(
  {
    run: async (messages) => {
      const parts: Buffer[] = [];
      await database.runExclusive(() =>
        database.execProtocolRawStream(messages, { onRawData: (data) => parts.push(Buffer.from(data)) }),
      );
      // The engine goes on writing to files that it has open, even if nobody can find them again.
      if (!files.arePresent()) throw new Error('the files of the database are gone');
      return Buffer.concat(parts);
    },
    isInTransaction: () => database.isInTransaction(),
  },
  { ...bridgeLimits, idleInTransactionMsMax: input.idleInTransactionMsMax },
  {
    // A copy: a pooled buffer would transfer its whole pool.
    send: (connection, bytes) => post({ op: 'data', connection, bytes: new Uint8Array(bytes) }),
    disconnected: (connection) => post({ op: 'disconnected', connection }),
    working: (busy) => Atomics.store(busySince, 0, busy ? process.hrtime.bigint() : 0n),
    broken: (error) => post({ op: 'broken', reason: String(error) }),
  },
);

/**
 * Between two batches the files are in the state in which a killed process would leave them, so a copy has everything
 * that was committed, and nothing of a transaction that is still open.
 */
async function copyFiles(target: string): Promise<void> {
  await database.runExclusive(() =>
    cp(input.directory, target, {
      recursive: true,
      errorOnExist: true,
      force: false,
      mode: constants.COPYFILE_FICLONE,
    }),
  );
}

function describeError(error: unknown): FileError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  return { code, message: error instanceof Error ? error.message : String(error) };
}

parentPort?.on('message', (message: ToWorker) => {
  switch (message.op) {
    case 'write':
      bridge.write(
        message.connection,
        Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.length),
      );
      return;
    case 'disconnect':
      bridge.disconnect(message.connection);
      return;
    case 'copy':
      void copyFiles(message.target).then(
        () => post({ op: 'copied', error: null }),
        (error: unknown) => post({ op: 'copied', error: describeError(error) }),
      );
      return;
    case 'stop':
      void database.close().then(
        () => post({ op: 'stopped' }),
        (error: unknown) => post({ op: 'broken', reason: String(error) }),
      );
  }
});

post({ op: 'ready' });
