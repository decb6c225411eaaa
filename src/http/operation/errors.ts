import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { transientReason } from '../../domain/database-failure.ts';
import { limitText } from '../../domain/limit-text.ts';
import { Refusal, type RefusalCode, type RefusalDetail } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { makeResponse } from './headers.ts';

/** The codes of refusals, and those that only the HTTP layer uses. */
export type ProblemCode =
  | RefusalCode
  | 'internal_error'
  | 'request_timeout'
  | 'headers_too_large'
  | 'expectation_failed'
  | 'not_acceptable';

type Kind = {
  readonly status:
    | 400
    | 401
    | 403
    | 404
    | 405
    | 406
    | 408
    | 409
    | 412
    | 413
    | 415
    | 417
    | 422
    | 429
    | 431
    | 500
    | 502
    | 503;
  readonly title: string;
};

/** Total, so that a new code does not compile without a status. 400 means unparsable, 422 well-formed but invalid. */
export const problemKinds: { readonly [Code in ProblemCode]: Kind } = {
  bad_request: { status: 400, title: 'The request could not be understood' },
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_cursor: { status: 400, title: 'The cursor is not valid for this list' },
  unauthorized: { status: 401, title: 'A valid key is required' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  not_found: { status: 404, title: 'The resource does not exist' },
  method_not_allowed: { status: 405, title: 'The method is not supported' },
  not_acceptable: { status: 406, title: 'The address is an HTML page' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  cursor_ahead: { status: 409, title: 'The cursor is ahead of the event log' },
  conflict: { status: 409, title: 'The request conflicts with the current state' },
  frozen: { status: 409, title: 'The field can no longer change' },
  not_withdrawable: { status: 409, title: 'The prediction can no longer be withdrawn' },
  withdrawn: { status: 409, title: 'The prediction was withdrawn' },
  request_in_progress: { status: 409, title: 'The same request is still in progress' },
  precondition_failed: { status: 412, title: 'The resource was changed in the meantime' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  validation_failed: { status: 422, title: 'The input is not valid' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used for another request' },
  criterion_too_deep: { status: 422, title: 'The criterion nests too deeply' },
  criterion_too_large: { status: 422, title: 'The criterion has too many nodes' },
  criterion_too_costly: { status: 422, title: 'The criterion costs too much to evaluate' },
  feed_unparsable: { status: 422, title: 'The adapter cannot parse the payload' },
  fetch_refused: { status: 422, title: 'The address must not be fetched' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The header fields are too large' },
  internal_error: { status: 500, title: 'The server failed' },
  fetch_failed: { status: 502, title: 'The publisher did not respond' },
  service_unavailable: { status: 503, title: 'The service is not available' },
};

/** The most errors that one problem lists. */
export const problemErrorsMax = 50;
/** The most UTF-16 code units of each text and pointer in a problem. Longer ones end with an ellipsis. */
export const problemDetailCharsMax = 4000;
/** The `Retry-After` of a response when the service is unavailable or the same request is in progress. */
const retryAfterSeconds = 2;

/** An error response (RFC 9457). `type` is the path of the page that explains the code. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly request_id: string;
  readonly errors?: readonly RefusalDetail[];
};

function problemType(code: ProblemCode): string {
  return `/docs/problems#${code}`;
}

export function buildProblem(
  code: ProblemCode,
  detail: string,
  requestId: string,
  errors: readonly RefusalDetail[] = [],
): Problem {
  const { status, title } = problemKinds[code];
  const base = {
    type: problemType(code),
    title,
    status,
    detail: limitText(detail, problemDetailCharsMax),
    code,
    request_id: requestId,
  };
  if (errors.length === 0) return base;
  const shown = errors.slice(0, problemErrorsMax).map((one) => ({
    detail: limitText(one.detail, problemDetailCharsMax),
    pointer: limitText(one.pointer, problemDetailCharsMax),
  }));
  return { ...base, errors: shown };
}

/** The header fields of an error response. */
export function problemHeaders(code: ProblemCode): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(code === 'unauthorized' ? { 'www-authenticate': 'Bearer realm="outturn"' } : {}),
    ...(code === 'service_unavailable' || code === 'request_in_progress'
      ? { 'retry-after': String(retryAfterSeconds) }
      : {}),
  };
}

/** Responds to anything thrown. */
export function respondWithError(error: unknown, c: Context<HttpEnv>, http: Pick<HttpDeps, 'log'>): Response {
  return respondWithProblem(c, problemOf(error, c, http));
}

/** The problem of anything thrown. An unexpected error is a bug: it is logged with the request id and not shown. */
export function problemOf(error: unknown, c: Context<HttpEnv>, http: Pick<HttpDeps, 'log'>): Problem {
  const requestId = c.get('requestId');
  const refusal = asRefusal(error);
  if (refusal === null) {
    const stack = error instanceof Error ? error.stack : String(error);
    http.log.error(
      { request_id: requestId, method: c.req.method, path: c.req.path, error: stack },
      'request failed unexpectedly',
    );
    return buildProblem(
      'internal_error',
      'an unexpected error occurred; the log contains it under this request_id',
      requestId,
    );
  }
  const detail = refusal.code === 'not_found' ? hintAtList(refusal.message, c.req.path) : refusal.message;
  return buildProblem(refusal.code, detail, requestId, refusal.errors);
}

/** Names the list to look in, if `path` is below one and the detail does not already say what to do. */
function hintAtList(detail: string, path: string): string {
  const list = /^\/v1\/[a-z-]+(?=\/)/.exec(path)?.[0];
  return list === undefined || detail.includes(';') ? detail : `${detail}; GET ${list} lists those that exist`;
}

function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  const transient = transientReason(error);
  if (transient !== null) return new Refusal('service_unavailable', `${transient}; try again`);
  // The framework throws these only for invalid requests.
  return error instanceof HTTPException && error.status < 500 ? new Refusal('bad_request', error.message) : null;
}

export function respondWithProblem(
  c: Context<HttpEnv>,
  problem: Problem,
  headers: Record<string, string> = {},
): Response {
  const all = { ...refusalHeaders(c, problem), ...headers };
  return makeResponse(c, JSON.stringify(problem), { status: problem.status, headers: all });
}

/** The header fields of an error response, with those that depend on the request. */
export function refusalHeaders(c: Context<HttpEnv>, problem: Problem): Record<string, string> {
  const challenge = c.get('challenge');
  const retryAfter = c.get('retryAfter');
  const refused = problem.code === 'unauthorized' || problem.code === 'forbidden';
  return {
    ...problemHeaders(problem.code),
    ...(problem.code === 'rate_limited' && retryAfter !== undefined ? { 'retry-after': String(retryAfter) } : {}),
    ...(refused && challenge !== undefined ? { 'www-authenticate': challenge } : {}),
  };
}
