import type { Context } from 'hono';
import { linkTo } from '../../domain/public-url.ts';
import type { HttpEnv } from '../deps.ts';
import type { Access } from './auth.ts';
import { contentTag, isHeld, versionTag } from './etag.ts';

/** How long an answer about the past may be kept by anybody: it does not change. */
const pastSecondsMax = 60;

/** Where the request went, for links back to it and for problems. */
export type Target = {
  readonly path: string;
  readonly search: URLSearchParams;
  readonly requestId: string;
  /** How this service is called; paths go behind it. */
  readonly base: string;
};

/** What a handler answers; `respond` makes HTTP of it. */
export type Reply = {
  readonly status?: 200 | 201 | 204 | 503;
  readonly body?: unknown;
  /** A body that is not JSON. */
  readonly text?: string;
  /** A body that goes on. */
  readonly stream?: ReadableStream<Uint8Array>;
  readonly mediaType?: string;
  /** The row version, for things that have one. */
  readonly version?: number;
  /** An answer about the past, which nothing changes. */
  readonly past?: boolean;
  /** How long anybody may keep it, in seconds, where reading is public. */
  readonly secondsMax?: number;
  readonly headers?: Readonly<Record<string, string>>;
};

type Manner = {
  readonly isPrivate: boolean;
  readonly isRead: boolean;
  readonly access: Access;
  /** Null: links in header fields are paths, which hold wherever the client came from. */
  readonly publicUrl: string | null;
};

export async function respond(c: Context<HttpEnv>, manner: Manner, reply: Reply): Promise<Response> {
  const status = reply.status ?? 200;
  const base = {
    'cache-control': cacheControl(manner, reply),
    ...(manner.access === 'open' ? {} : { vary: 'Authorization' }),
    ...linked(manner, reply.headers),
  };
  if (status === 204) return c.body(null, 204, base);
  if (reply.stream !== undefined) {
    const streamed = { ...base, ...streamHeaders(reply) };
    if (c.req.method !== 'HEAD') return c.body(reply.stream, 200, streamed);
    // Nobody would read it, and it would wait for its reader.
    await reply.stream.cancel();
    return c.body(null, 200, streamed);
  }
  const text = reply.text ?? JSON.stringify(reply.body);
  const mediaType = reply.mediaType ?? 'application/json';
  if (status === 503) return c.body(text, 503, { ...base, 'cache-control': 'no-store', 'content-type': mediaType });
  const tag = reply.version === undefined ? contentTag(text) : versionTag(reply.version, text);
  const tagged = { ...base, ...(reply.version !== undefined || manner.isRead ? { etag: tag } : {}) };
  if (manner.isRead && isHeld(c.req.header('if-none-match'), tag)) return c.body(null, 304, tagged);
  return c.body(text, status, { ...tagged, 'content-type': mediaType });
}

/** `Location` and `Link` lead to where others find this service, which may lie behind a path that it does not know of. */
function linked({ publicUrl }: Manner, headers: Reply['headers'] = {}): Record<string, string> {
  if (publicUrl === null) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      if (name === 'location') return [name, linkTo(publicUrl, value)];
      return [name, name === 'link' ? value.replace(/^<(?=\/)/, `<${publicUrl}`) : value];
    }),
  );
}

/** A stream is nobody's to keep or to gather, and its head goes out before its first chunk is there. */
function streamHeaders({ mediaType }: Reply): Record<string, string> {
  return {
    'content-type': mediaType ?? 'application/octet-stream',
    'cache-control': 'no-store',
    'transfer-encoding': 'chunked',
    'x-accel-buffering': 'no',
  };
}

function cacheControl(manner: Manner, reply: Reply): string {
  if (!manner.isRead) return 'no-store';
  if (manner.isPrivate && manner.access !== 'open') return 'private, no-cache';
  if (reply.secondsMax !== undefined) return `public, max-age=${reply.secondsMax}`;
  return reply.past === true ? `public, max-age=${pastSecondsMax}` : 'no-cache';
}
