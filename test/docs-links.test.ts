import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/package-root.ts';

const root = packageRoot();
const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...pagesUnder('docs')].filter(
  (path) => existsSync(join(root, path)),
);

/** Files that a page asks its reader to create, or that the program creates. */
const namedAsExample = new Set([
  'src/domain/feeds/adapters/acme.ts',
  'src/domain/feeds/adapters/x.ts',
  'test/golden/feeds/x.payload.json',
  'data/admin-key',
]);

function pagesUnder(directory: string): string[] {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return pagesUnder(path);
    return path.endsWith('.md') ? [path] : [];
  });
}

/** Without fenced blocks and inline code, in which brackets are code. */
function proseOf(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, 'code');
}

/** The fragments that lead to a page's headings, by GitHub's rule: lower case, no punctuation, dashes for spaces. */
function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} (.+)$/gm);
  const slugs = [...headings].map((heading) =>
    (heading[1] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
  return new Set(slugs);
}

/** The relative links of a page that lead to no file or no heading. Paths that begin with a slash belong to the service. */
function brokenLinks(page: string, markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((link) => link[1] ?? '')
    .filter((target) => !/^(https?:|mailto:|\/)/.test(target))
    .filter((target) => {
      const [path = '', fragment] = target.split('#');
      const file = path === '' ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(file) || relative(root, file).startsWith('..')) return true;
      if (fragment === undefined) return false;
      return statSync(file).isDirectory() || !anchorsOf(readFileSync(file, 'utf8')).has(fragment);
    });
}

describe('the links of the documentation', () => {
  it.each(pages)('%s links to files and headings that exist', (page) => {
    expect(brokenLinks(page, readFileSync(join(root, page), 'utf8'))).toEqual([]);
  });

  it('reads every page there is', () => expect(pages.length).toBeGreaterThan(40));

  it('finds a missing file, a missing heading and a path outside the package', () => {
    const planted =
      '[a](missing.md) [b](../README.md#no-such-heading) [c](../../x) [d](../README.md#postgres) [e](https://x.example)';
    expect(brokenLinks('docs/feeds.md', planted)).toEqual(['missing.md', '../README.md#no-such-heading', '../../x']);
  });

  it.each(pages)('%s names files of the repository that exist', (page) => {
    const prose = readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
    const named = [...prose.matchAll(/`((?:src|jobs|data|sql|test|docs|bench)\/[\w./-]+)`/g)].map(
      (match) => match[1] ?? '',
    );
    expect(named.filter((path) => !existsSync(join(root, path)) && !namedAsExample.has(path))).toEqual([]);
  });

  it('finds every page of the documentation that the program names', () => {
    const named = sourceFiles('src').flatMap((path) =>
      [...readFileSync(join(root, path), 'utf8').matchAll(/\bdocs\/[a-z0-9/-]+\.md\b/g)].map((match) => match[0]),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

function sourceFiles(directory: string): string[] {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(directory, path));
}
