import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageRoot } from '../../../src/package-root.ts';
import { type Program, removeDirectory, startProgram } from '../../support/program.ts';
import { writeShippedFeeds } from '../../support/shipped-feeds.ts';

const root = packageRoot();
const directories: string[] = [];

/** The paths that the last stage of the Dockerfile copies, relative to the repository. */
function readCopiedPaths(): string[] {
  const stages = readFileSync(join(root, 'Dockerfile'), 'utf8').split(/^FROM .*$/m);
  const lines = (stages.at(-1) ?? '').match(/^COPY .+$/gm) ?? [];
  return lines.flatMap((line) =>
    line
      .split(/\s+/)
      .slice(1, -1)
      .filter((word) => !word.startsWith('--'))
      .map((path) => path.replace(/^\/app\//, '')),
  );
}

function readIgnoredPaths(): string[] {
  return readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
}

/** Links the packages that `npm prune --omit=dev` keeps at the top: the program may import no others. */
function linkDependencies(directory: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(directory, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
}

/** Makes a directory hold what the image holds. The build stage makes `dist` and `node_modules`, whatever is ignored. */
function makeImage(): string {
  const directory = mkdtempSync(join(tmpdir(), 'outturn-image-'));
  directories.push(directory);
  const built = ['dist', 'node_modules'];
  const ignored = readIgnoredPaths()
    .filter((path) => !built.includes(path))
    .map((path) => join(root, path));
  for (const path of readCopiedPaths()) {
    if (path === 'node_modules') linkDependencies(directory);
    else
      cpSync(join(root, path), join(directory, path), {
        recursive: true,
        filter: (source) => !ignored.includes(source),
      });
  }
  return directory;
}

let program: Program | undefined;
beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'outturn-image-data-'));
  directories.push(dataDir);
  program = await startProgram({ OUTTURN_FEEDS: writeShippedFeeds(dataDir) }, dataDir, { root: makeImage() });
  await program.said(/Predictions/);
});
afterAll(async () => {
  await program?.stop('SIGKILL');
  for (const directory of directories) removeDirectory(directory);
});

test('the image has no source that the program could read instead of what is built', () => {
  expect(readCopiedPaths()).toContain('dist/program');
  expect(readCopiedPaths()).not.toContain('src');
});

test.each([
  ['/healthz', /"ok"/],
  ['/', /<title>/],
  ['/assets/pages.css', /{/],
  ['/docs', /Outturn API reference/],
  ['/docs/swagger-ui-bundle.js', /SwaggerUIBundle/],
  ['/docs/versioning', /Versions/],
  ['/openapi.json', /"openapi":"3.1.0"/],
  ['/v1/predictions', /gpt-5-never-released/],
])('the program serves %s from the files of the image alone', async (path, pattern) => {
  const response = await fetch(`${program?.base}${path}`);
  expect(response.status).toBe(200);
  expect(await response.text()).toMatch(pattern);
});
