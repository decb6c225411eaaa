import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import type { Client } from './client.ts';
import { startDeadline } from './deadline.ts';
import {
  classifyError,
  describeError,
  type FetchFailure,
  type FetchFailureReason,
  parseRetryAfter,
} from './failure.ts';
import { undici } from './undici.ts';

export type FetchLimits = {
  /** From the first name resolution to the last byte, redirects included, in milliseconds. */
  readonly exchangeMsMax: number;
  /** The size of the body after decoding, in bytes. */
  readonly bodyBytesMax: number;
  /** How many redirects are followed. */
  readonly redirectsMax: number;
};

export const fetchLimitsDefault: FetchLimits = {
  exchangeMsMax: 30_000,
  bodyBytesMax: 32 * 1024 * 1024,
  redirectsMax: 3,
};

export type FetchRequest = {
  readonly url: string;
  /** The validators of the cached copy, as this function returned them earlier. */
  readonly etag?: string | null;
  readonly lastModified?: string | null;
  /** Names in lower case. After a redirect to another origin only `accept` is still sent. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: Partial<FetchLimits>;
  /** Ends the exchange when the process stops. */
  readonly signal?: AbortSignal;
};

type Validators = { readonly etag: string | null; readonly lastModified: string | null };

export type Fetched = Validators & {
  readonly kind: 'ok';
  readonly status: number;
  /** The body after transfer and content decoding. */
  readonly bytes: Uint8Array;
  readonly contentType: string | null;
  /** The `Link` header (RFC 8288), in which publishers of long lists name the next page. */
  readonly link: string | null;
  /** The URL that served the body, after redirects. */
  readonly finalUrl: string;
};

export type NotModified = Validators & { readonly kind: 'not_modified' };

export type FetchOutcome = Fetched | NotModified | FetchFailure;

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

// 204 and 206 are successes too, but do not carry the whole document.
const documentStatuses: ReadonlySet<number> = new Set([200, 203]);

/** The longest validator that is kept, in bytes; a longer one is dropped. */
const validatorBytesMax = 512;

/**
 * Gets a document, or learns that the cached copy is still current (RFC 9110, section 13). Every behaviour of the
 * server produces an outcome within the limits. Throws only the caller's abort reason, or for a bug in this program.
 *
 * Each redirect is checked like the first URL. A redirect from https to http is refused; after a redirect to another
 * origin the caller's headers and validators are no longer sent.
 */
export async function fetchConditional(client: Client, request: FetchRequest): Promise<FetchOutcome> {
  const limits: FetchLimits = { ...fetchLimitsDefault, ...request.limits };
  request.signal?.throwIfAborted();
  const deadline = startDeadline(limits.exchangeMsMax, request.signal);
  try {
    // A race, because undici reads the signal only once it is connected.
    return await Promise.race([followHops(client, request, limits, deadline.signal), deadline.passed]);
  } catch (error) {
    request.signal?.throwIfAborted();
    if (deadline.signal.aborted) return fail('timeout', `not finished after ${limits.exchangeMsMax} ms`);
    const reason = classifyError(error);
    if (reason === null) throw error;
    return fail(reason, describeError(error));
  } finally {
    deadline.end();
  }
}

async function followHops(
  client: Client,
  request: FetchRequest,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<FetchOutcome> {
  let text = request.url;
  let headers = makeHeaders(client, request);
  for (let hop = 0; ; hop += 1) {
    const verdict = client.judgeUrl(text);
    if (!verdict.ok)
      return fail(hop > 0 && verdict.reason === 'bad_url' ? 'bad_redirect' : verdict.reason, verdict.detail);
    const { url } = verdict;
    const response = await undici().request(url, { headers, signal, dispatcher: client.dispatcher });
    if (!redirectStatuses.has(response.statusCode)) return readAnswer(response, url, headers, limits);
    discard(response.body);
    if (hop >= limits.redirectsMax) return fail('too_many_redirects', `more than ${limits.redirectsMax} redirects`);
    const next = resolveRedirect(url, readHeader(response.headers, 'location'));
    if (next === null) return fail('bad_redirect', 'the redirect has no valid Location', response.statusCode);
    if (url.protocol === 'https:' && next.protocol === 'http:') {
      return fail('bad_redirect', 'the redirect leads from https to http', response.statusCode);
    }
    if (next.origin !== url.origin) headers = keepPublicHeaders(headers);
    text = next.href;
  }
}

type Headers = Readonly<Record<string, string>>;

function makeHeaders(client: Client, request: FetchRequest): Headers {
  return {
    accept: '*/*',
    ...request.headers,
    'user-agent': client.userAgent,
    // `readBody` decodes a single coding and counts the bytes, so no compression bomb can exceed the limit.
    'accept-encoding': 'gzip, br',
    ...(request.etag ? { 'if-none-match': request.etag } : {}),
    ...(request.lastModified ? { 'if-modified-since': request.lastModified } : {}),
  };
}

function keepPublicHeaders(headers: Headers): Headers {
  const publicNames = new Set(['accept', 'user-agent', 'accept-encoding']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => publicNames.has(name)));
}

