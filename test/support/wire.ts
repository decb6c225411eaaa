import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';
import type { FetchedPayload, FetchRequest } from '../../src/services/deps.ts';

export type Answer = FetchedPayload | Promise<FetchedPayload> | Error;

/** A scripted network: what each URL returns, and which requests were made. */
export type Wire = {
  readonly asks: FetchRequest[];
  /** The next responses of a URL, in order; the last one repeats. An `Error` is thrown. */
  answer(url: string, ...answers: Answer[]): void;
  /** A response that is held until `release` is called. */
  hold(url: string): { release(answer: FetchedPayload): void };
  /** Forgets every response and every request. */
  clear(): void;
  readonly fetchPayload: (ask: FetchRequest) => Promise<FetchedPayload>;
};

export function makeWire(): Wire {
  const answers = new Map<string, Answer[]>();
  const asks: FetchRequest[] = [];
  return {
    asks,
    answer: (url, ...next) => void answers.set(url, next),
    hold: (url) => {
      let release: (answer: FetchedPayload) => void = () => {};
      answers.set(url, [new Promise((resolve) => (release = resolve))]);
      return { release: (answer) => release(answer) };
    },
    clear: () => {
      answers.clear();
      asks.length = 0;
    },
    fetchPayload: async (ask) => {
      asks.push(ask);
      if (ask.url.startsWith('builtin:')) return builtin(ask.url);
      const queue = answers.get(ask.url) ?? [];
      const answer = queue.length > 1 ? queue.shift() : queue[0];
      if (answer instanceof Error) throw answer;
      return answer === undefined ? failed('connect') : await answer;
    },
  };
}

/** The data files that ship with the program are read, not scripted. */
function builtin(url: string): FetchedPayload {
  return served(readFileSync(join(packageRoot(), url.slice('builtin:'.length))));
}

/** A payload as it is served: text and bytes unchanged, anything else as JSON. */
export function served(payload: unknown, validators: { etag?: string; lastModified?: string } = {}): FetchedPayload {
  return {
    kind: 'ok',
    bytes: toBytes(payload),
    status: 200,
    etag: validators.etag ?? null,
    lastModified: validators.lastModified ?? null,
    knownVersion: null,
  };
}

export function toBytes(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  return new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
}

export const notModified: FetchedPayload = { kind: 'not_modified', status: 304 };

export function failed(reason: string, more: { status?: number; retryAfterMs?: number } = {}): FetchedPayload {
  const { status = null, retryAfterMs = null } = more;
  return { kind: 'failed', reason, detail: `the test says ${reason}`, status, retryAfterMs };
}
