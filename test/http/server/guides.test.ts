import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guides } from '../../../src/http/server/guides.ts';
import { packageRoot } from '../../../src/package-root.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

const pages = ['/docs/guides', ...guides.map(({ name }) => `/docs/guides/${name}`)];

const attributesOf = (html: string, name: 'href' | 'src' | 'id'): string[] =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map((match) => match[1] ?? '');

test('every page of docs is served as a guide', () => {
  const files = readdirSync(join(packageRoot(), 'docs')).filter((name) => name.endsWith('.md'));
  expect(guides.map(({ name }) => `${name}.md`).sort()).toEqual(files.sort());
});

test.each(guides)('the guide $name has the title of its Markdown', async ({ name, title }) => {
  const markdown = readFileSync(join(packageRoot(), 'docs', `${name}.md`), 'utf8');
  expect(markdown.split('\n')[0]).toBe(`# ${title}`);
  const answer = await world.anyone(`GET /docs/guides/${name}.md`);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/markdown; charset=utf-8']);
  expect(answer.text).toBe(markdown);
});

describe.each(pages)('%s', (path) => {
  test('is a page without scripts that loads only files of the service', async () => {
    const { status, headers, text } = await world.anyone(`GET ${path}`);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(text).not.toMatch(/<(script|style|iframe|img|object|embed)\b|\s(style|on\w+)="/);
    expect(attributesOf(text, 'src')).toEqual([]);
    const loaded = [...text.matchAll(/<link\b[^>]*href="([^"]*)"/g)].map((match) => match[1] ?? '');
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((address) => /^\w+:|^\/\//.test(address))).toEqual([]);
  });

  test('has one heading of the first level, and no anchor twice', async () => {
    const { text } = await world.anyone(`GET ${path}`);
    expect(text.match(/<h1\b/g)).toHaveLength(1);
    const ids = attributesOf(text, 'id');
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('links by relative addresses to pages and headings that exist', async () => {
    const { text } = await world.anyone(`GET ${path}`);
    const links = attributesOf(text, 'href').filter((link) => !/^https?:\/\//.test(link));
    expect(links.filter((link) => link.startsWith('/'))).toEqual([]);
    // As under the path of a proxy, which a link must not leave.
    const targets = new Set(links.map((link) => new URL(link, `${world.base}/tracker${path}`).href));
    const broken: string[] = [];
    for (const target of targets) {
      const { pathname, hash } = new URL(target);
      const answer = await world.anyone(`GET ${pathname.replace(/^\/tracker(?=\/)/, '')}`);
      const isFound = hash === '' || attributesOf(answer.text, 'id').includes(decodeURIComponent(hash.slice(1)));
      if (!pathname.startsWith('/tracker/') || answer.status !== 200 || !isFound)
        broken.push(`${answer.status} ${target}`);
    }
    expect(broken).toEqual([]);
  });

  test('is tagged, and compressed for clients that accept it', async () => {
    const { headers } = await world.anyone(`GET ${path}`, { headers: { 'accept-encoding': 'br' } });
    expect(headers).toMatchObject({ 'content-encoding': 'br', vary: 'Accept-Encoding', 'cache-control': 'no-cache' });
    const again = { 'accept-encoding': 'br', 'if-none-match': headers.etag ?? '' };
    expect((await world.anyone(`GET ${path}`, { headers: again })).status).toBe(304);
  });
});

test('an unknown guide is a problem', async () => {
  for (const name of ['nothing', 'nothing.md', 'decisions', 'feeds/x', '..%2FARCHITECTURE.md']) {
    const { status, json } = await world.anyone(`GET /docs/guides/${name}`);
    expect([name, status, json.code]).toEqual([name, 404, 'not_found']);
  }
});

test('links between guides, to the API document and to files that are not served', async () => {
  const { text: criteria } = await world.anyone('GET /docs/guides/criteria');
  const { text: feeds } = await world.anyone('GET /docs/guides/feeds');
  const { text: webhooks } = await world.anyone('GET /docs/guides/webhooks');
  expect(attributesOf(criteria + feeds + webhooks, 'href').join(' ')).toMatch(/ identity#limited-models /);
  expect(attributesOf(webhooks, 'href')).toContain('../../openapi.yaml');
  expect(feeds).toContain('<code>data/feeds.json</code>');
  expect(attributesOf(feeds, 'href').filter((link) => link.includes('data/'))).toEqual([]);
});
