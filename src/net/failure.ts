/** Why a request failed: a closed set, so that callers and statistics can rely on it. */
export const fetchFailureReasons = [
  'refused_address',
  'dns',
  'connect',
  'timeout',
  'too_large',
  'bad_status',
  'bad_redirect',
  'too_many_redirects',
  'tls',
  'reset',
  'bad_url',
  'protocol',
] as const;

export type FetchFailureReason = (typeof fetchFailureReasons)[number];

export type FetchFailure<Reason extends string = FetchFailureReason> = {
  readonly kind: 'failed';
  readonly reason: Reason;
  /** The HTTP status, if a response was received. */
  readonly status?: number;
  /** The wait that the server asked for with Retry-After, in milliseconds, at most `retryAfterMsMax`. */
  readonly retryAfterMs?: number;
  /** A short description for people; never contains credentials. */
  readonly detail: string;
};

/** The longest wait that a server may ask for: 24 hours. */
export const retryAfterMsMax = 24 * 60 * 60 * 1000;

/** The longest detail kept of another program's message, in UTF-16 code units. */
const detailCharsMax = 300;

const refusedAddressCode = 'OUTTURN_REFUSED_ADDRESS';
const tooLargeCode = 'OUTTURN_TOO_LARGE';
const brokenTunnelCode = 'OUTTURN_BROKEN_TUNNEL';
const parserErrorName = 'HTTPParserError';

/** An error for a connector's callback, which `classifyError` maps to `refused_address`. */
export function makeRefusedAddressError(detail: string): Error {
  return Object.assign(new Error(detail), { code: refusedAddressCode });
}

/** An error that ends a stream, which `classifyError` maps to `too_large`. */
export function makeTooLargeError(detail: string): Error {
  return Object.assign(new Error(detail), { code: tooLargeCode });
}

/** An error for a proxy that closed the connection instead of opening a tunnel; `classifyError` maps it to `connect`. */
export function makeBrokenTunnelError(cause: unknown): Error {
  return Object.assign(new Error('the proxy closed the connection', { cause }), { code: brokenTunnelCode });
}

const reasonsByCode: ReadonlyMap<string, FetchFailureReason> = new Map([
  [refusedAddressCode, 'refused_address'],
  ['ENOTFOUND', 'dns'],
  ['ENODATA', 'dns'],
  ['ESERVFAIL', 'dns'],
  ['ECONNREFUSED', 'connect'],
  ['EHOSTUNREACH', 'connect'],
  ['ENETUNREACH', 'connect'],
  ['EADDRNOTAVAIL', 'connect'],
  ['EHOSTDOWN', 'connect'],
  ['EINVALIDPROXY', 'connect'],
  ['UND_ERR_ABORTED', 'connect'],
  ['ETIMEDOUT', 'timeout'],
  ['ECONNECTIONTIMEOUT', 'timeout'],
  ['EIDLETIMEOUT', 'timeout'],
  ['ERESPONSETIMEOUT', 'timeout'],
  ['ETRANSFERTIMEOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_OVERFLOW', 'too_large'],
  ['HPE_HEADER_OVERFLOW', 'too_large'],
  [tooLargeCode, 'too_large'],
  [brokenTunnelCode, 'connect'],
  [parserErrorName, 'protocol'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'reset'],
  ['ERR_STREAM_PREMATURE_CLOSE', 'reset'],
  ['EPROTO', 'tls'],
  ['UND_ERR_PRX_TLS', 'tls'],
  ['HOSTNAME_MISMATCH', 'tls'],
  ['EMAXREDIRECT', 'too_many_redirects'],
  ['EINVALIDREDIRECT', 'bad_redirect'],
]);

const reasonsByShape: readonly (readonly [RegExp, FetchFailureReason])[] = [
  [/^EAI_/, 'dns'],
  [/^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE)/, 'tls'],
  [/^(HPE_|Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING|ERR_HTTP_)/, 'protocol'],
];

/**
 * The failure reason of an error thrown by the network stack.
 * `null` for any other error: that is a bug in this program and must be thrown again.
 */
export function classifyError(error: unknown): FetchFailureReason | null {
  const codes = listCodes(error);
  for (const code of codes) {
    const reason = reasonsByCode.get(code) ?? reasonsByShape.find(([shape]) => shape.test(code))?.[1];
    if (reason !== undefined) return reason;
  }
  return null;
}

/** The message of another program's error, shortened, without the credentials of URLs. */
export function describeError(error: unknown): string {
  const message =
    error instanceof Error && error.message !== '' ? error.message : (listCodes(error)[0] ?? 'unknown error');
  return message.replace(/\/\/[^/@\s]*@/g, '//').slice(0, detailCharsMax);
}

/** The codes of an error and of its causes, outermost first, up to four levels deep. */
function listCodes(error: unknown, levels = 4): readonly string[] {
  if (levels === 0 || typeof error !== 'object' || error === null) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  // Most errors of the HTTP parser have no code.
  if (error instanceof Error && error.name === parserErrorName) own.push(parserErrorName);
  const cause = 'cause' in error ? listCodes(error.cause, levels - 1) : [];
  const first = 'errors' in error && Array.isArray(error.errors) ? listCodes(error.errors[0], levels - 1) : [];
  return [...own, ...cause, ...first];
}

/**
 * Parses a Retry-After header (RFC 9110, section 10.2.3): seconds, rounded up, or an HTTP date relative to `nowMs`.
 * Returns milliseconds from 0 to `retryAfterMsMax`, or `undefined` for an invalid value.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text)) * 1000, retryAfterMsMax);
  if (!/^[A-Za-z]{3,9}, /.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(at - nowMs, 0), retryAfterMsMax);
}
