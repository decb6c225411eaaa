import { hourMs, type Instant } from '../instant.ts';

export const copyMediaTypes = ['text/plain', 'text/html'] as const;
export type CopyMediaType = (typeof copyMediaTypes)[number];

/** The largest page that the server archives, as sent and as UTF-8, in bytes. */
export const pageBytesMax = 2_000_000;

/** The longest reason why there is no copy, in UTF-16 code units. */
export const copyProblemCharsMax = 400;

/** How often the server tries to fetch a page. */
export const fetchAttemptsMax = 4;

/** The wait after each failed attempt but the last: a minute, ten minutes, an hour. */
const fetchWaitsMs = [hourMs / 60, hourMs / 6, hourMs];

/** Failures of the network that may be gone at the next attempt; others are a property of the page. */
const passingReasons: ReadonlySet<string> = new Set(['dns', 'connect', 'timeout', 'tls', 'reset']);
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429]);

export type PageFailure = {
  readonly reason: string;
  readonly status: number | null;
  /** The wait that the server asked for. */
  readonly retryAfterMs: number | null;
};

/** When to fetch a page again whose attempt number `attempt` failed; null for never. */
export function nextFetchAt(
  { reason, status, retryAfterMs }: PageFailure,
  attempt: number,
  now: Instant,
): Instant | null {
  const passes = passingReasons.has(reason) || (status !== null && (status >= 500 || passingStatuses.has(status)));
  const waitMs = attempt < fetchAttemptsMax ? fetchWaitsMs[attempt - 1] : undefined;
  return passes && waitMs !== undefined ? now + Math.max(waitMs, retryAfterMs ?? 0) : null;
}

export type CopyText =
  | { readonly ok: true; readonly mediaType: CopyMediaType; readonly content: string }
  | { readonly ok: false; readonly problem: string };

/**
 * The text of a page. Its character set is that of its byte order mark, of its Content-Type or, in HTML, of its `meta` element;
 * UTF-8 if it states none. U+0000, which a text column cannot hold, becomes U+FFFD.
 */
export function readCopyText(bytes: Uint8Array, contentType: string | null): CopyText {
  const [stated = '', ...parameters] = (contentType ?? '').split(';');
  const mediaType = copyMediaTypes.find((known) => known === stated.trim().toLowerCase());
  if (mediaType === undefined)
    return refuse(
      `the page is neither text/plain nor text/html, but ${stated.trim().slice(0, 100) || 'of no stated type'}`,
    );
  const charset =
    markedCharset(bytes) ?? statedCharset(parameters) ?? (mediaType === 'text/html' ? metaCharset(bytes) : null);
  const content = decode(bytes, charset ?? 'utf-8');
  if (content === null) return refuse(`the page cannot be decoded as ${(charset ?? 'utf-8').slice(0, 60)}`);
  if (content.trim() === '') return refuse('the page is empty');
  if (new TextEncoder().encode(content).byteLength > pageBytesMax)
    return refuse(`the page is larger than ${pageBytesMax} bytes in UTF-8`);
  return { ok: true, mediaType, content };
}

function refuse(problem: string): CopyText {
  return { ok: false, problem };
}

const byteOrderMarks = [
  { charset: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { charset: 'utf-16be', bytes: [0xfe, 0xff] },
  { charset: 'utf-16le', bytes: [0xff, 0xfe] },
] as const;

function markedCharset(page: Uint8Array): string | null {
  return byteOrderMarks.find(({ bytes }) => bytes.every((byte, index) => page[index] === byte))?.charset ?? null;
}

function statedCharset(parameters: readonly string[]): string | null {
  for (const parameter of parameters) {
    const value = /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1];
    if (value !== undefined) return value;
  }
  return null;
}

/** HTML states its character set within this many bytes. */
const metaBytesMax = 1024;

function metaCharset(page: Uint8Array): string | null {
  const start = new TextDecoder('latin1').decode(page.subarray(0, metaBytesMax));
  return /<meta\s[^>]*charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(start)?.[1] ?? null;
}

/** Null for bytes that are not text of the character set, and for an unknown one. */
function decode(bytes: Uint8Array, charset: string): string | null {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes).replaceAll('\0', '\uFFFD');
  } catch {
    return null;
  }
}
