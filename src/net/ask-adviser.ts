import type { Dispatcher } from 'undici';
import type { Client } from './client.ts';
import { startDeadline } from './deadline.ts';
import { classifyError, describeError, makeTooLargeError } from './failure.ts';
import { undici } from './undici.ts';

/** From the first name resolution to the last byte of the answer, in milliseconds: a model may think for a while. */
export const adviserMsMax = 120_000;

/** The largest answer that is read, in bytes. */
export const adviserBytesMax = 1_000_000;

export type AdviserEndpoint = {
  readonly client: Client;
  /** The address of the operation that completes chats. */
  readonly url: string;
  /** Sent to that address only: never logged, never part of an outcome. Null for a server that needs none. */
  readonly key: string | null;
  readonly exchangeMsMax: number;
  readonly signal?: AbortSignal;
};

export type AdviserReply =
  /** `body` is parsed JSON. */
  { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly detail: string };

/** Asks a model by the protocol of OpenAI's chat completions. Redirects are not followed. Failures are outcomes, not errors. */
export async function askAdviser(endpoint: AdviserEndpoint, body: object): Promise<AdviserReply> {
  const { client, key, exchangeMsMax, signal } = endpoint;
  const verdict = client.judgeUrl(endpoint.url);
  if (!verdict.ok) return fail(verdict.detail);
  const deadline = startDeadline(exchangeMsMax, signal);
  try {
    const sent = undici().request(verdict.url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        'user-agent': client.userAgent,
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      signal: deadline.signal,
      dispatcher: client.dispatcher,
    });
    const answer = await Promise.race([sent, deadline.passed]);
    const text = await Promise.race([readBody(answer.body), deadline.passed]);
    if (answer.statusCode !== 200) return fail(`the server returned status ${answer.statusCode}`);
    if (key !== null && text.includes(key)) return fail('the answer repeats the key');
    return parse(text);
  } catch (error) {
    if (deadline.signal.aborted) return fail(`no complete answer after ${exchangeMsMax} ms`);
    if (classifyError(error) === null) throw error;
    return fail(describeError(error));
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
    if (size > adviserBytesMax) throw makeTooLargeError(`the answer is larger than ${adviserBytesMax} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): AdviserReply {
  try {
    return { ok: true, body: JSON.parse(text) };
  } catch {
    return fail('the response is not JSON');
  }
}

function fail(detail: string): AdviserReply {
  return { ok: false, detail };
}
