import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import type { Deps } from '../services/deps.ts';
import { readStatus, type Status, type StatusReader, statusSchema } from './status-report.ts';

/**
 * The embedded database serves one process, so a running server must give its status itself: a Unix socket in the data
 * directory, which only the owner may use. A connection receives one JSON document and is closed.
 */
function socketPath(dataDir: string): string {
  return join(resolve(dataDir), 'status.sock');
}

const answerMsMax = 15_000;

/** Opens the socket, replacing that of a process that died. A failure is logged; the service runs without it. */
export async function serveStatus(deps: Deps, dataDir: string, reader: StatusReader): Promise<() => Promise<void>> {
  const path = socketPath(dataDir);
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(answerMsMax, () => socket.destroy());
    readStatus(deps, reader).then(
      (status) => socket.end(JSON.stringify(status)),
      (error: unknown) => {
        deps.log.error({ error: String(error) }, 'the status could not be read');
        socket.destroy();
      },
    );
  });
  try {
    // The lock of the directory is held, so a socket that exists is not in use.
    rmSync(path, { force: true });
    await listen(server, path);
    chmodSync(path, 0o600);
  } catch (error) {
    deps.log.warn({ path, error: String(error) }, '"outturn status" cannot reach this server: its socket failed');
  }
  return async () => {
    for (const socket of connections) socket.destroy();
    await new Promise<void>((done) => server.close(() => done()));
  };
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((listening, reject) => {
    server.once('error', reject);
    server.listen(path, () => listening());
  });
}

/** The status of the server that runs on the directory; null if no server answers. */
export async function askStatus(dataDir: string): Promise<Status | null> {
  const text = await new Promise<string>((answer) => {
    const socket = createConnection(socketPath(dataDir));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => answer(''));
    socket.on('close', () => answer(Buffer.concat(chunks).toString('utf8')));
    socket.setTimeout(answerMsMax, () => socket.destroy());
  });
  return parseStatus(text);
}

/** Null for an answer that is incomplete, or that of another version. */
function parseStatus(text: string): Status | null {
  try {
    return statusSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
