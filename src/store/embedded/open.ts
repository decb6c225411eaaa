import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bridgeLimits } from './bridge.ts';
import { type RunningEngine, startEngine } from './engine.ts';
import { lockDirectory } from './lock.ts';
import { createSocket, type EmbeddedSocket, type SocketHandle } from './socket.ts';

/** The directory name that asks for a database without files, which ends with the process. */
export const inMemory = 'memory://';

export type EmbeddedOptions = {
  /** Holds `postgres/` and `outturn.lock`, made when missing; or `memory://`. */
  readonly dataDir: string;
  /** See `WorkerInput.imagePath`. */
  readonly imagePath?: string | undefined;
  /** A batch that runs longer is ended by ending the engine, which cannot be interrupted. Default 60 s. */
  readonly queryMsMax?: number | undefined;
  readonly idleInTransactionMsMax?: number | undefined;
  readonly warn?: ((fields: object, message: string) => void) | undefined;
};

export type Embedded = {
  /** A new connection, at once: what is written waits until the engine is up. */
  connect(): EmbeddedSocket;
  /** Ends every connection, stops the engine in order, gives the directory free. */
  close(): Promise<void>;
};

export const queryMsMax = 60_000;

const watchdogIntervalMsMax = 1_000;

type State = {
  readonly options: EmbeddedOptions;
  readonly sockets: Map<number, SocketHandle>;
  /** Null after a failure, until the next connection starts it again. */
  engine: RunningEngine | null;
  /** The end of the previous engine: two of them must never be at the same files. */
  previous: Promise<void>;
  connections: number;
  closed: boolean;
};

/**
 * Opens the embedded database and waits until it answers.
 * Refuses with `conflict` when another process has the directory.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const lock = options.dataDir === inMemory ? null : claim(options.dataDir);
  const state: State = {
    options,
    sockets: new Map(),
    engine: null,
    previous: Promise.resolve(),
    connections: 0,
    closed: false,
  };
  const watchdog = startWatchdog(state);
  const close = async () => {
    state.closed = true;
    clearInterval(watchdog);
    endSockets(state, new Error('the embedded database was closed'));
    await state.engine?.stop();
    await state.previous;
    lock?.release();
  };
  try {
    await start(state).ready;
  } catch (error) {
    await close();
    throw error;
  }
  return { connect: () => connect(state), close };
}

function claim(dataDir: string): { release(): void } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return lockDirectory(resolve(dataDir));
}

function start(state: State): RunningEngine {
  const { dataDir, imagePath, idleInTransactionMsMax } = state.options;
  const engine = startEngine(
    {
      directory: dataDir === inMemory ? inMemory : join(resolve(dataDir), 'postgres'),
      imagePath: imagePath ?? null,
      idleInTransactionMsMax: idleInTransactionMsMax ?? bridgeLimits.idleInTransactionMsMax,
    },
    {
      data: (connection, bytes) => state.sockets.get(connection)?.receive(bytes),
      disconnected: (connection) => drop(state, connection),
      failed: (error) => abandon(state, engine, error),
    },
    state.previous,
  );
  state.engine = engine;
  return engine;
}

/** Ends an engine that broke or ran away. Its connections fail; the next one starts a new engine. */
function abandon(state: State, engine: RunningEngine, error: Error): void {
  if (state.engine !== engine) return;
  state.engine = null;
  state.previous = engine.terminate();
  state.options.warn?.({ reason: error.message }, 'the embedded database was stopped');
  endSockets(state, error);
}

function endSockets(state: State, error: Error): void {
  const handles = [...state.sockets.values()];
  state.sockets.clear();
  for (const handle of handles) handle.closed(error);
}

function drop(state: State, connection: number, error?: Error): void {
  const handle = state.sockets.get(connection);
  state.sockets.delete(connection);
  handle?.closed(error);
}

/** The engine ignores statement_timeout and cancel requests: a runaway batch is ended with its thread. */
function startWatchdog(state: State): NodeJS.Timeout {
  const limit = state.options.queryMsMax ?? queryMsMax;
  const timer = setInterval(
    () => {
      const { engine } = state;
      if (engine === null || engine.busyMs() <= limit) return;
      abandon(state, engine, new Error(`a statement ran longer than ${limit} ms; the embedded database was restarted`));
    },
    Math.min(watchdogIntervalMsMax, limit / 4),
  );
  return timer.unref();
}

function connect(state: State): EmbeddedSocket {
  state.connections += 1;
  const id = state.connections;
  const engine = state.engine ?? restart(state);
  const handle = createSocket({
    // A copy of its own: the driver reuses its buffer, and a pooled one would carry its whole pool across.
    write: (bytes) => engine?.post({ op: 'write', connection: id, bytes: new Uint8Array(bytes) }),
    disconnect: () => {
      state.sockets.delete(id);
      engine?.post({ op: 'disconnect', connection: id });
    },
  });
  state.sockets.set(id, handle);
  if (engine === null) drop(state, id, new Error('the embedded database is closed'));
  return handle.socket;
}

/** Null when there is nothing to start again: an in-memory database went with its engine. */
function restart(state: State): RunningEngine | null {
  return state.closed || state.options.dataDir === inMemory ? null : start(state);
}