function resolveRedirect(from: URL, location: string | undefined): URL | null {
  if (location === undefined || !URL.canParse(location, from.href)) return null;
  return new URL(location, from);
}

async function readAnswer(
  response: Dispatcher.ResponseData,
  url: URL,
  sent: Headers,
  limits: FetchLimits,
): Promise<FetchOutcome> {
  const { statusCode: status, headers, body } = response;
  const validators = readValidators(headers);
  const isConditional = 'if-none-match' in sent || 'if-modified-since' in sent;
  if (status === 304 && isConditional) {
    discard(body);
    // A 304 need not repeat the validators.
    return {
      kind: 'not_modified',
      etag: validators.etag ?? sent['if-none-match'] ?? null,
      lastModified: validators.lastModified ?? sent['if-modified-since'] ?? null,
    };
  }
  if (!documentStatuses.has(status)) {
    discard(body);
    const retryAfterMs = parseRetryAfter(readHeader(headers, 'retry-after'), Date.now());
    return {
      ...fail('bad_status', `the server returned status ${status}`, status),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  const bytes = await readBody(response, limits.bodyBytesMax);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const contentType = readHeader(headers, 'content-type') ?? null;
  return { kind: 'ok', status, bytes, ...validators, contentType, link: joinLinks(headers.link), finalUrl: url.href };
}

async function readBody(response: Dispatcher.ResponseData, bytesMax: number): Promise<Uint8Array | FetchFailure> {
  const { statusCode: status, headers, body } = response;
  const coding = (readHeader(headers, 'content-encoding') ?? 'identity').trim().toLowerCase();
  const decoded = decode(body, coding);
  if (decoded === null) {
    discard(body);
    return fail('protocol', `the body has a content coding that was not requested: ${coding.slice(0, 60)}`, status);
  }
  if (coding === 'identity' && Number(readHeader(headers, 'content-length') ?? 0) > bytesMax) {
    discard(body);
    return fail('too_large', `the body is larger than ${bytesMax} bytes`, status);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of decoded) {
    size += chunk.byteLength;
    // Leaving the loop destroys the stream and with it the connection.
    if (size > bytesMax) return fail('too_large', `the body is larger than ${bytesMax} bytes`, status);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function decode(body: Readable, coding: string): Readable | null {
  if (coding === 'identity' || coding === '') return body;
  const decoder =
    coding === 'gzip' || coding === 'x-gzip' ? createGunzip() : coding === 'br' ? createBrotliDecompress() : null;
  // The reader of the decoder gets the error; the callback only keeps pipeline from throwing it a second time.
  return decoder === null ? null : pipeline(body, decoder, () => {});
}

/** Drops an unread body and closes its connection. */
function discard(body: Readable): void {
  body.on('error', () => {});
  body.destroy();
}

type IncomingHeaders = Dispatcher.ResponseData['headers'];

function readHeader(headers: IncomingHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Repeated headers are equivalent to one header with commas. */
function joinLinks(links: string | string[] | undefined): string | null {
  return Array.isArray(links) ? links.join(', ') : (links ?? null);
}

function readValidators(headers: IncomingHeaders): Validators {
  return { etag: readValidator(headers, 'etag'), lastModified: readValidator(headers, 'last-modified') };
}

/** A validator is sent back unchanged; one that a header cannot carry (control characters, non-ASCII bytes) is dropped. */
function readValidator(headers: IncomingHeaders, name: string): string | null {
  const value = readHeader(headers, name);
  return value !== undefined && value.length <= validatorBytesMax && /^[\x20-\x7e]+$/.test(value) ? value : null;
}

function fail(reason: FetchFailureReason, detail: string, status?: number): FetchFailure {
  return { kind: 'failed', reason, ...(status === undefined ? {} : { status }), detail };
}
