import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

/**
 * Builds `dist/` when it is missing or older than a source. Some tests start the built program, and the embedded
 * engine runs its worker thread from compiled code: without this they would fail, or test an earlier build.
 */
export default function setup(): void {
  const root = packageRoot();
  const built = join(root, 'dist', 'src', 'cli.js');
  const sources = ['src', 'jobs', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  const changedMs = Math.max(...sources.map((source) => newestMs(join(root, source))));
  if (existsSync(built) && statSync(built).mtimeMs > changedMs) return;
  const compiler = join(root, 'node_modules', '.bin', 'tsc');
  execFileSync(compiler, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Includes directories, whose own time changes when a file in them is removed or renamed. */
function newestMs(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
