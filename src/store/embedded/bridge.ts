import { refuseCopyFromStdin } from './copy-guard.ts';
import {
  encodeFatalError,
  encodeMessage,
  encodeQuery,
  type Message,
  splitAnswer,
  syncMessage,
  takeMessages,
  takeStartup,
} from './wire.ts';

/**
 * Lets several PostgreSQL connections share an engine that has one session: whole batches are queued in the order
 * of arrival, and while one connection is inside a transaction, or between Flush and Sync, only its batches run.
 */

/** The engine behind the bridge: runs protocol messages, one call at a time. A thrown error means it is broken. */
export type Engine = {
  run(messages: Buffer): Promise<Buffer>;
  isInTransaction(): boolean;
};

export type BridgeLimits = {
  /** Connections open at once; one more is refused with SQLSTATE 53300. */
  readonly connectionsMax: number;
  /** Bytes that one connection may have queued, including an unfinished message; beyond: SQLSTATE 54000. */
  readonly queuedBytesMax: number;
  /** How long a connection may hold the engine idle, in a transaction or a cursor; beyond: SQLSTATE 25P03. */
  readonly idleInTransactionMsMax: number;
};

export const bridgeLimits: BridgeLimits = {
  connectionsMax: 16,
  queuedBytesMax: 64 * 1024 * 1024,
  idleInTransactionMsMax: 10_000,
};

/** What the bridge reports to its host. */
export type BridgeEvents = {
  send(connection: number, bytes: Buffer): void;
  disconnected(connection: number): void;
  /** The engine starts (true) or ends (false) a batch. */
  working(busy: boolean): void;
  /** The engine failed; the bridge runs nothing more. */
  broken(error: unknown): void;
};

export type Bridge = {
  /** Takes bytes from a client; the first bytes for a connection number open that connection. */
  write(connection: number, bytes: Buffer): void;
  /** The client is gone: its unfinished transaction is rolled back. */
  disconnect(connection: number): void;
};

/** How a batch ends: only `flush` expects no ReadyForQuery. The reply to `rollback` is dropped. */
type BatchEnd = 'startup' | 'sync' | 'flush' | 'rollback';

type Connection = { readonly id: number; started: boolean; rest: Buffer; batch: Buffer[]; queuedBytes: number };

type Batch = { readonly connection: Connection; readonly bytes: Buffer; readonly end: BatchEnd };

type State = {
  readonly engine: Engine;
  readonly limits: BridgeLimits;
  readonly events: BridgeEvents;
  readonly connections: Map<number, Connection>;
  queue: Batch[];
  /** The connection that holds the engine until its transaction or its cursor ends. */
  pinned: Connection | null;
  pumping: boolean;
  broken: boolean;
  idleTimer: NodeJS.Timeout | undefined;
};

export function createBridge(engine: Engine, limits: BridgeLimits, events: BridgeEvents): Bridge {
  const state: State = {
    engine,
    limits,
    events,
    connections: new Map(),
    queue: [],
    pinned: null,
    pumping: false,
    broken: false,
    idleTimer: undefined,
  };
  return {
    write: (id, bytes) => {
      if (!state.broken) receive(state, id, bytes);
    },
    disconnect: (id) => {
      const connection = state.connections.get(id);
      if (connection) forget(state, connection);
    },
  };
}

function receive(state: State, id: number, bytes: Buffer): void {
  const connection = state.connections.get(id) ?? openConnection(state, id);
  if (state.connections.size > state.limits.connectionsMax) {
    expel(state, connection, '53300', 'too many connections to the embedded database');
    return;
  }
  connection.queuedBytes += bytes.length;
  if (connection.queuedBytes > state.limits.queuedBytesMax) {
    expel(state, connection, '54000', 'too many bytes queued for the embedded database');
    return;
  }
  connection.rest = connection.rest.length === 0 ? bytes : Buffer.concat([connection.rest, bytes]);
  if (connection.started || start(state, connection)) frame(state, connection);
  void pump(state);
}

function openConnection(state: State, id: number): Connection {
  const connection = { id, started: false, rest: Buffer.alloc(0), batch: [], queuedBytes: 0 };
  state.connections.set(id, connection);
  return connection;
}

/** Handles the first packet. False while it is incomplete, or if it ended the connection. */
function start(state: State, connection: Connection): boolean {
  const packet = takeStartup(connection.rest);
  if (packet === null) return false;
  if (packet.kind === 'unsupported') {
    expel(state, connection, '08P01', 'the embedded database supports only protocol 3.0 without encryption');
    return false;
  }
  if (packet.kind === 'cancel') {
    // The engine cannot be interrupted; a cancel request is answered by closing, as a server does.
    forget(state, connection);
    state.events.disconnected(connection.id);
    return false;
  }
  connection.started = true;
  connection.rest = packet.rest;
  state.queue.push({ connection, bytes: packet.bytes, end: 'startup' });
  return true;
}

