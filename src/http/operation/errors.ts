import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { Refusal, type RefusalCode, type RefusalDetail } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';

/** What only the HTTP floor itself can answer, besides the refusals of the domain. */
export type ProblemCode =
  | RefusalCode
  | 'internal_error'
  | 'request_timeout'
  | 'headers_too_large'
  | 'expectation_failed';

type Kind = {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 412 | 413 | 415 | 417 | 422 | 429 | 431 | 500 | 502 | 503;
  readonly title: string;
};

/** Total on purpose: a new code does not compile before it has a status. 400 is unparsable, 422 well-formed but invalid. */
export const problemKinds: { readonly [Code in ProblemCode]: Kind } = {
  bad_request: { status: 400, title: 'The request could not be understood' },
  invalid_json: { status: 400, title: 'The body is not JSON' },
  invalid_cursor: { status: 400, title: 'The cursor is not of this listing' },
  unauthorized: { status: 401, title: 'A valid key is needed' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'The method is not supported here' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'The request conflicts with what is there' },
  request_in_progress: { status: 409, title: 'The same request is still under way' },
  precondition_failed: { status: 412, title: 'It was changed in the meantime' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The media type is not supported here' },
  expectation_failed: { status: 417, title: 'The expectation cannot be met' },
  validation_failed: { status: 422, title: 'The input is not valid' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key belongs to another request' },
  criterion_too_deep: { status: 422, title: 'The criterion nests too deeply' },
  criterion_too_large: { status: 422, title: 'The criterion has too many nodes' },
  feed_unparsable: { status: 422, title: 'The payload is not what the adapter reads' },
  fetch_refused: { status: 422, title: 'The address may not be fetched' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The header fields are too large' },
  internal_error: { status: 500, title: 'Something went wrong here' },
  fetch_failed: { status: 502, title: 'The publisher did not answer' },
  service_unavailable: { status: 503, title: 'The service is not available now' },
};

/** A refusal names at most so many errors. */
const errorsMax = 50;
/** How long a client is asked to wait when the service is unavailable, or the same request is under way. */
const retryAfterSeconds = 2;

/** RFC 9457. `type` is a path of this service that explains the code. */
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
  const base = { type: problemType(code), title, status, detail, code, request_id: requestId };
  return errors.length === 0 ? base : { ...base, errors: errors.slice(0, errorsMax) };
}

/** What a problem's answer carries besides the problem itself. */
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

/** Answers anything thrown. What is no refusal is a bug: logged with its request id and not shown. */
export function answerError(error: unknown, c: Context<HttpEnv>, http: Pick<HttpDeps, 'log'>): Response {
  const requestId = c.get('requestId');
  const refusal = asRefusal(error);
  if (refusal === null) {
    const stack = error instanceof Error ? error.stack : String(error);
    http.log.error(
      { request_id: requestId, method: c.req.method, path: c.req.path, error: stack },
      'request failed unexpectedly',
    );
    return answerProblem(
      c,
      buildProblem('internal_error', 'an unexpected error; the log has it under this request_id', requestId),
    );
  }
  return answerProblem(c, buildProblem(refusal.code, refusal.message, requestId, refusal.errors));
}

function asRefusal(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  if (isConnectionLoss(error)) return new Refusal('service_unavailable', 'the database cannot be reached; try again');
  // The framework's own: only ever about what the client sent.
  return error instanceof HTTPException && error.status < 500 ? new Refusal('bad_request', error.message) : null;
}

/** The driver's and the server's codes for a connection that is gone: they say nothing of the request. */
function isConnectionLoss(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(57P0|08)/.test(code) || code.startsWith('CONNECTION_') || code === 'ECONNREFUSED';
}

export function answerProblem(c: Context<HttpEnv>, problem: Problem, headers: Record<string, string> = {}): Response {
  const challenge = c.get('challenge');
  const retryAfter = c.get('retryAfter');
  const refused = problem.code === 'unauthorized' || problem.code === 'forbidden';
  return c.body(JSON.stringify(problem), problemKinds[problem.code].status, {
    ...problemHeaders(problem.code),
    ...(problem.code === 'rate_limited' && retryAfter !== undefined ? { 'retry-after': String(retryAfter) } : {}),
    ...(refused && challenge !== undefined ? { 'www-authenticate': challenge } : {}),
    ...headers,
  });
}
