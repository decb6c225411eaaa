import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { openSockets } from '../../src/store/server-sockets.ts';

test('a closed connection is forgotten, although the driver removes the listeners of a socket that it uses for TLS', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const address = { host: ['127.0.0.1'], port: [port] };
  const sockets = openSockets();
  try {
    for (let count = 0; count < 3; count += 1) {
      const socket = sockets.open(address);
      socket.removeAllListeners();
      await once(socket, 'connect');
      expect(sockets.connecting()).toBe(1);
      socket.destroy();
      await once(socket, 'close');
      expect(sockets.connecting()).toBe(0);
    }
  } finally {
    sockets.destroy();
    server.close();
  }
});
