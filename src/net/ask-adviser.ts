import type { Client } from './client.ts';
import { sendJson } from './send-json.ts';

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
export async function askAdviser({ client, ...endpoint }: AdviserEndpoint, body: object): Promise<AdviserReply> {
  const reply = await sendJson(client, { method: 'POST', ...endpoint, body, responseBytesMax: adviserBytesMax });
  if (!reply.ok) return reply;
  if (reply.status !== 200) return fail(`the server returned status ${reply.status}`);
  if (endpoint.key !== null && reply.text.includes(endpoint.key)) return fail('the answer repeats the key');
  return parse(reply.text);
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
