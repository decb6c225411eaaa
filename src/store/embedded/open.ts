import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../domain/refusal.ts';
import { bridgeLimits } from './bridge.ts';
import { type RunningEngine, startEngine } from './engine.ts';
import { type FileWatch, watchFiles } from './file-watch.ts';
import { lockDirectory } from './lock.ts';
import { inMemory } from './messages.ts';
import { describeDirectoryFailure, describeEngineFailure, describeLostFiles } from './open-failure.ts';
import { createSocket, type EmbeddedSocket, type SocketHandle } from './socket.ts';

export type EmbeddedOptions = {
  /** The directory with `postgres/` and `outturn.lock`, created if missing; or `memory://`. */
  readonly dataDir: string;
  /** See `WorkerInput.imagePath`. */
  readonly imagePath?: string | undefined;
  /** A longer batch is ended by ending the engine, which cannot be interrupted. Default: 60 s. */
  readonly queryMsMax?: number | undefined;
  readonly idleInTransactionMsMax?: number | undefined;
  /** The files are gone, or others are in their place. Nothing that is written now would be found again. */
  readonly onLost?: ((error: Refusal) => void) | undefined;
  readonly warn?: ((fields: object, message: string) => void) | undefined;
};

export type Embedded = {
  /** Opens a connection at once. Its messages wait until the engine is running. */
  connect(): EmbeddedSocket;
  /**
   * Copies the files of the database to a new directory beside them, which a later start removes, and returns its path. Every
   * commit that was confirmed before is in the copy.
   */
  copyFiles(): Promise<string>;
  /** Closes all connections, stops the engine and releases the directory. */
  close(): Promise<void>;
};

export const queryMsMax = 60_000;

const watchdogIntervalMsMax = 1_000;

type State = {
  readonly options: EmbeddedOptions;
  readonly sockets: Map<number, SocketHandle>;
  /** Null after a failure, until the next connection starts it again. */
  engine: RunningEngine | null;
  /** The previous engine's end: two engines must never use the same files. */
  previous: Promise<void>;
  connections: number;
  /** Whether it ever responded. A failure before that is reported by `openEmbedded`, so it needs no warning. */
  opened: boolean;
  /** The files, once they were opened. */
  files: FileWatch | null;
  /** Why the database cannot be used any more. */
  lost: Refusal | null;
  closed: boolean;
};

/**
 * Opens the embedded database and waits until it responds. Refuses with `conflict` when another process uses the
 * directory, and with `service_unavailable` when the directory or the database in it cannot be used.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const lock = options.dataDir === inMemory ? null : await claim(options.dataDir);
  const state: State = {
    options,
    sockets: new Map(),
    engine: null,
    previous: Promise.resolve(),
    connections: 0,
    opened: false,
    files: null,
    lost: null,
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
    if (options.dataDir !== inMemory) removeCopy(options.dataDir);
    await start(state).ready;
    state.opened = true;
    state.files = watchFiles(filesOf(options.dataDir));
  } catch (error) {
    await close();
    throw options.dataDir === inMemory ? error : describeEngineFailure(options.dataDir, error);
  }
  return { connect: () => connect(state), copyFiles: () => copyFiles(state), close };
}

function filesOf(dataDir: string): string {
  return dataDir === inMemory ? inMemory : join(resolve(dataDir), 'postgres');
}

function copyOf(dataDir: string): string {
  return join(resolve(dataDir), 'postgres.copy');
}

/** Removes the copy that was made for a backup. */
export function removeCopy(dataDir: string): void {
  rmSync(copyOf(dataDir), { recursive: true, force: true });
}

async function copyFiles(state: State): Promise<string> {
  const { dataDir } = state.options;
  if (dataDir === inMemory) throw new Error('a database in memory has no files');
  const engine = state.engine ?? restart(state);
  if (engine === null) throw new Error('the embedded database is closed');
  removeCopy(dataDir);
  await engine.ready;
  await engine.copy(copyOf(dataDir));
  return copyOf(dataDir);
}

/** A process that was killed counts as alive until the system has released its memory, which takes a part of a second. */
const lockWaitMsMax = 2_000;
const lockRetryMs = 50;

async function claim(dataDir: string): Promise<{ release(): void }> {
  const deadline = Date.now() + lockWaitMsMax;
  while (true) {
    try {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      return lockDirectory(resolve(dataDir));
    } catch (error) {
      const isHeld = error instanceof Refusal && error.code === 'conflict';
      if (!isHeld || Date.now() >= deadline) throw describeDirectoryFailure(dataDir, error);
      await wait(lockRetryMs);
    }
  }
}

function start(state: State): RunningEngine {
  const { dataDir, imagePath, idleInTransactionMsMax } = state.options;
  const engine = startEngine(
    {
      directory: filesOf(dataDir),
      mayCreate: !state.opened,
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

/** Ends an engine that failed or ran away. Its connections fail; the next connection starts a new engine. */
function abandon(state: State, engine: RunningEngine, error: Error): void {
  if (state.engine !== engine) return;
  state.engine = null;
  state.previous = engine.terminate();
  if (state.files?.arePresent() === false) lose(state);
  else if (state.opened) state.options.warn?.({ reason: error.message }, 'the embedded database was stopped');
  // The code of a crash, after which the same request may succeed.
  endSockets(state, state.lost ?? Object.assign(error, { code: '57P02' }));
}

function lose(state: State): void {
  if (state.lost !== null) return;
  state.lost = describeLostFiles(state.options.dataDir);
  state.options.onLost?.(state.lost);
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

/** The engine ignores statement_timeout and cancel requests, so a runaway batch is ended together with its thread. */
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
    // A copy: the driver reuses its buffer, and a pooled buffer would transfer its whole pool.
    write: (bytes) => engine?.post({ op: 'write', connection: id, bytes: new Uint8Array(bytes) }),
    disconnect: () => {
      state.sockets.delete(id);
      engine?.post({ op: 'disconnect', connection: id });
    },
  });
  state.sockets.set(id, handle);
  if (engine === null) drop(state, id, state.lost ?? new Error('the embedded database is closed'));
  return handle.socket;
}

/** Null when there is nothing to restart: an in-memory database ends with its engine, and lost files do not come back. */
function restart(state: State): RunningEngine | null {
  if (state.files?.arePresent() === false) lose(state);
  return state.closed || state.lost !== null || state.options.dataDir === inMemory ? null : start(state);
}
