import { connect, createServer, type Socket } from 'node:net';

/** A proxy between the program and a PostgreSQL server. */
export type DatabaseProxy = {
  /** The URL of the same database through the proxy. */
  readonly url: string;
  /** Stops forwarding in both directions and keeps every connection open. New connections are silent too. */
  silence(): void;
  /** Forwards connections that are opened from now on; the silent ones stay silent. */
  speak(): void;
  close(): Promise<void>;
};

/** Forwards connections to the server of `databaseUrl`. `change` may alter the bytes that a client sends, in place. */
export async function startProxy(databaseUrl: URL, change: (bytes: Buffer) => void = () => {}): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const silent = new Set<Socket>();
  let isSilent = false;
  const server = createServer((client) => {
    if (isSilent) silent.add(client);
    const upstream = connect(Number(databaseUrl.port), databaseUrl.hostname);
    clients.add(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    client.on('data', (bytes) => {
      if (!silent.has(client)) change(bytes);
      // `change` may have silenced the connection.
      if (!silent.has(client)) upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (!silent.has(client)) client.write(bytes);
    });
    upstream.on('close', () => {
      if (!silent.has(client)) client.destroy();
    });
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  return {
    url: url.href,
    silence: () => {
      isSilent = true;
      for (const client of clients) silent.add(client);
    },
    speak: () => {
      isSilent = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
