import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export type Encoding = 'br' | 'gzip';

/** Shorter content is not compressed: its header fields are as long. */
export const encodedBytesMin = 1024;
/** Of 0 to 11. Higher ones save a few per cent more but take seconds for the script of the reference. */
const brotliQuality = 6;

/** The encodings that are offered. If a client likes several equally, the first is chosen. */
const offered: readonly Encoding[] = ['br', 'gzip'];

/**
 * The encoding that a request's Accept-Encoding prefers (RFC 9110, 12.5.3); null to send the content as it is, because
 * the client prefers that or accepts nothing that is offered. `*` stands for the encodings that are not listed.
 */
export function chooseEncoding(acceptEncoding: string | undefined): Encoding | null {
  const weights = readWeights(acceptEncoding ?? '');
  const weightOf = (encoding: Encoding): number => weights.get(encoding) ?? weights.get('*') ?? 0;
  const [best] = [...offered].sort((a, b) => weightOf(b) - weightOf(a));
  // The content as it is need not be listed to be acceptable, but then anything that is listed is preferred.
  const weightUnencoded = weights.get('identity') ?? 0;
  return best !== undefined && weightOf(best) > 0 && weightOf(best) >= weightUnencoded ? best : null;
}

/** The weight of each listed encoding, from 0 (not acceptable) to 1. A malformed weight counts as 0. */
function readWeights(acceptEncoding: string): ReadonlyMap<string, number> {
  const entries = acceptEncoding.toLowerCase().split(',');
  return new Map(
    entries.map((entry) => {
      const [name = '', ...parameters] = entry.split(';').map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice('q='.length);
      if (weight === undefined) return [name, 1];
      return [name, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0];
    }),
  );
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
