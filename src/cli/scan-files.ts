import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { type IgnoreFile, isIgnored, readIgnoreFile } from '../domain/scan/gitignore.ts';
import type { ScanLimits } from '../domain/scan/limits.ts';
import { isSkippedDirectory, syntaxOf } from '../domain/scan/syntax.ts';
import type { ScannedFile } from '../services/scan/scan.ts';
import { describeFileError } from './whole-file.ts';

/** What a scan did not read. */
export type Skipped = {
  /** Files over the limit of bytes. */
  large: number;
  /** Files and directories that cannot be read, with the reason. */
  readonly unreadable: string[];
  /** The limit at which the scan ended early; null if it did not. */
  cutBy: 'files' | 'depth' | null;
};

type Walk = {
  /** The top of the repository; without one, the scanned directory. .gitignore files count from there. */
  readonly top: string;
  /** Where the paths of files begin. */
  readonly base: string;
  readonly limits: ScanLimits;
  readonly skipped: Skipped;
  files: number;
};

/** The files of a directory, or the one file, that a scan reads. Symbolic links are not followed. */
export async function* walkFiles(path: string, limits: ScanLimits, skipped: Skipped): AsyncGenerator<ScannedFile> {
  const root = await realpath(path).catch((error: unknown) => refusePath(path, error));
  const isDirectory = (await stat(root)).isDirectory();
  const directory = isDirectory ? root : dirname(root);
  const top = (await findTop(directory)) ?? directory;
  const walk: Walk = { top, base: baseOf(directory), limits, skipped, files: 0 };
  if (isDirectory) {
    await readdir(root).catch((error: unknown) => refusePath(path, error));
    yield* walkDirectory(walk, root, await readIgnoreFilesAbove(top, root), 0);
  } else if (syntaxOf(basename(root)) === null) {
    throw new Refusal('validation_failed', `${path} is not of a kind that scan reads (docs/scan.md)`);
  } else {
    yield* readFiles(walk, root);
  }
}

function refusePath(path: string, error: unknown): never {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  const reason = isMissing ? 'there is no such file or directory' : describeFileError(error);
  throw new Refusal('not_found', `cannot read ${path}: ${reason}`);
}

/** The working directory if it contains the scanned directory, as code hosts expect; else the scanned directory. */
function baseOf(directory: string): string {
  const path = relative(process.cwd(), directory);
  return path.split(sep)[0] === '..' || isAbsolute(path) ? directory : process.cwd();
}

/** The directory at or above this one that contains `.git`. */
async function findTop(directory: string): Promise<string | null> {
  if (await exists(join(directory, '.git'))) return directory;
  const parent = dirname(directory);
  return parent === directory ? null : await findTop(parent);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** The rules of the repository, and those of the directories between its top and the scanned one. */
async function readIgnoreFilesAbove(top: string, root: string): Promise<IgnoreFile[]> {
  const files = await readIgnoreFileAt(join(top, '.git', 'info', 'exclude'), '');
  const names = relative(top, root).split(sep).slice(0, -1);
  for (const depth of root === top ? [] : [0, ...names.map((_name, index) => index + 1)]) {
    const directory = names.slice(0, depth).join('/');
    files.push(...(await readIgnoreFilesOf(top, join(top, directory))));
  }
  return files;
}

/** `.outturnignore` is for files that the repository keeps and a scan should not read, such as test data with old ids. */
async function readIgnoreFilesOf(top: string, directory: string): Promise<IgnoreFile[]> {
  const path = pathFrom(top, directory);
  const git = await readIgnoreFileAt(join(directory, '.gitignore'), path);
  return [...git, ...(await readIgnoreFileAt(join(directory, '.outturnignore'), path))];
}

/** A list without elements if there is no such file, or none that can be read. */
async function readIgnoreFileAt(path: string, directory: string): Promise<IgnoreFile[]> {
  const text = await readAtMost(path, ignoreBytesMax).catch(() => null);
  return text === null ? [] : [readIgnoreFile(directory === '' ? '' : `${directory}/`, new TextDecoder().decode(text))];
}

/** The part of a .gitignore file that is read. */
const ignoreBytesMax = 1_048_576;

async function* walkDirectory(
  walk: Walk,
  directory: string,
  above: readonly IgnoreFile[],
  depth: number,
): AsyncGenerator<ScannedFile> {
  const { top, limits, skipped } = walk;
  if (depth > limits.depthMax) skipped.cutBy = 'depth';
  if (skipped.cutBy !== null) return;
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    noteUnreadable(walk, directory, error);
    return [];
  });
  const ignores = [...above, ...(await readIgnoreFilesOf(top, directory))];
  for (const entry of entries.sort(byName)) {
    const path = join(directory, entry.name);
    if (!isRead(entry) || isIgnored(ignores, pathFrom(top, path), entry.isDirectory())) continue;
    if (entry.isDirectory()) yield* walkDirectory(walk, path, ignores, depth + 1);
    else yield* readFiles(walk, path);
  }
}

/** Links are neither files nor directories here, so that a loop or a link out of the repository leads nowhere. */
function isRead(entry: Dirent): boolean {
  return entry.isDirectory() ? !isSkippedDirectory(entry.name) : entry.isFile() && syntaxOf(entry.name) !== null;
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

function pathFrom(base: string, path: string): string {
  return relative(base, path).split(sep).join('/');
}

/** The file, unless a limit or an error prevents it. */
async function* readFiles(walk: Walk, path: string): AsyncGenerator<ScannedFile> {
  const { limits, skipped, base } = walk;
  if (walk.files >= limits.filesMax) skipped.cutBy = 'files';
  if (skipped.cutBy !== null) return;
  walk.files += 1;
  try {
    const bytes = await readAtMost(path, limits.fileBytesMax);
    if (bytes === null) skipped.large += 1;
    else yield { path: pathFrom(base, path), bytes };
  } catch (error) {
    noteUnreadable(walk, path, error);
  }
}

function noteUnreadable({ base, skipped }: Walk, path: string, error: unknown): void {
  skipped.unreadable.push(`${pathFrom(base, path)}: ${describeFileError(error)}`);
}

/** The content of a file; null if it has more bytes. It never reads more, even if the file grows. */
async function readAtMost(path: string, bytesMax: number): Promise<Uint8Array | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > bytesMax) return null;
    const buffer = Buffer.alloc(size);
    const { bytesRead } = await file.read(buffer, 0, size, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
