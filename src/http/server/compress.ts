import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from '../deps.ts';
import { chooseEncoding, type Encoding, encodedBytesMin } from './encoding.ts';

/** Of 0 to 11, and of 1 to 9. Higher ones take several times as long for a few per cent. */
const brotliQuality = 1;
const gzipLevel = 1;

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/**
 * Compresses lists and feeds, in a thread of their own, for clients that accept it. What is compressed has a weak tag, because its
 * bytes differ from those that the strong tag identifies (RFC 9110, 8.8.1); `If-None-Match` compares both alike. Resources
 * with a version keep their strong tag, which `If-Match` needs, and are sent as they are. Streams have no tag.
 */
export const compressLists: MiddlewareHandler<HttpEnv> = async (c, next) => {
  await next();
  const tag = c.get('contentTag');
  // Looking at the header fields of a response costs more than the rest of a read.
  if (tag === undefined) return;
  const vary = c.res.headers.get('vary') ?? '';
  c.res.headers.set('vary', vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`);
  if (c.res.status === 304) {
    // A cache updates a stored response only by the tag that it has stored.
    if (c.req.header('if-none-match')?.includes(`W/${tag}`)) c.res.headers.set('etag', `W/${tag}`);
    return;
  }
  const encoding = chooseEncoding(c.req.header('accept-encoding'));
  if (c.res.status !== 200 || encoding === null) return;
  const bytes = new Uint8Array(await c.res.arrayBuffer());
  const isSmall = bytes.length < encodedBytesMin;
  const body = isSmall || c.req.method === 'HEAD' ? bytes : await compress(bytes, encoding);
  c.res = new Response(body, c.res);
  if (isSmall) return;
  c.res.headers.set('content-encoding', encoding);
  c.res.headers.set('etag', `W/${tag}`);
};

async function compress(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  switch (encoding) {
    case 'br': {
      const params = {
        [constants.BROTLI_PARAM_QUALITY]: brotliQuality,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      };
      return new Uint8Array(await compressBrotli(bytes, { params }));
    }
    case 'gzip':
      return new Uint8Array(await compressGzip(bytes, { level: gzipLevel }));
  }
}
