import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { parseCidrs } from '../../src/net/address.ts';

/** Blocks with which a client may reach the servers below; everything else private stays refused. */
export const loopbackOnly = parseCidrs('127.0.0.1');

type Running = { readonly server: Server; readonly sockets: Set<Socket> };

const running: Running[] = [];

afterEach(async () => {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** An HTTP server on 127.0.0.1 for the length of one test; answers its origin. */
export async function serveHttp(listener: RequestListener): Promise<string> {
  return listen(createServer(listener));
}

/** A TCP server for answers that no HTTP server would give; `onRequest` runs when the first bytes have come. */
export async function serveRaw(onRequest: (socket: Socket, first: string) => void): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (first) => onRequest(socket, first.toString('latin1')));
    }),
  );
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  running.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A listening TCP server always has an address record.
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
