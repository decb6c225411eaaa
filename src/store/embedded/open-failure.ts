import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../../domain/refusal.ts';

/** The major version of PostgreSQL whose files the embedded engine reads. */
export const engineVersion = '18';

/** How the engine reports that it cannot use its files. It says why on no channel that we could read. */
const unusableFiles = /^(?:Aborted\(|PGlite failed to initialize)/;

/** The error for a data directory that cannot be used. A refusal is returned unchanged. */
export function describeDirectoryFailure(dataDir: string, error: unknown): Error {
  if (error instanceof Refusal) return error;
  const way = errorCode(error) === 'ENOSPC' ? 'free some space' : 'make it writable for this user';
  return new Refusal(
    'service_unavailable',
    `${reasonText(dataDir, error)}: ${way}, or set OUTTURN_DATA_DIR to another directory`,
  );
}

function reasonText(dataDir: string, error: unknown): string {
  switch (errorCode(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
      return `the data directory ${dataDir} is not a directory`;
    case 'ENOSPC':
      return `no space is left on the disk of the data directory ${dataDir}`;
    case 'EROFS':
      return `the data directory ${dataDir} is on a read-only file system`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to write to the data directory ${dataDir}`;
    default:
      return `the data directory ${dataDir} cannot be used (${messageOf(error)})`;
  }
}

/** The error for an engine that does not start on the files of `dataDir`. */
export function describeEngineFailure(dataDir: string, error: unknown): Error {
  const files = join(dataDir, 'postgres');
  const version = readVersion(files);
  const megabytes = freeMegabytes(dataDir);
  // The engine fails on a full disk as it does on damaged files.
  if (megabytes < freeMegabytesMin)
    return new Refusal(
      'service_unavailable',
      `the database in ${dataDir} cannot be opened, probably because the disk is full (${megabytes} MB are free): ` +
        'free some space and start again',
    );
  if (version === null) return describeDirectoryFailure(files, error);
  if (version !== engineVersion)
    return new Refusal(
      'service_unavailable',
      `the database in ${dataDir} has the format of PostgreSQL ${version}, and this program reads ${engineVersion}: ` +
        'export it with the version of the program that wrote it, and import the export into another OUTTURN_DATA_DIR',
    );
  const message = messageOf(error);
  if (!unusableFiles.test(message))
    return new Refusal('service_unavailable', `the database in ${dataDir} cannot be opened: ${message}`);
  return new Refusal(
    'service_unavailable',
    `the database in ${dataDir} is damaged and cannot be opened: ${restoreAdvice}`,
  );
}

/** The error for a database whose files disappeared while it was in use. */
export function describeLostFiles(dataDir: string): Refusal {
  return new Refusal(
    'service_unavailable',
    `the database in ${dataDir} was deleted, moved or replaced while it was in use: put the directory back, or ${restoreAdvice}`,
  );
}

/** What to do when the files are lost. */
const restoreAdvice =
  'restore a backup into another OUTTURN_DATA_DIR with "outturn restore <file>", or import an export (docs/operations.md)';

/** Opening a database may create a file of the write-ahead log; creating one takes about 40 MB. */
const freeMegabytesMin = 32;

function freeMegabytes(dataDir: string): number {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    return Math.floor((bavail * bsize) / 2 ** 20);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function readVersion(files: string): string | null {
  const path = join(files, 'PG_VERSION');
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
