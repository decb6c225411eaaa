import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Refusal } from '../domain/refusal.ts';

type Write = (bytes: Uint8Array) => Promise<void>;

/** Refuses with `conflict` a file that exists. */
export function refuseExisting(path: string): void {
  if (existsSync(path)) throw new Refusal('conflict', `${path} exists: name another file, or replace it with --force`);
}

/**
 * Writes a file that appears under its name once it is complete and on the disk. Only the owner may read it, because it holds
 * hashes and secrets. If it fails, the file that was there remains. Unless it `replaces` that, it refuses with `conflict`.
 */
export async function writeWholeFile<T>(
  path: string,
  write: (target: Write) => Promise<T>,
  { replaces }: { readonly replaces: boolean },
): Promise<T> {
  if (!replaces) refuseExisting(path);
  const unfinished = `${path}.${randomBytes(4).toString('hex')}.unfinished`;
  const file = await openFile(path, unfinished);
  let result: T;
  try {
    try {
      result = await write((bytes) => file.appendFile(bytes).catch((error: unknown) => refuseWrite(path, error)));
      await file.sync();
    } finally {
      await file.close();
    }
    await publish(unfinished, path, replaces);
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncDirectory(dirname(path));
  return result;
}

async function openFile(path: string, unfinished: string): Promise<FileHandle> {
  try {
    return await open(unfinished, 'wx', 0o600);
  } catch (error) {
    return refuseWrite(path, error);
  }
}

/** A link, unlike a rename, never replaces a file that was made meanwhile; some file systems have none. */
async function publish(unfinished: string, path: string, replaces: boolean): Promise<void> {
  try {
    if (!replaces) return await link(unfinished, path);
  } catch {
    refuseExisting(path);
  }
  await rename(unfinished, path).catch((error: unknown) => refuseWrite(path, error));
}

/** So that the name of the file survives a power failure, too. Not every system allows it. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, 'r');
    await directory.sync().finally(() => directory.close());
  } catch {
    // The file itself is on the disk.
  }
}

function refuseWrite(path: string, error: unknown): never {
  throw new Refusal('service_unavailable', `cannot write ${path}: ${describeFileError(error)}; nothing was written`);
}

/** What an error of the file system means, in words. */
export function describeFileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'no space is left on the disk';
    case 'EFBIG':
      return 'the file would be larger than the system allows';
    case 'EROFS':
      return 'the file system is read-only';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOENT':
      return 'the directory does not exist';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
