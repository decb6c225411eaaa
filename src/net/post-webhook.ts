import type { Dispatcher } from 'undici';
import { classifyStatus, type ErrorClass } from '../domain/webhooks/delivery.ts';
import type { Client } from './client.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { classifyError, describeError, type FetchFailureReason, parseRetryAfter } from './failure.ts';
import { undici } from './undici.ts';
import { judgeWebhookUrl, type WebhookUrlRules } from './webhook-url.ts';

/** From the first name resolution to the last byte of the response, in milliseconds. */
export const exchangeMsMaxDefault = 15_000;
/** Bytes of a response body that are read, as they come over the wire; nothing is decompressed. */
export const responseBytesMax = 16_384;

export type PostRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type PostOutcome = {
  /** Null when no response came. */
  readonly status: number | null;
  /** Null for success. */
  readonly errorClass: ErrorClass | null;
  /** A short description; a successful response has one too if its body could not be read. */
  readonly detail: string | null;
  /** The wait that the receiver asked for with Retry-After, whatever its status. */
  readonly retryAfterMs: number | null;
  readonly response: { readonly body: string; readonly truncated: boolean } | null;
  readonly durationMs: number;
};

export type PostSettings = {
  readonly client: Client;
  readonly rules: WebhookUrlRules;
  readonly exchangeMsMax: number;
  /** The wall clock, for dates in responses. */
  readonly now: () => number;
};

/**
 * POSTs one message and reads the beginning of the response. Every behaviour of the receiver produces an outcome within
 * the limits. Redirects are not followed. `signal` ends the exchange when the process stops.
 */
export async function postWebhook(
  settings: PostSettings,
  request: PostRequest,
  signal: AbortSignal,
): Promise<PostOutcome> {
  const start = performance.now();
  const timed = (outcome: Omit<PostOutcome, 'durationMs'>): PostOutcome => ({
    ...outcome,
    detail: outcome.detail === null ? null : toText(Buffer.from(outcome.detail, 'utf8')),
    durationMs: Math.round(performance.now() - start),
  });
  const verdict = judgeWebhookUrl(settings.rules, request.url);
  if (!verdict.ok) return timed(failed(verdict.reason, verdict.detail));
  if (signal.aborted) return timed(failed('stopped', 'the sender is stopping'));
  const deadline = startDeadline(settings.exchangeMsMax, signal);
  try {
    return timed(await exchange(settings, request, deadline));
  } catch (error) {
    if (signal.aborted) return timed(failed('stopped', 'the sender stopped before a response came'));
    if (deadline.signal.aborted) return timed(failed('timeout', `not finished after ${settings.exchangeMsMax} ms`));
    const reason = classifyError(error);
    if (reason === null) throw error;
    return timed(failed(errorClassOf(reason), describeError(error)));
  } finally {
    deadline.end();
  }
}

function failed(errorClass: ErrorClass, detail: string): Omit<PostOutcome, 'durationMs'> {
  return { status: null, errorClass, detail, retryAfterMs: null, response: null };
}

/** Every failure reason is an error class of the same name, except that both redirect reasons are `redirect`. */
function errorClassOf(reason: FetchFailureReason): ErrorClass {
  return reason === 'bad_redirect' || reason === 'too_many_redirects' ? 'redirect' : reason;
}

async function exchange(
  { client, now }: PostSettings,
  request: PostRequest,
  { signal, passed }: Deadline,
): Promise<Omit<PostOutcome, 'durationMs'>> {
  const sent = undici().request(request.url, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, 'user-agent': client.userAgent, 'accept-encoding': 'identity' },
    signal,
    dispatcher: client.dispatcher,
  });
  // A race, because undici reads the signal only once it is connected.
  const answer = await Promise.race([sent, passed]);
  const { statusCode: status } = answer;
  const retryAfter = answer.headers['retry-after'];
  const { response, detail } = await readAnswer(answer, signal);
  const errorClass = classifyStatus(status);
  return {
    status,
    errorClass,
    detail: errorClass === null ? detail : `the receiver returned status ${status}`,
    retryAfterMs: parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, now()) ?? null,
    response,
  };
}

type Answer = Pick<PostOutcome, 'response' | 'detail'>;

/** The status already decides the outcome; a body that never ends or breaks off does not change it. */
async function readAnswer({ headers, body }: Dispatcher.ResponseData, signal: AbortSignal): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let detail: string | null = null;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.byteLength;
      // Leaving the loop destroys the stream and with it the connection.
      if (size > responseBytesMax) break;
    }
  } catch (error) {
    detail = signal.aborted
      ? 'the response body did not end in time'
      : `the response body was truncated: ${describeError(error)}`;
  }
  const truncated = size > responseBytesMax || detail !== null;
  const coding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (coding !== 'identity')
    return {
      response: { body: `(${size} bytes with content coding ${coding.slice(0, 40)}, not decoded)`, truncated },
      detail,
    };
  const bytes = Buffer.concat(chunks, Math.min(size, responseBytesMax));
  return { response: size === 0 ? null : { body: toText(bytes), truncated }, detail };
}

/** Decodes UTF-8, with U+FFFD in place of invalid bytes and of U+0000, which a text column cannot hold. */
function toText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes).replaceAll('\0', '\uFFFD');
}
