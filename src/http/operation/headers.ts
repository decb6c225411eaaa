import type { Context } from 'hono';
import type { HttpEnv } from '../deps.ts';

/** Header fields of a response that scripts of other origins may read. */
const exposedHeaders =
  'ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotent-Replayed, Deprecation, Sunset';

/** Sent with every response. Strict-Transport-Security is the task of the proxy that terminates TLS. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': exposedHeaders,
};

const constantHeaders = { ...securityHeaders, ...corsHeaders };

/**
 * A response with the header fields that every response has; those given take precedence. Made with all fields at once,
 * because adding one to a finished response costs more than the rest of a read. For the same reason objects are not spread into
 * one: several spreads with as many members make an object that V8 handles slowly, and collects late.
 */
export function makeResponse(
  c: Context<HttpEnv>,
  body: string | Uint8Array<ArrayBuffer> | null,
  init: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
): Response {
  const { status } = init;
  c.set('hasStandardHeaders', true);
  const headers: Record<string, string> = Object.assign({}, constantHeaders, c.get('quota'), init.headers);
  headers['x-request-id'] = c.get('requestId');
  return new Response(body, { status, headers: withNotices(headers, c.get('notices')) });
}

/** A `Link` of a notice follows that of a page of a list. */
function withNotices(
  headers: Record<string, string>,
  notices: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  for (const [name, value] of Object.entries(notices ?? {}))
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  return headers;
}
