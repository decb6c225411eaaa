import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../src/package-root.ts';
import { readGoldenFile } from './support/golden.ts';

test('a missing golden file is an error, and is not written', () => {
  const path = 'test/golden/planted.txt';
  expect(() => readGoldenFile(path, () => 'planted')).toThrow(`${path} is missing`);
  expect(existsSync(join(packageRoot(), path))).toBe(false);
});
