import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { packageRoot } from '../../src/package-root.ts';

/** The built program, running as a user would run it. */
export type Program = {
  readonly base: string;
  readonly dataDir: string;
  readonly adminKey: string;
  readonly output: () => string;
  /** Resolves when its output matches. */
  readonly said: (pattern: RegExp) => Promise<void>;
  /** Sends the signal, SIGTERM by default, and returns the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  readonly process: ChildProcess;
};

const startMsMax = 180_000;

/**
 * Copies a migrated database without rows into a new data directory, so that the program need not spend seconds
 * creating one. Does nothing if the directory already has a database, or if none was prepared.
 */
export function prepareDirectory(dataDir: string): void {
  const prepared: string | undefined = inject('embedded')?.dataDir;
  if (prepared !== undefined && !existsSync(join(dataDir, 'postgres')))
    cpSync(join(prepared, 'postgres'), join(dataDir, 'postgres'), { recursive: true });
}

/**
 * Starts `serve` on a free port in a directory of its own, with no network access beyond loopback. The directory has a
 * prepared database, unless the program is to start `fromNothing`. `root` holds the program's own files; default: the
 * repository.
 */
export async function startProgram(
  env: Readonly<Record<string, string>> = {},
  dataDir = mkdtempSync(join(tmpdir(), 'outturn-')),
  { fromNothing = false, root = packageRoot() }: { readonly fromNothing?: boolean; readonly root?: string } = {},
): Promise<Program> {
  if (!fromNothing && env.DATABASE_URL === undefined) prepareDirectory(dataDir);
  const child = spawn(process.execPath, [join(root, 'dist/program/cli.js'), 'serve'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: dataDir, PORT: '0', OUTTURN_DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const waiting: (() => void)[] = [];
  const onOutput = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    for (const wake of waiting.splice(0)) wake();
  };
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  child.on('exit', () => onOutput(Buffer.from('\n(the program ended)\n')));
  const said = async (pattern: RegExp): Promise<void> => {
    const deadline = AbortSignal.timeout(startMsMax);
    while (!pattern.test(text)) {
      if (child.exitCode !== null || deadline.aborted)
        throw new Error(`the program never printed ${pattern}; its output:\n${text}`);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  };
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
      child.once('exit', (code) => resolve(code));
      child.kill(signal);
    });
  await said(/API\s+(http:\S+)\/v1/);
  const base = /API\s+(http:\S+)\/v1/.exec(text)?.[1] ?? '';
  const adminKey = env.OUTTURN_ADMIN_KEY ?? readFileSync(join(dataDir, 'admin-key'), 'utf8').trim();
  return { base, dataDir, adminKey, output: () => text, said, stop, process: child };
}

export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Runs a command of the built program and waits until it exits. */
export async function outturn(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  const options = { cwd: packageRoot(), env: { PATH: process.env.PATH, ...env } };
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(packageRoot(), 'dist/program/cli.js'), ...args],
      options,
    );
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string }; // what execFile rejects with
    return { code: failed.code, output: failed.stdout + failed.stderr };
  }
}
