import { createHash, type Hash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { Refusal } from '../../domain/refusal.ts';
import {
  footerName,
  manifestName,
  readFooter,
  refusedBackup,
  secretFiles,
  writeBackupFooter,
} from '../../domain/transfer/backup.ts';

type PackedFile = { readonly name: string; readonly path: string };

export type PackInput = {
  /** The text of the manifest. */
  readonly manifest: string;
  /** Where the secrets are. */
  readonly dataDir: string;
  /** The files of the database, which must not change meanwhile. */
  readonly copy: string;
  readonly write: (bytes: Uint8Array) => Promise<void>;
};

/** The manifest and the footer are far smaller. */
const textBytesMax = 64 * 1024;

const chunkBytes = 256 * 1024;

/** Writes a backup of the secrets and of a copy of the database. If writing fails, it stops reading, and fails with the error. */
export async function packBackup(input: PackInput): Promise<void> {
  const archive = pack();
  const stop = new AbortController();
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    stop.abort();
  };
  const filled = fillArchive(archive, input, stop.signal).catch((error: unknown) => {
    fail(error);
    archive.destroy();
  });
  const write = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of chunks)
      await input
        .write(chunk)
        .catch(fail)
        .then(() => stop.signal.throwIfAborted());
  };
  await pipeline(archive, createGzip(), write).catch(fail);
  await filled;
  if (failures.length > 0) throw failures[0];
}

type Pack = ReturnType<typeof pack>;

async function fillArchive(archive: Pack, { manifest, dataDir, copy }: PackInput, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  const secrets = secretFiles
    .map((name) => ({ name, path: join(dataDir, name) }))
    .filter(({ path }) => existsSync(path));
  let entries = 1;
  addText(archive, hash, manifestName, manifest);
  for (const file of [...secrets, { name: 'postgres', path: copy }]) {
    for await (const { name, path, size } of walk(file)) {
      entries += 1;
      hashHead(hash, name, size ?? 0);
      if (size === null) archive.entry({ name, type: 'directory', mode: 0o700 });
      else await pipeline(hashed(readChunks(path, size), hash), archive.entry({ name, size, mode: 0o600 }), { signal });
    }
  }
  addText(archive, hash, footerName, writeBackupFooter({ entries, sha256: hash.copy().digest('hex') }));
  archive.finalize();
}

function addText(archive: Pack, hash: Hash, name: string, text: string): void {
  const bytes = Buffer.from(text);
  hashHead(hash, name, bytes.length);
  hash.update(bytes);
  archive.entry({ name, mode: 0o600 }, bytes);
}

/** Fails if the file does not have this size any more. */
async function* readChunks(path: string, size: number): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    for (let rest = size; rest > 0; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(chunkBytes, rest)));
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
      rest -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function* walk({ name, path }: PackedFile): AsyncGenerator<PackedFile & { readonly size: number | null }> {
  const found = await lstat(path);
  if (!found.isDirectory()) {
    yield { name, path, size: found.size };
    return;
  }
  yield { name: `${name}/`, path, size: null };
  for (const child of (await readdir(path)).sort()) yield* walk({ name: `${name}/${child}`, path: join(path, child) });
}

function hashHead(hash: Hash, name: string, size: number): void {
  hash.update(`${name}\0${size}\0`);
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

/**
 * Unpacks a backup into `directory`, which exists and is empty. `check` gets the manifest first, and may refuse it. Refuses with
 * `validation_failed` a file that is not a complete backup; what was unpacked until then is left for the caller to remove.
 */
export async function unpackBackup(
  source: AsyncIterable<Uint8Array>,
  directory: string,
  check: (manifest: string) => void,
): Promise<void> {
  const archive = extract();
  try {
    await Promise.all([unpackEntries(archive, directory, check), pipeline(source, createGunzip(), archive)]);
  } catch (error) {
    throw isAboutTheFile(error) ? new Refusal('validation_failed', refusedBackup) : error;
  }
}

/** Whether an error means that the archive is damaged. Errors of the file system have a code that begins with E. */
function isAboutTheFile(error: unknown): boolean {
  if (error instanceof Refusal) return false;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return !/^E[A-Z]/.test(code) || code.startsWith('ERR_');
}

async function unpackEntries(
  archive: ReturnType<typeof extract>,
  directory: string,
  check: (manifest: string) => void,
): Promise<void> {
  const hash = createHash('sha256');
  let entries = 0;
  let complete = false;
  for await (const entry of archive) {
    const { name, size = 0, type } = entry.header;
    if (complete || (entries === 0) !== (name === manifestName)) throw new Refusal('validation_failed', refusedBackup);
    if (name === footerName) {
      const footer = readFooter(await readText(entry, size));
      complete = footer?.entries === entries && footer.sha256 === hash.copy().digest('hex');
      if (!complete) throw new Refusal('validation_failed', refusedBackup);
      continue;
    }
    entries += 1;
    hashHead(hash, name, size);
    if (name === manifestName) {
      const text = await readText(entry, size);
      hash.update(text);
      check(text);
      continue;
    }
    if (!isExpected(name)) throw new Refusal('validation_failed', refusedBackup);
    const path = join(directory, name);
    if (type === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o700 });
      entry.resume();
    } else {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await pipeline(hashed(bytesOf(entry), hash), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    }
  }
  if (!complete) throw new Refusal('validation_failed', refusedBackup);
}

/** Only names that a backup has, so that no archive can write elsewhere. */
function isExpected(name: string): boolean {
  const parts = name.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part))) return false;
  return parts[0] === 'postgres' || secretFiles.some((file) => file === name);
}

async function readText(source: AsyncIterable<unknown>, size: number): Promise<string> {
  if (size > textBytesMax) throw new Refusal('validation_failed', refusedBackup);
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytesOf(source)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The stream's type declarations do not say what it yields. */
async function* bytesOf(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) if (chunk instanceof Uint8Array) yield chunk;
}
