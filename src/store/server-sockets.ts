import { connect, type Socket } from 'node:net';

/** The options of the driver that say where to connect to. */
export type Address = {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string | false;
};

/** The sockets of one client. The driver opens them here, because it has no access to them and no limits of its own. */
export type ServerSockets = {
  /** The `socket` option of the driver. It may write before the socket is connected. */
  open(address: Address): Socket;
  /** The number of sockets that have not received anything since they were opened. */
  connecting(): number;
  /** The number of sockets that have received something since the previous call. */
  progressed(): number;
  /** Closes sockets of which the other side no longer confirms the end. */
  destroy(): void;
};

export type SocketEvents = {
  /** A socket ended before the server had sent anything. */
  readonly onFailure?: (() => void) | undefined;
  /** The driver can no longer send on one of its connections, and opening it again does not change that. */
  readonly onMute?: (() => void) | undefined;
};

/** How long after its socket is connected a connection may take to send its first message, which the driver writes earlier. */
const firstMessageMsMax = 20;

export function openSockets({ onFailure, onMute }: SocketEvents = {}): ServerSockets {
  const received = new Map<Socket, number>();
  let opened = 0;
  return {
    open: ({ host, port, path }) => {
      forgetClosed(received);
      const index = opened % host.length;
      opened += 1;
      const name = host[index] ?? '';
      const socket = path ? connect(path) : connect(port[index] ?? 0, name);
      received.set(socket, 0);
      // The driver reads the name of a certificate from here.
      Object.assign(socket, { host: name, port: port[index] });
      // If a connection ends without an error while it is being opened, as behind a balancer without servers, the driver
      // (3.4.9) opens it again immediately, for ever.
      socket.once('end', () => {
        if (socket.bytesRead === 0) socket.destroy(closedEarly());
      });
      let isMute = false;
      socket.once('close', () => {
        received.delete(socket);
        if (socket.bytesRead === 0 && !isMute) onFailure?.();
      });
      afterMute(socket, () => {
        isMute = true;
        onMute?.();
      });
      return socket;
    },
    connecting: () => {
      forgetClosed(received);
      return [...received.keys()].filter((socket) => socket.bytesRead === 0).length;
    },
    progressed: () => {
      let count = 0;
      for (const [socket, before] of received) {
        if (socket.bytesRead > before) count += 1;
        received.set(socket, socket.bytesRead);
      }
      return count;
    },
    destroy: () => {
      for (const socket of received.keys()) socket.destroy();
    },
  };
}

/** With TLS, the driver removes every listener of a socket, so that its end is only seen here. */
function forgetClosed(received: Map<Socket, number>): void {
  for (const socket of received.keys()) if (socket.destroyed) received.delete(socket);
}

/**
 * If a connection is lost while a small message waits to be sent, the driver (3.4.9) cancels the timer that sends it but takes it
 * for running from then on: the connection opens again and never sends anything.
 */
function afterMute(socket: Socket, report: () => void): void {
  socket.once('connect', () => {
    setTimeout(() => {
      if (socket.bytesWritten > 0 || socket.destroyed) return;
      report();
      socket.destroy(closedEarly());
    }, firstMessageMsMax).unref();
  });
}

function closedEarly(): Error {
  return Object.assign(new Error('the connection was closed before the server answered'), { code: 'ECONNRESET' });
}
