import { type Dispatcher, request as sendRequest } from 'undici';
import { classifyStatus, type ErrorClass } from '../domain/webhooks/delivery.ts';
import type { Client } from './client.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { classifyError, describeError, type FetchFailureReason, parseRetryAfter } from './failure.ts';
import { judgeWebhookUrl, type WebhookUrlRules } from './webhook-url.ts';

/** From the first name resolution to the last byte of the answer, in milliseconds. */
export const exchangeMsMaxDefault = 15_000;
/** Bytes of an answer's body that are read, as they come over the wire; nothing is unpacked. */
export const responseBytesMax = 16_384;

export type PostAsk = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type PostOutcome = {
  /** Null when no answer came. */
  readonly status: number | null;
  /** Null for success. */
  readonly errorClass: ErrorClass | null;
  /** One sentence, also of what was wrong with the body of an answer that counts as success. */
  readonly detail: string | null;
  /** How long the receiver asks to be left alone, whatever its status. */
  readonly retryAfterMs: number | null;
  readonly response: { readonly body: string; readonly truncated: boolean } | null;
  readonly durationMs: number;
};

export type PostSettings = {
  readonly client: Client;
  readonly rules: WebhookUrlRules;
  readonly exchangeMsMax: number;
  /** The wall clock, which dates in answers are held against. */
  readonly now: () => number;
};

/**
 * POSTs one message and reads the beginning of the answer. Whatever the other side does ends in an outcome within the
 * limits. Redirects are not followed. `signal` ends the exchange when the process stops.
 */
export async function postWebhook(settings: PostSettings, ask: PostAsk, signal: AbortSignal): Promise<PostOutcome> {
  const start = performance.now();
  const timed = (outcome: Omit<PostOutcome, 'durationMs'>): PostOutcome => ({
    ...outcome,
    detail: outcome.detail === null ? null : toText(Buffer.from(outcome.detail, 'utf8')),
    durationMs: Math.round(performance.now() - start),
  });
  const verdict = judgeWebhookUrl(settings.rules, ask.url);
  if (!verdict.ok) return timed(failed(verdict.reason, verdict.detail));
  if (signal.aborted) return timed(failed('stopped', 'the sender is stopping'));
  const deadline = startDeadline(settings.exchangeMsMax, signal);
  try {
    return timed(await exchange(settings, ask, deadline));
  } catch (error) {
    if (signal.aborted) return timed(failed('stopped', 'the sender stopped before an answer came'));
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

/** Reasons of the client that a POST without redirects can meet are classes of their own. */
function errorClassOf(reason: FetchFailureReason): ErrorClass {
  switch (reason) {
    case 'bad_redirect':
    case 'too_many_redirects':
      return 'redirect';
    default:
      return reason;
  }
}

async function exchange(
  { client, now }: PostSettings,
  ask: PostAsk,
  { signal, passed }: Deadline,
): Promise<Omit<PostOutcome, 'durationMs'>> {
  const sent = sendRequest(ask.url, {
    method: 'POST',
    body: ask.body,
    headers: { ...ask.headers, 'user-agent': client.userAgent, 'accept-encoding': 'identity' },
    signal,
    dispatcher: client.dispatcher,
  });
  // Raced, because undici looks at the signal only once it is connected.
  const answer = await Promise.race([sent, passed]);
  const { statusCode: status } = answer;
  const retryAfter = answer.headers['retry-after'];
  const { response, detail } = await readAnswer(answer, signal);
  const errorClass = classifyStatus(status);
  return {
    status,
    errorClass,
    detail: errorClass === null ? detail : `answered ${status}`,
    retryAfterMs: parseRetryAfter(Array.isArray(retryAfter) ? retryAfter[0] : retryAfter, now()) ?? null,
    response,
  };
}

type Answer = Pick<PostOutcome, 'response' | 'detail'>;

/** The status has been read by then and decides; a body that never ends or breaks off changes nothing about it. */
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
      ? 'the body of the answer did not end in time'
      : `the body broke off: ${describeError(error)}`;
  }
  const truncated = size > responseBytesMax || detail !== null;
  const coding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (coding !== 'identity')
    return {
      response: { body: `(${size} bytes in the coding ${coding.slice(0, 40)}, not unpacked)`, truncated },
      detail,
    };
  const bytes = Buffer.concat(chunks, Math.min(size, responseBytesMax));
  return { response: size === 0 ? null : { body: toText(bytes), truncated }, detail };
}

/** As UTF-8, with U+FFFD for what is none and for U+0000, which no text column can hold. */
function toText(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes).replaceAll('\0', '\uFFFD');
}
