import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import type { Deps } from '../services/deps.ts';
import { makeBackup } from '../services/transfer/backup.ts';
import { readStatus, type Status, type StatusReader, statusSchema } from './status-report.ts';
import { describeFileError } from './whole-file.ts';

/**
 * The embedded database serves one process, so commands ask a running server: over HTTP on a Unix socket in the data directory,
 * which only the owner may use. `GET /status` answers with JSON, `GET /backup` with a backup. It needs no key: who can use the
 * socket can read the files beside it.
 */
function socketPath(dataDir: string): string {
  return join(resolve(dataDir), 'status.sock');
}

const statusMsMax = 15_000;

/** How long a backup may make no progress: while the files are copied, or while the other side does not read or write. */
const backupStalledMsMax = 10 * 60_000;

/** Opens the socket, replacing that of a process that died. A failure is logged; the service runs without it. */
export async function serveProcessSocket(
  deps: Deps,
  dataDir: string,
  reader: StatusReader,
): Promise<() => Promise<void>> {
  const path = socketPath(dataDir);
  const server = createServer((incoming, response) => {
    answer(deps, dataDir, reader, incoming, response).catch((error: unknown) => {
      deps.log.error({ path: incoming.url, error: String(error) }, 'a request on the socket of the process failed');
      if (response.headersSent) response.destroy();
      else sendJson(response, 503, { error: describeFailure(error) });
    });
  });
  try {
    // The lock of the directory is held, so a socket that exists is not in use.
    rmSync(path, { force: true });
    await listen(server, path);
    chmodSync(path, 0o600);
  } catch (error) {
    deps.log.warn(
      { path, error: String(error) },
      '"outturn status" and "outturn backup" cannot reach this server: its socket failed',
    );
  }
  return async () => {
    server.closeAllConnections();
    await new Promise<void>((done) => server.close(() => done()));
  };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((listening, reject) => {
    server.once('error', reject);
    server.listen(path, () => listening());
  });
}

async function answer(
  deps: Deps,
  dataDir: string,
  reader: StatusReader,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (incoming.url) {
    case '/status':
      return sendJson(response, 200, await readStatus(deps, reader));
    case '/backup':
      response.setTimeout(backupStalledMsMax, () => response.destroy());
      await makeBackup(deps, { dataDir, program: reader.version, write: (bytes) => send(response, bytes) });
      response.end();
      return;
    default:
      return sendJson(response, 404, { error: 'this server does not know the request: it runs another version' });
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Resolves when the bytes are handed over, so a slow reader slows the backup; rejects when the reader is gone. */
function send(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (): void => reject(new Error('the reader of the backup disconnected'));
    if (response.destroyed) return gone();
    response.once('close', gone);
    response.write(bytes, (error) => {
      response.off('close', gone);
      if (error) reject(error);
      else resolve();
    });
  });
}

function describeFailure(error: unknown): string {
  return error instanceof Refusal ? error.message : describeFileError(error);
}

/** The status of the server that runs on the directory; null if no server answers, or one of another version. */
export async function askStatus(dataDir: string): Promise<Status | null> {
  const answered = await ask(dataDir, '/status', statusMsMax);
  if (answered === null) return null;
  try {
    return statusSchema.safeParse(JSON.parse(await readText(answered))).data ?? null;
  } catch {
    return null;
  }
}

/**
 * Has the server that runs on the directory make a backup; false if no server answers. Refuses with `service_unavailable` if the
 * server fails or ends before the backup is complete.
 */
export async function fetchBackup(dataDir: string, write: (bytes: Uint8Array) => Promise<void>): Promise<boolean> {
  const answered = await ask(dataDir, '/backup', backupStalledMsMax);
  if (answered === null) return false;
  if (answered.statusCode !== 200) throw new Refusal('service_unavailable', await readError(answered));
  try {
    for await (const chunk of answered) await write(chunk);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('service_unavailable', 'the running server ended the backup before it was complete; see its log');
  }
  return true;
}

function ask(dataDir: string, path: string, msMax: number): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const asked = request({ socketPath: socketPath(dataDir), path, agent: false, timeout: msMax });
    asked.on('response', resolve);
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(null));
    asked.end();
  });
}

async function readText(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function readError(answered: IncomingMessage): Promise<string> {
  const text = await readText(answered);
  const error = /^\{"error":("(?:[^"\\]|\\.)*")\}$/.exec(text)?.[1];
  return `the running server cannot make a backup: ${error === undefined ? `status ${answered.statusCode}` : JSON.parse(error)}`;
}