function frame(state: State, connection: Connection): void {
  const { messages, rest, malformed } = takeMessages(connection.rest);
  connection.rest = rest;
  for (const sent of messages) {
    const message = refuseCopyFromStdin(sent);
    connection.queuedBytes += message.bytes.length - sent.bytes.length;
    accept(state, connection, message);
  }
  if (malformed) expel(state, connection, '08P01', 'malformed message');
}

function accept(state: State, connection: Connection, message: Message): void {
  switch (message.type) {
    case 'P':
    case 'B':
    case 'D':
    case 'E':
    case 'C':
      connection.batch.push(message.bytes);
      return;
    case 'S':
    case 'Q':
    case 'H': {
      const bytes = Buffer.concat([...connection.batch, message.bytes]);
      connection.batch = [];
      state.queue.push({ connection, bytes, end: message.type === 'H' ? 'flush' : 'sync' });
      return;
    }
    case 'X':
      forget(state, connection);
      state.events.disconnected(connection.id);
      return;
    case 'd':
    case 'c':
    case 'f':
      // Copy data without a COPY in progress is ignored, as the protocol says.
      connection.queuedBytes -= message.bytes.length;
      return;
    default:
      expel(state, connection, '08P01', `message type ${JSON.stringify(message.type)} is not supported`);
  }
}

/** Ends a connection with a reason that the client can read. */
function expel(state: State, connection: Connection, code: string, reason: string): void {
  if (!state.connections.has(connection.id)) return;
  state.events.send(connection.id, encodeFatalError(code, reason));
  forget(state, connection);
  state.events.disconnected(connection.id);
}

function forget(state: State, connection: Connection): void {
  state.connections.delete(connection.id);
  state.queue = state.queue.filter((batch) => batch.connection !== connection);
  if (state.pinned === connection) {
    queueRollback(state, connection);
    void pump(state);
  }
}

/**
 * A batch that was flushed but never synced would be committed by the Sync that has to end it; a statement that
 * cannot be parsed makes the engine abort it instead. After an error it ignores everything up to that Sync.
 */
const abortBatch = Buffer.concat([encodeMessage('P', Buffer.from('\0abandoned\0\0\0')), syncMessage]);

function queueRollback(state: State, connection: Connection): void {
  state.queue.unshift(
    { connection, bytes: abortBatch, end: 'rollback' },
    { connection, bytes: encodeQuery('rollback'), end: 'rollback' },
  );
}

function takeNext(state: State): Batch | undefined {
  if (state.pinned === null) return state.queue.shift();
  const at = state.queue.findIndex((batch) => batch.connection === state.pinned);
  return at < 0 ? undefined : state.queue.splice(at, 1)[0];
}

async function pump(state: State): Promise<void> {
  if (state.pumping) return;
  state.pumping = true;
  clearTimeout(state.idleTimer);
  for (let batch = takeNext(state); batch !== undefined && !state.broken; batch = takeNext(state)) {
    await runBatch(state, batch);
  }
  state.pumping = false;
  watchIdle(state);
}

async function runBatch(state: State, batch: Batch): Promise<void> {
  const { connection, end } = batch;
  state.events.working(true);
  let answer: Buffer;
  try {
    answer = await state.engine.run(batch.bytes);
  } catch (error) {
    state.broken = true;
    state.events.broken(error);
    return;
  } finally {
    state.events.working(false);
  }
  if (end !== 'rollback') connection.queuedBytes -= batch.bytes.length;
  const inTransaction = state.engine.isInTransaction();
  state.pinned = end === 'flush' || inTransaction || moreToRollBack(state, batch) ? connection : null;
  const { reply, notifications } = splitAnswer(answer, end !== 'flush', inTransaction);
  if (notifications.length > 0) {
    for (const listener of state.connections.keys()) state.events.send(listener, notifications);
  }
  if (state.connections.has(connection.id)) state.events.send(connection.id, reply);
  else if (state.pinned === connection && end !== 'rollback') queueRollback(state, connection);
}

function moreToRollBack(state: State, batch: Batch): boolean {
  return batch.end === 'rollback' && state.queue.some((other) => other.connection === batch.connection);
}

/** An idle connection that holds the engine would block all others, so its time is limited. */
function watchIdle(state: State): void {
  const { pinned, limits } = state;
  clearTimeout(state.idleTimer);
  if (pinned === null || state.broken) return;
  state.idleTimer = setTimeout(() => {
    expel(state, pinned, '25P03', 'terminating connection due to idle-in-transaction timeout');
  }, limits.idleInTransactionMsMax);
  state.idleTimer.unref();
}
