import type { MiddlewareHandler } from 'hono';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { corsHeaders, securityHeaders } from '../operation/headers.ts';

const requestIdPattern = /^[\w.:=+/-]{1,128}$/;
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const allowedHeaders =
  'Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, X-Request-Id, Traceparent';
const preflightSecondsMax = 600;

/** Sets the request id: the client's if it is valid, otherwise a new one. Responses, logs and problems contain it. */
export function nameRequests(http: HttpDeps): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const sent = c.req.header('x-request-id');
    c.set('requestId', sent !== undefined && requestIdPattern.test(sent) ? sent : http.services.newId('req'));
    await next();
    if (c.get('hasStandardHeaders') !== true) c.res.headers.set('x-request-id', c.get('requestId'));
  };
}

/** Adds the header fields that every response has to those that were not made with them, such as pages. */
export const addHeaders: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await next();
  if (c.get('hasStandardHeaders') === true) return;
  const { headers } = c.res;
  for (const [name, value] of Object.entries({ ...securityHeaders, ...corsHeaders, ...c.get('quota') }))
    if (!headers.has(name)) headers.set(name, value);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
};

/** Logs one line for each request, when it is finished. */
export function logRequests(http: HttpDeps): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const traceparent = c.req.header('traceparent');
    const fields = {
      request_id: c.get('requestId'),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: Math.round((performance.now() - start) * 10) / 10,
      ...(traceparent !== undefined && traceparentPattern.test(traceparent) ? { traceparent } : {}),
    };
    http.log.info(fields, 'request');
  };
}

/** The header fields of a response to `OPTIONS`, including a CORS preflight, for a path with these methods. */
export function optionsHeaders(methods: readonly string[]): Record<string, string> {
  const allow = methods.join(', ');
  return {
    ...corsHeaders,
    allow,
    'access-control-allow-methods': allow,
    'access-control-allow-headers': allowedHeaders,
    'access-control-max-age': String(preflightSecondsMax),
    'cache-control': 'no-store',
  };
}
