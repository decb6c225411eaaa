import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Refusal } from '../../domain/refusal.ts';
import type { Deps } from '../../services/deps.ts';
import { exportRecords, recordExport } from '../../services/transfer/export.ts';
import type { HttpDeps } from '../deps.ts';
import { streamLimits } from '../events/event-stream.ts';

type By = Parameters<typeof recordExport>[1];
type ByteStream = ReadableStream<Uint8Array>;

/** Databases that this process is exporting. */
const running = new WeakSet<Deps['db']>();

/**
 * All records as of the moment at which this resolves. On a server the export reads a snapshot at the pace of the client. The
 * embedded database has a single connection, so there the export is written to a file first.
 * Refuses with `service_unavailable` while this process is running another export.
 */
export async function streamRecord(http: HttpDeps, by: By, disconnect: () => void): Promise<ByteStream> {
  const { db } = http.services;
  if (running.has(db))
    throw new Refusal(
      'service_unavailable',
      'another export is in progress on this node; try again when it has finished',
    );
  running.add(db);
  const release = (): void => void running.delete(db);
  const stream =
    db.kind === 'embedded' ? await spool(http).finally(release) : await startPaced(http, disconnect, release);
  try {
    await recordExport(http.services, by);
  } catch (error) {
    await stream.cancel();
    throw error;
  }
  return stream;
}

/** An unlinked file: the system deletes it when it is closed, even if this process crashes. */
async function spool({ services, version }: HttpDeps): Promise<ByteStream> {
  const path = join(tmpdir(), `outturn-export-${randomUUID()}`);
  const file: FileHandle = await open(path, 'wx+', 0o600);
  try {
    await rm(path);
    await exportRecords(services, { program: version, write: (bytes) => file.appendFile(bytes) });
  } catch (error) {
    await file.close();
    throw error;
  }
  // Node and the DOM library declare the same class differently.
  return Readable.toWeb(file.createReadStream({ start: 0 })) as ByteStream;
}

/** Resolves when the snapshot is taken. A client that stops reading is disconnected, so that the snapshot is released. */
async function startPaced(http: HttpDeps, disconnect: () => void, release: () => void): Promise<ByteStream> {
  const { stalledMs } = { ...streamLimits, ...http.streamLimits };
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  let started = false;
  await new Promise<void>((begun, failed) => {
    const write = async (bytes: Uint8Array): Promise<void> => {
      started = true;
      begun();
      await inTime(writer.write(bytes), stalledMs);
    };
    exportRecords(http.services, { program: http.version, write })
      .then(() => writer.close())
      .catch(async (error: unknown) => {
        failed(error);
        // If the client has disconnected, the writer has ended with the stream already.
        if (!started || writer.desiredSize === null) return;
        http.log.warn({ error: String(error) }, 'an export was interrupted');
        disconnect();
        await writer.abort(error).catch(() => {});
      })
      .finally(release);
  });
  return readable;
}

async function inTime(written: Promise<void>, msMax: number): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    late = setTimeout(() => reject(new Error(`the client read nothing for ${msMax} ms`)), msMax);
  });
  try {
    await Promise.race([written, stalled]);
  } finally {
    clearTimeout(late);
  }
}
