import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { makeTooLargeError } from './failure.ts';

/** A type declaration file of a package; `path` without the archive's root folder. */
export type DeclarationFile = { readonly path: string; readonly text: string };

export type TarballLimits = {
  /** The archive as sent, in bytes. */
  readonly tarballBytesMax: number;
  /** The archive after decompression, in bytes. */
  readonly unpackedBytesMax: number;
  readonly entriesMax: number;
  /** One declaration file, in bytes. */
  readonly fileBytesMax: number;
  /** All matching declaration files together, in bytes. */
  readonly keptBytesMax: number;
};

export const tarballLimitsDefault: TarballLimits = {
  tarballBytesMax: 30_000_000,
  unpackedBytesMax: 200_000_000,
  entriesMax: 50_000,
  fileBytesMax: 8_000_000,
  keptBytesMax: 16_000_000,
};

/**
 * Streams a gzipped tar archive and keeps the `.d.ts` files that declare one of the named types, sorted by path.
 * The source is read to its end. Throws when a limit is exceeded, the archive is damaged, the source fails or the signal
 * fires: a partial result is never returned, because a missing file would look like a withdrawn model.
 */
export async function readDeclarations(
  source: AsyncIterable<Uint8Array>,
  typeNames: readonly string[],
  limits: TarballLimits,
  signal: AbortSignal,
): Promise<readonly DeclarationFile[]> {
  const archive = extract();
  const [files] = await Promise.all([
    keepDeclarations(archive, makeDeclarationPattern(typeNames), limits),
    pipeline(
      Readable.from(capBytes(source, limits.tarballBytesMax, 'the archive')),
      createGunzip(),
      (unpacked: AsyncIterable<Uint8Array>) => capBytes(unpacked, limits.unpackedBytesMax, 'the unpacked archive'),
      archive,
      { signal },
    ),
  ]);
  return [...files].map(([path, text]) => ({ path, text })).sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Passes bytes through, and throws an error classified as `too_large` once there are more than `bytesMax`. */
export async function* capBytes(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > bytesMax) throw makeTooLargeError(`${what} is larger than ${bytesMax} bytes`);
    yield chunk;
  }
}

async function keepDeclarations(
  archive: ReturnType<typeof extract>,
  pattern: RegExp,
  limits: TarballLimits,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  let entries = 0;
  let kept = 0;
  for await (const entry of archive) {
    entries += 1;
    if (entries > limits.entriesMax) throw makeTooLargeError(`the archive has more than ${limits.entriesMax} entries`);
    const { name, type, size = 0 } = entry.header;
    if (type !== 'file' || !name.endsWith('.d.ts')) {
      entry.resume();
      continue;
    }
    if (size > limits.fileBytesMax) throw makeTooLargeError(`${name} is larger than ${limits.fileBytesMax} bytes`);
    const text = await readText(entry);
    if (!pattern.test(text)) continue;
    kept += size;
    if (kept > limits.keptBytesMax)
      throw makeTooLargeError(`the declarations are larger than ${limits.keptBytesMax} bytes`);
    files.set(name.replace(/^[^/]*\//, ''), text);
  }
  return files;
}

async function readText(source: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  // The stream's type declarations do not say what it yields.
  for await (const chunk of source) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Matches `type Name =`, with or without `export`, `declare` and type parameters. */
function makeDeclarationPattern(typeNames: readonly string[]): RegExp {
  const bad = typeNames.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (bad !== undefined || typeNames.length === 0) throw new TypeError(`not a type name: ${bad ?? '(none given)'}`);
  return new RegExp(`\\btype\\s+(?:${typeNames.join('|')})\\s*(?:<[^=]*>\\s*)?=`);
}
