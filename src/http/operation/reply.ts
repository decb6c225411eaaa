import type { Context } from 'hono';
import type { Caller } from '../../domain/access/api-key.ts';
import { linkTo } from '../../domain/public-url.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { type Asset, representAsset } from '../server/asset.ts';
import type { Access } from './auth.ts';
import { contentTag, isCached, versionTag } from './etag.ts';
import { makeResponse } from './headers.ts';

/** How long any cache may keep a response about the past. */
const pastSecondsMax = 60;

/** The target of a request, for links to it and for problems. */
export type Target = {
  readonly path: string;
  readonly search: URLSearchParams;
  readonly requestId: string;
  /** Returns the base URL of this service, without a trailing slash. */
  readonly base: () => string;
};

/** What a handler returns. `respond` turns it into an HTTP response. */
export type Reply = {
  readonly status?: 200 | 201 | 204 | 301 | 503;
  readonly body?: unknown;
  /** What the audit log records instead of a long body. */
  readonly recorded?: unknown;
  /** A body that is not JSON, or JSON that is ready to be sent. */
  readonly text?: string | Uint8Array<ArrayBuffer>;
  /** A body that is the same for every request, which may be compressed. */
  readonly asset?: Asset;
  /** A streamed body. */
  readonly stream?: ReadableStream<Uint8Array>;
  readonly mediaType?: string;
  /** The row version, if the resource has one. */
  readonly version?: number;
  /** True for a response about the past, which never changes. */
  readonly past?: boolean;
  /** How long any cache may keep it if reading is public, in seconds. */
  readonly secondsMax?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

type ReplyContext = {
  readonly isPrivate: boolean;
  readonly isRead: boolean;
  readonly access: Access;
  /** Null if links in header fields are paths. */
  readonly publicUrl: string | null;
};

/** What a response depends on besides the reply. */
export function replyContextOf(
  spec: { readonly access: Access; readonly method: string },
  http: Pick<HttpDeps, 'publicRead' | 'services'>,
  caller: Caller | null,
): ReplyContext {
  return {
    isPrivate: caller !== null || !http.publicRead,
    isRead: spec.method === 'get',
    access: spec.access,
    publicUrl: http.services.publicUrl,
  };
}

export async function respond(c: Context<HttpEnv>, context: ReplyContext, reply: Reply): Promise<Response> {
  const status = reply.status ?? 200;
  const headers: Record<string, string> = { 'cache-control': cacheControl(context, reply) };
  if (context.access !== 'open') headers.vary = 'Authorization';
  Object.assign(headers, withPublicUrl(context, reply.headers));
  if (status === 204 || status === 301) return makeResponse(c, null, { status, headers });
  if (reply.stream !== undefined) {
    const streamed = { ...headers, ...streamHeaders(reply) };
    if (c.req.method !== 'HEAD') return c.body(reply.stream, 200, streamed);
    // Nothing reads the body of a HEAD request, so the stream would never end.
    await reply.stream.cancel();
    return c.body(null, 200, streamed);
  }
  if (reply.asset !== undefined) {
    const { headers: own, contentHeaders, body } = representAsset(reply.asset, c.req.header('accept-encoding'));
    const all = { ...headers, ...own };
    if (isCached(c.req.header('if-none-match'), own.etag)) return c.body(null, 304, all);
    return c.body(body(), status, { ...all, ...contentHeaders });
  }
  const text = reply.text ?? JSON.stringify(reply.body);
  const mediaType = reply.mediaType ?? 'application/json';
  if (status === 503) {
    headers['cache-control'] = 'no-store';
    headers['content-type'] = mediaType;
    return makeResponse(c, text, { status, headers });
  }
  const tag = reply.version === undefined ? contentTag(text) : versionTag(reply.version, text);
  if (reply.version === undefined && context.isRead) c.set('contentTag', tag);
  if (reply.version !== undefined || context.isRead) headers.etag = tag;
  if (context.isRead && isCached(c.req.header('if-none-match'), tag))
    return makeResponse(c, null, { status: 304, headers });
  headers['content-type'] = mediaType;
  return makeResponse(c, text, { status, headers });
}

/** Makes `Location` and `Link` absolute if the public URL is set, because a proxy may serve this service under a path. */
function withPublicUrl({ publicUrl }: ReplyContext, headers: Reply['headers'] = {}): Record<string, string> {
  if (publicUrl === null) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (name === 'location') return [name, linkTo(publicUrl, value)];
      return [name, name === 'link' ? value.replace(/^<(?=\/)/, `<${publicUrl}`) : value];
    }),
  );
}

/** No cache may store a stream and no proxy may buffer it. Chunked, so that the headers are sent before the first chunk. */
function streamHeaders({ mediaType }: Reply): Record<string, string> {
  return {
    'content-type': mediaType ?? 'application/octet-stream',
    'cache-control': 'no-store',
    'transfer-encoding': 'chunked',
    'x-accel-buffering': 'no',
  };
}

function cacheControl(context: ReplyContext, reply: Reply): string {
  if (!context.isRead) return 'no-store';
  if (context.isPrivate && context.access !== 'open') return 'private, no-cache';
  if (reply.secondsMax !== undefined) return `public, max-age=${reply.secondsMax}`;
  return reply.past === true ? `public, max-age=${pastSecondsMax}` : 'no-cache';
}
