import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export type Encoding = 'br' | 'gzip';

/** Shorter content is not compressed: its header fields are as long. */
export const encodedBytesMin = 1024;
/** Of 0 to 11. Higher ones save a few per cent more but take seconds for the script of the reference. */
const brotliQuality = 6;

/** The encoding of a response by its request's Accept-Encoding; null to send it as it is. A coding with `q=0` is not accepted. */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding | null {
  const accepted = new Set(
    (acceptEncoding ?? '')
      .toLowerCase()
      .split(',')
      .filter((entry) => !/;\s*q=0(\.0*)?\s*$/.test(entry))
      .map((entry) => entry.split(';')[0]?.trim()),
  );
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') ? 'gzip' : null;
}

export function encode(content: Uint8Array, encoding: Encoding): Uint8Array<ArrayBuffer> {
  switch (encoding) {
    case 'br':
      return new Uint8Array(
        brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: brotliQuality } }),
      );
    case 'gzip':
      return new Uint8Array(gzipSync(content));
  }
}
