import { type IncomingMessage, request } from 'node:http';
import type { Json } from './http-client.ts';

/** `id` is the position of the event, `cursor` the id of the message. */
export type SseMessage = { readonly id: number; readonly cursor: string; readonly event: string; readonly data: Json };

/** A reader of Server-Sent Events over real HTTP. */
export type SseReader = {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** The next message; null if the server ended the stream properly. Rejects if the connection broke. */
  next(): Promise<SseMessage | null>;
  /** What the stream has contained so far besides messages: comments and `retry`. */
  readonly asides: readonly string[];
  /** Resolves once this many asides have arrived. */
  heard(count: number): Promise<void>;
  /** Disconnects without notice, like a client that loses its network. */
  leave(): void;
};

export async function openSse(base: string, path: string, headers: Record<string, string> = {}): Promise<SseReader> {
  const { hostname, port } = new URL(base);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({ hostname, port, path, headers, agent: false }, resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
  const messages: SseMessage[] = [];
  const asides: string[] = [];
  let wake: () => void = () => {};
  let over: 'ended' | 'cut' | null = null;
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? []));
      if (fields.data === undefined) asides.push(block);
      else
        messages.push({
          id: Number(fields.id.split('-').at(-1)),
          cursor: fields.id,
          event: fields.event,
          data: JSON.parse(fields.data),
        });
    }
    wake();
  });
  const end = (how: 'ended' | 'cut') => () => {
    over ??= how;
    wake();
  };
  response.on('end', end('ended'));
  response.on('error', end('cut'));
  response.on('close', end('cut'));
  const change = () => new Promise<void>((resolve) => (wake = resolve));
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    asides,
    next: async () => {
      for (;;) {
        const message = messages.shift();
        if (message !== undefined) return message;
        if (over === 'ended') return null;
        if (over === 'cut') throw new Error('the stream was cut');
        await change();
      }
    },
    heard: async (count) => {
      while (asides.length < count && over === null) await change();
    },
    leave: () => response.destroy(),
  };
}
