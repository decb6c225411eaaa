import { type IncomingHttpHeaders, request } from 'node:http';
import { findProblemBreaches } from './problem-check.ts';

/** A response as it was received. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: Json;
};

/** Parsed JSON that a test examines; `undefined` if there is none. */
// biome-ignore lint/suspicious/noExplicitAny: tests assert on the shape, which is what they are about.
export type Json = any;

export type Ask = {
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly json?: unknown;
  readonly chunked?: boolean;
  /** Reads only the head of a success: its body may never end. */
  readonly headOnly?: boolean;
};

export type Client = (target: string, ask?: Ask) => Promise<Answer>;

/**
 * `client('POST /v1/predictions', {json})` sends one request over real HTTP, on a connection of its own. An error
 * response that is not a problem document fails the test, whatever the test is about.
 */
export function makeClient(base: string, always: Record<string, string>): Client {
  return (target, ask = {}) => {
    const [method, path] = target.split(' ');
    const body = ask.json === undefined ? ask.body : JSON.stringify(ask.json);
    const headers: Record<string, string> = {
      ...always,
      ...(ask.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...ask.headers,
    };
    if (body !== undefined && ask.chunked !== true) headers['content-length'] = String(Buffer.byteLength(body));
    return new Promise<Answer>((resolve, reject) => {
      const { hostname, port } = new URL(base);
      const outgoing = request({ hostname, port, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        if (ask.headOnly === true && response.statusCode === 200) {
          resolve({ status: 200, headers: flatten(response.headers), text: '', json: undefined });
          response.destroy();
          return;
        }
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const flat = flatten(response.headers);
          const isJson = /\bjson/.test(flat['content-type'] ?? '') && text !== '';
          const answer: Answer = {
            status: response.statusCode ?? 0,
            headers: flat,
            text,
            json: isJson ? JSON.parse(text) : undefined,
          };
          // A client that asks for HTML gets the errors of pages as pages.
          const asksForPage = headers.accept?.startsWith('text/html') === true;
          const isSuccess = answer.status < 400 || method === 'HEAD';
          const breaches = isSuccess || asksForPage ? [] : findProblemBreaches(answer);
          if (breaches.length === 0) resolve(answer);
          else reject(new Error(`${target} answers ${answer.status}, which ${breaches.join(', ')}: ${text}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  };
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
