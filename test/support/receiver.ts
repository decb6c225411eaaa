import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** One message as it arrived. */
export type Received = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly id: string;
};

type Behaviour = (response: ServerResponse, received: Received) => void;

/** A real HTTP server in place of a subscriber: the messages that it received, and the responses that it sends. */
export type Receiver = {
  readonly origin: string;
  readonly received: Received[];
  /** Sets the next responses, in order; the last one repeats. A number is a status. */
  answer(...answers: (number | Behaviour)[]): void;
  /** What arrived at a path, in order. */
  at(path: string): Received[];
  /** Resolves once this many messages have arrived in total. */
  arrived(count: number): Promise<void>;
  clear(): void;
  close(): Promise<void>;
};

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting: { readonly count: number; readonly done: () => void }[] = [];
  const sockets = new Set<Socket>();
  let answers: (number | Behaviour)[] = [200];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body,
        id: String(request.headers['webhook-id']),
      };
      received.push(one);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (typeof answer === 'function') answer(response, one);
      else response.writeHead(answer ?? 200).end();
      for (const wait of waiting.filter(({ count }) => received.length >= count)) wait.done();
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    answer: (...next) => {
      answers = next;
    },
    at: (path) => received.filter((one) => one.path === path),
    arrived: (count) =>
      new Promise((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, done: resolve });
      }),
    clear: () => {
      received.length = 0;
      answers = [200];
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The body of a message whose signature the reference library confirms. The age of the message is not checked. */
export function verified(secret: string, message: Received | undefined): Record<string, unknown> {
  if (message === undefined) throw new Error('no message arrived');
  const signed = new Webhook(secret).sign(
    message.id,
    new Date(Number(message.headers['webhook-timestamp']) * 1000),
    message.body,
  );
  if (!String(message.headers['webhook-signature']).split(' ').includes(signed))
    throw new Error('the signature is not valid');
  return JSON.parse(message.body) as Record<string, unknown>; // a webhook's body is an object
}
