import { afterAll, beforeAll, expect, test } from 'vitest';
import { tagSlug } from '../../../src/http/openapi/tag-document.ts';
import { tags } from '../../../src/http/openapi/tags.ts';
import { guides } from '../../../src/http/server/guides.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(() => world.close());

test('/llms.txt has a title, a summary, prose, and sections of links with notes, of which the last is optional', async () => {
  const { status, headers, text } = await world.anyone('GET /llms.txt');
  expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  const [title = '', summary = '', prose = '', ...sections] = text.trimEnd().split('\n\n');
  expect([title, summary]).toEqual(['# Outturn', expect.stringMatching(/^> \S[^\n]*$/)]);
  expect(prose).not.toMatch(/^#/);
  for (const [index, section] of sections.entries())
    expect(section).toMatch(index % 2 === 0 ? /^## [^\n]+$/ : /^(- \[[^\]\n]+\]\([^)\s]+\): [^\n]+(\n|$))+$/);
  expect(sections.at(-2)).toBe('## Optional');
});

test('it links, by relative addresses that exist, to every guide as Markdown and to every document of the API', async () => {
  const { text } = await world.anyone('GET /llms.txt');
  const links = [...text.matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm)].map((match) => match[1] ?? '');
  expect(links.toSorted()).toEqual(
    [
      'openapi.json',
      ...guides.map(({ name }) => `docs/guides/${name}.md`),
      ...tags.map(({ name }) => `openapi/${tagSlug(name)}.json`),
    ].sort(),
  );
  for (const link of links) expect([link, (await world.anyone(`GET /${link}`)).status]).toEqual([link, 200]);
});

test('the API reference links to the guides', async () => {
  expect((await world.anyone('GET /docs')).text).toContain('<a href="docs/guides">Guides</a>');
});
