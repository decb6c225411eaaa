import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The directory that holds package.json, found by walking up from this file: the same answer from `src/`
 * under the tests and from `dist/src/` when built, so that `sql/` and `data/` need no copying into `dist/`.
 * Throws when the program was torn out of its package.
 */
export function packageRoot(): string {
  let directory = import.meta.dirname;
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`no package.json above ${import.meta.dirname}`);
    directory = parent;
  }
  return directory;
}
