import type { Dispatcher } from 'undici';
import type { Client } from './client.ts';
import { startDeadline } from './deadline.ts';
import { classifyError, describeError, makeTooLargeError } from './failure.ts';
import { undici } from './undici.ts';

export type JsonRequest = {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  /** Sent to that address only: never logged, never part of an outcome. Null for a server that needs none. */
  readonly key: string | null;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** From the first name resolution to the last byte of the response, in milliseconds. */
  readonly exchangeMsMax: number;
  /** The largest response that is read, in bytes. */
  readonly responseBytesMax: number;
  readonly signal?: AbortSignal;
};

export type JsonReply =
  | { readonly ok: true; readonly status: number; readonly text: string }
  | { readonly ok: false; readonly detail: string };

/** Sends one request to a JSON API. Redirects are not followed. Failures of the network are outcomes, not errors. */
export async function sendJson(client: Client, request: JsonRequest): Promise<JsonReply> {
  const { method, url, key, body, exchangeMsMax, responseBytesMax } = request;
  const verdict = client.judgeUrl(url);
  if (!verdict.ok) return { ok: false, detail: verdict.detail };
  const deadline = startDeadline(exchangeMsMax, request.signal);
  try {
    const sent = undici().request(verdict.url, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': client.userAgent,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      signal: deadline.signal,
      dispatcher: client.dispatcher,
    });
    const response = await Promise.race([sent, deadline.passed]);
    const text = await Promise.race([readText(response.body, responseBytesMax), deadline.passed]);
    return { ok: true, status: response.statusCode, text };
  } catch (error) {
    if (deadline.signal.aborted) return { ok: false, detail: `no complete response after ${exchangeMsMax} ms` };
    if (classifyError(error) === null) throw error;
    return { ok: false, detail: describeError(error) };
  } finally {
    deadline.end();
  }
}

async function readText(body: Dispatcher.ResponseData['body'], bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > bytesMax) throw makeTooLargeError(`the response has more than ${bytesMax} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}
