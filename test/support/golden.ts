import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.ts';

/**
 * The text of a golden file; `path` is relative to the package root. With `UPDATE_GOLDENS=1` the file is first written
 * with the result of `make`; otherwise a missing file is an error.
 */
export function readGoldenFile(path: string, make: () => string): string {
  const file = join(packageRoot(), path);
  if (process.env.UPDATE_GOLDENS === '1') writeFileSync(file, make());
  else if (!existsSync(file)) throw new Error(`${path} is missing: restore it, or write it with UPDATE_GOLDENS=1`);
  return readFileSync(file, 'utf8');
}
