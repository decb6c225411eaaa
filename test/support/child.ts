import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/package-root.ts';

/** A child process that uses the built store, and the lines it prints. */
export type Child = {
  readonly pid: number;
  /** Throws if the process ends without another line. */
  nextLine(): Promise<string>;
  /** The unread lines that it printed before it ended. */
  remainingLines(): AsyncIterable<string>;
  /** Kills it with SIGKILL and waits for its exit. */
  kill(): Promise<void>;
};

/** Runs `body` as a module in a child process, with `openDatabase` and `options` in scope. */
export function startChild(options: object, body: string): Child {
  const module = pathToFileURL(join(packageRoot(), 'dist', 'src', 'store', 'db.js')).href;
  const source = `import { openDatabase } from ${JSON.stringify(module)}; const options = ${JSON.stringify(options)}; ${body}`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { pid, stdout } = child;
  if (pid === undefined || stdout === null) throw new Error('the child process did not start');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const exit = once(child, 'exit');
  return {
    pid,
    nextLine: async () => {
      const line = await lines.next();
      if (line.done) throw new Error('the child process ended early');
      return line.value;
    },
    remainingLines: () => lines,
    kill: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
