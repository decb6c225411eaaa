import { statSync } from 'node:fs';
import { join } from 'node:path';
import { inMemory } from './messages.ts';

/** Looks whether the files of a database are still those that were opened. */
export type FileWatch = { arePresent(): boolean };

/** Files that exist as long as the database does, and are never replaced. */
const lastingFiles = ['PG_VERSION', 'global/pg_control'];

/** Remembers the files of `directory` as they are now. A database in memory has none, and is always present. */
export function watchFiles(directory: string): FileWatch {
  if (directory === inMemory) return { arePresent: () => true };
  const paths = lastingFiles.map((name) => join(directory, name));
  const opened = paths.map(identify);
  return { arePresent: () => paths.every((path, index) => identify(path) === opened[index]) };
}

/** Null if there is no such file. A file that replaces another one has another number. */
function identify(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev} ${found.ino}`;
}
