import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal } from '../../domain/refusal.ts';
import { secretFiles } from '../../domain/transfer/backup.ts';
import { type DirectoryLock, lockDirectory } from './lock.ts';
import { describeDirectoryFailure } from './open-failure.ts';

/** An empty data directory into which a backup is being restored. */
export type RestoreDirectory = {
  /** Where to unpack the backup and to prepare the database. It is used as a data directory of its own. */
  readonly unfinished: string;
  /** Moves the finished files to their places, the database last: a directory without it was not restored. */
  finish(): void;
  /** Removes everything that the restore made, unless it has finished, and releases the directory. */
  close(): void;
};

const unfinishedName = 'restoring';

/** Names that an empty directory may have: the lock, what an interrupted restore left, and what ext4 makes in every root. */
const ignoredNames: readonly string[] = ['outturn.lock', unfinishedName, 'lost+found'];

/** Takes an empty or missing directory. Refuses with `conflict` one that has files or is in use. */
export function claimRestoreDirectory(dataDir: string): RestoreDirectory {
  const directory = resolve(dataDir);
  const existed = existsSync(directory);
  const lock = claimEmpty(directory);
  const unfinished = join(directory, unfinishedName);
  let finished = false;
  const close = (): void => {
    if (!finished) rmSync(unfinished, { recursive: true, force: true });
    lock.release();
    if (!finished && !existed) rmdirSync(directory);
  };
  try {
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { mode: 0o700 });
  } catch (error) {
    close();
    throw describeDirectoryFailure(dataDir, error);
  }
  const finish = (): void => {
    for (const name of [...secretFiles, 'postgres'])
      if (existsSync(join(unfinished, name))) renameSync(join(unfinished, name), join(directory, name));
    finished = true;
    rmSync(unfinished, { recursive: true, force: true });
  };
  return { unfinished, finish, close };
}

function claimEmpty(directory: string): DirectoryLock {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Before the lock as well, so that a directory of somebody else's is left alone.
    if (!existsSync(join(directory, 'outturn.lock'))) requireEmpty(directory);
    const lock = lockDirectory(directory);
    try {
      requireEmpty(directory);
    } catch (error) {
      lock.release();
      throw error;
    }
    return lock;
  } catch (error) {
    throw describeDirectoryFailure(directory, error);
  }
}

function requireEmpty(directory: string): void {
  const found = readdirSync(directory).find((name) => !ignoredNames.includes(name));
  if (found === undefined) return;
  throw new Refusal(
    'conflict',
    `the data directory ${directory} is not empty (it has ${found}): restore into an empty or new one, which OUTTURN_DATA_DIR names`,
  );
}
