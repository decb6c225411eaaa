import { connect, createServer, type Socket } from 'node:net';

/** What happens to bytes and to new connections between the program and the server. */
export type Weather = {
  /** Bytes that are dropped, as by a network that lost one direction or both. */
  readonly drops?: 'both' | 'requests' | 'answers';
  /** What happens to a new connection: it is reset, closed, or accepted without a reply. Default: forwarded. */
  readonly accepts?: 'reset' | 'end' | 'silence';
  /** The time that bytes take in each direction. */
  readonly delayMs?: number;
  /** The rate of each connection in each direction. */
  readonly bytesPerSecond?: number;
};

export type FaultProxy = {
  readonly url: string;
  /** Applies to open and new connections. */
  set(weather: Weather): void;
  /** Ends open connections, with a reset (RST) or properly (FIN). */
  cut(how: 'reset' | 'end'): void;
  /** The server that new connections are forwarded to. */
  point(port: number): void;
  /** Ends what the server still has of connections whose client is gone, as the keepalives of TCP do in time. */
  endLost(): void;
  /** Called with each chunk that a client sends, before it is forwarded. */
  watch(onRequest: (bytes: Buffer) => void): void;
  close(): Promise<void>;
};

type Pair = { readonly client: Socket; readonly upstream: Socket };

export async function startFaultProxy(databaseUrl: string): Promise<FaultProxy> {
  const pairs = new Set<Pair>();
  const lost = new Set<Socket>();
  let weather: Weather = {};
  let onRequest: (bytes: Buffer) => void = () => {};
  const target = new URL(databaseUrl);
  let port = Number(target.port);
  const accepted = new Set<Socket>();
  const server = createServer((client) => {
    accepted.add(client);
    client.on('error', () => {});
    client.on('close', () => accepted.delete(client));
    if (weather.accepts === 'reset') return client.resetAndDestroy();
    if (weather.accepts === 'end') return client.end();
    if (weather.accepts === 'silence') return void client.resume();
    const upstream = connect(port, target.hostname);
    const pair = { client, upstream };
    pairs.add(pair);
    upstream.on('error', () => {});
    forward(
      client,
      upstream,
      () => weather,
      'requests',
      (bytes) => onRequest(bytes),
    );
    forward(upstream, client, () => weather, 'answers');
    for (const socket of [client, upstream])
      socket.on('close', () => {
        pairs.delete(pair);
        // Across a network that drops everything, the other side does not learn of it.
        if (weather.drops === undefined) for (const other of [client, upstream]) other.destroy();
        else lost.add(upstream);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(databaseUrl);
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  return {
    url: url.href,
    set: (next) => {
      weather = next;
    },
    cut: (how) => {
      for (const { client, upstream } of pairs) {
        if (how === 'reset') client.resetAndDestroy();
        else client.end();
        upstream.destroy();
      }
    },
    point: (next) => {
      port = next;
    },
    endLost: () => {
      for (const upstream of lost) upstream.destroy();
      lost.clear();
    },
    watch: (next) => {
      onRequest = next;
    },
    close: async () => {
      weather = {};
      for (const upstream of [...lost, ...[...pairs].map((pair) => pair.upstream)]) upstream.destroy();
      for (const client of accepted) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Forwards in order. A connection of which bytes were dropped stays dead, as after packets that were never repeated. */
function forward(
  from: Socket,
  to: Socket,
  weather: () => Weather,
  direction: 'requests' | 'answers',
  seen: (bytes: Buffer) => void = () => {},
): void {
  let isDead = false;
  let freeAt = 0;
  from.on('data', (bytes: Buffer) => {
    const { drops, delayMs = 0, bytesPerSecond } = weather();
    seen(bytes);
    if (drops === 'both' || drops === direction) isDead = true;
    if (isDead) return;
    // A sender learns that the other side is gone when it sends something to it.
    if (to.destroyed) return void from.destroy();
    const now = performance.now();
    const takesMs = bytesPerSecond === undefined ? 0 : (bytes.length / bytesPerSecond) * 1000;
    freeAt = Math.max(freeAt, now + delayMs) + takesMs;
    if (freeAt <= now) to.write(bytes);
    else setTimeout(() => to.write(bytes), freeAt - now);
  });
}
