import type { Dispatcher } from 'undici';
import type { Client } from './client.ts';
import { startDeadline } from './deadline.ts';
import { classifyError, describeError, makeTooLargeError } from './failure.ts';
import { undici } from './undici.ts';

/** From the first name resolution to the last byte of the response, in milliseconds. */
const apiMsMax = 60_000;

/** The largest response that is read, in bytes. */
const apiResponseBytesMax = 16_777_216;

export type ApiRequest = {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  /** Sent as JSON. */
  readonly body?: unknown;
};

export type ApiReply =
  /** `body` is parsed JSON, or null if the response has none. */
  | { readonly kind: 'reply'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'failed'; readonly detail: string };

/** Sends one request to the API of another Outturn. Redirects are not followed, so that the key goes to that address only. */
export async function requestApi(client: Client, key: string | null, request: ApiRequest): Promise<ApiReply> {
  const verdict = client.judgeUrl(request.url);
  if (!verdict.ok) return { kind: 'failed', detail: verdict.detail };
  const deadline = startDeadline(apiMsMax, undefined);
  try {
    const sent = undici().request(verdict.url, {
      method: request.method,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': client.userAgent,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      signal: deadline.signal,
      dispatcher: client.dispatcher,
    });
    const { statusCode: status, body } = await Promise.race([sent, deadline.passed]);
    return { kind: 'reply', status, body: parseBody(await readBody(body)) };
  } catch (error) {
    if (deadline.signal.aborted) return { kind: 'failed', detail: `no complete response after ${apiMsMax} ms` };
    if (classifyError(error) === null) throw error;
    return { kind: 'failed', detail: describeError(error) };
  } finally {
    deadline.end();
  }
}

async function readBody(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > apiResponseBytesMax) throw makeTooLargeError(`the response has more than ${apiResponseBytesMax} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
