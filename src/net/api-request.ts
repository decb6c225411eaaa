import type { Client } from './client.ts';
import { sendJson } from './send-json.ts';

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
  const limits = { exchangeMsMax: apiMsMax, responseBytesMax: apiResponseBytesMax };
  const reply = await sendJson(client, { ...request, key, ...limits });
  if (!reply.ok) return { kind: 'failed', detail: reply.detail };
  return { kind: 'reply', status: reply.status, body: parseBody(reply.text) };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
