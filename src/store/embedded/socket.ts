import { EventEmitter } from 'node:events';

/**
 * The main thread's end of a connection to the embedded database, with the parts of `net.Socket` that the driver uses.
 * Its events are `data` (Buffer), `error` (Error) and `close` (boolean: after an error).
 */
export type EmbeddedSocket = EventEmitter & {
  readyState: 'open' | 'closed';
  /** False once closed. It never slows a writer down, because the bridge limits what is queued. */
  write(bytes: Uint8Array, done?: () => void): boolean;
  end(bytes?: Uint8Array): EmbeddedSocket;
  destroy(): EmbeddedSocket;
  /** Buffers `data` until `resume`. */
  pause(): EmbeddedSocket;
  resume(): EmbeddedSocket;
};

/** What a socket needs from the engine. */
export type SocketWires = {
  write(bytes: Uint8Array): void;
  disconnect(): void;
};

/** What the engine calls on a socket. */
export type SocketHandle = {
  readonly socket: EmbeddedSocket;
  receive(bytes: Buffer): void;
  /** The other side closed the connection, with an error if it failed. */
  closed(error?: Error): void;
};

export function createSocket(wires: SocketWires): SocketHandle {
  let paused = false;
  let held: Buffer[] = [];
  const socket: EmbeddedSocket = Object.assign(new EventEmitter(), {
    readyState: 'open' as EmbeddedSocket['readyState'], // Widened, because it changes.
    write: (bytes: Uint8Array, done?: () => void) => {
      if (socket.readyState === 'open') wires.write(bytes);
      if (done) process.nextTick(done);
      return socket.readyState === 'open';
    },
    end: (bytes?: Uint8Array) => {
      if (bytes) socket.write(bytes);
      return socket.destroy();
    },
    destroy: () => {
      if (socket.readyState === 'open') wires.disconnect();
      close();
      return socket;
    },
    pause: () => {
      paused = true;
      return socket;
    },
    resume: () => {
      paused = false;
      const waiting = held;
      held = [];
      for (const bytes of waiting) receive(bytes);
      return socket;
    },
  });

  function receive(bytes: Buffer): void {
    if (paused) held.push(bytes);
    else if (socket.readyState === 'open') socket.emit('data', bytes);
  }

  /** Both events in a later turn of the event loop, as in `net.Socket`. */
  function close(error?: Error): void {
    if (socket.readyState === 'closed') return;
    socket.readyState = 'closed';
    setImmediate(() => {
      if (error && socket.listenerCount('error') > 0) socket.emit('error', error);
      socket.emit('close', error !== undefined);
    });
  }

  return { socket, receive, closed: close };
}
