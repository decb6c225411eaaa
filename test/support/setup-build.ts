import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

/**
 * Builds `dist/` when it is missing or older than a source. Some tests start the built program, the embedded engine runs its worker
 * thread from compiled code, and new databases start from the image: without this they would fail, or test an earlier build.
 */
export default function setup(): void {
  const root = packageRoot();
  const built = join(root, 'dist', 'program', 'cli.js');
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'rolldown.config.mjs', 'package-lock.json'];
  const sources = ['src', 'jobs', 'sql', ...settings];
  const changedMs = Math.max(...sources.map((source) => newestMs(join(root, source))));
  if (existsSync(built) && statSync(built).mtimeMs > changedMs) return;
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Includes directories, whose own time changes when a file in them is removed or renamed. */
function newestMs(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}
