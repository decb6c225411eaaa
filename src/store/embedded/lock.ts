import { closeSync, openSync, readFileSync, readlinkSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Refusal } from '../../domain/refusal.ts';

/**
 * One process per data directory: the embedded engine does not lock its files, and two processes on one directory
 * silently corrupt it. The lock file lies beside the engine's directory, which belongs to the engine.
 */

/** How often a holder renews its heartbeat, for processes that cannot look up its pid. */
const heartbeatMs = 5_000;

/** After this long without a heartbeat, a holder on another machine or in another container counts as dead. */
const heartbeatAgeMsMax = 30_000;

/** A takeover is a few system calls; one that lasted longer was interrupted. */
const takeOverMsMax = 30_000;

/** `started` distinguishes a process from an earlier one with the same pid; `namespace` is the pid namespace. */
type Holder = { pid: number; started: string | null; host: string; namespace: string | null };

export type DirectoryLock = { release(): void };

/** Takes the lock of `dataDir` or refuses with `conflict`. A holder that is no longer alive is replaced. */
export function lockDirectory(dataDir: string): DirectoryLock {
  const path = join(dataDir, 'outturn.lock');
  const mine: Holder = {
    pid: process.pid,
    started: processStart(process.pid),
    host: hostname(),
    namespace: namespace(),
  };
  const text = `${JSON.stringify(mine)}\n`;
  if (!createExclusive(path, text)) takeOver(path, dataDir, text);
  const heartbeat = setInterval(() => beat(path), heartbeatMs);
  heartbeat.unref();
  return {
    release: () => {
      clearInterval(heartbeat);
      if (read(path) === text) rmSync(path, { force: true });
    },
  };
}

function createExclusive(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    writeFileSync(file, text);
    return true;
  } catch (error) {
    // On a full disk the file is empty, which would look like the lock of a process that is just starting.
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** A second lock file serializes takeovers, so that no process removes the new lock of another. */
function takeOver(path: string, dataDir: string, text: string): void {
  const guard = `${path}.takeover`;
  if ((ageMs(guard) ?? 0) > takeOverMsMax) rmSync(guard, { force: true });
  if (!createExclusive(guard, '')) throw inUse(dataDir, path, 'another process that is just starting');
  try {
    const found = read(path);
    const alive = found === null ? null : livingHolder(found, ageMs(path) ?? 0);
    if (alive !== null) throw inUse(dataDir, path, alive);
    rmSync(path, { force: true });
    if (!createExclusive(path, text)) throw inUse(dataDir, path, 'another process that just started');
  } finally {
    rmSync(guard, { force: true });
  }
}

/** A description of the holder if it is or may be alive; null if it is certainly dead. */
function livingHolder(text: string, heartbeatAgeMs: number): string | null {
  const holder = parseHolder(text);
  const beatLately = heartbeatAgeMs <= heartbeatAgeMsMax;
  // An unreadable lock may still be being written.
  if (holder === null) return beatLately ? 'another process' : null;
  if (holder.host !== hostname() || holder.namespace !== namespace()) {
    return beatLately ? `process ${holder.pid} on ${holder.host}` : null;
  }
  return isAlive(holder.pid) && holder.started === processStart(holder.pid) ? `process ${holder.pid}` : null;
}

function parseHolder(text: string): Holder | null {
  try {
    // A cast is safe: only this file writes it, and every field is checked or only compared.
    const holder = JSON.parse(text) as Partial<Holder> | null;
    if (typeof holder?.pid !== 'number' || !Number.isSafeInteger(holder.pid) || holder.pid <= 0) return null;
    const { pid, started = null, host = '', namespace: space = null } = holder;
    return { pid, started, host, namespace: space };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Whether it and its threads have ended and only its parent has not asked for its result, as in a container without an init. */
function hasEnded(pid: number): boolean {
  const fields = statFields(pid);
  return fields !== null && fields[0] === 'Z' && Number(fields[17]) <= 1;
}

/** proc(5): the fields of /proc/<pid>/stat from the third on. The name in field 2 may hold spaces and parentheses. */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** The boot id and the clock tick at which a process started; null on systems without /proc. */
function processStart(pid: number): string | null {
  try {
    // Field 22 of proc(5).
    const ticks = statFields(pid)?.[19];
    if (ticks === undefined) return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${ticks}`;
  } catch {
    return null;
  }
}

function namespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

function beat(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The directory may be gone at the end of a test, or the disk may be; the engine reports that better.
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function ageMs(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs === undefined ? null : Date.now() - statSync(path).mtimeMs;
}

function inUse(dataDir: string, path: string, holder: string): Refusal {
  return new Refusal(
    'conflict',
    `the data directory ${dataDir} is in use by ${holder} (${path}); the embedded database serves one process: ` +
      'stop the other one, use another data directory, or set DATABASE_URL to a PostgreSQL server for several',
  );
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
