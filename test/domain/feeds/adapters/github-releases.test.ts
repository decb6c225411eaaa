import { describe, expect, it } from 'vitest';
import {
  bodyCharactersMax,
  namesAdded,
  namesMax,
  parseGithubReleases,
} from '../../../../src/domain/feeds/adapters/github-releases.ts';
import { readGolden, toBytes } from './payloads.ts';

const names = (html: string) => namesAdded(html).map((each) => each.name);

function atom(content: string, link = 'https://github.com/openai/openai-node/releases/tag/v1'): Uint8Array {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return toBytes(`<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>Releases</title><updated>2025-08-07T00:00:00Z</updated>
    <entry><id>v1</id><title>v1</title><updated>2025-08-07T17:20:00Z</updated><link href="${link}"/><content type="html">${escaped}</content></entry></feed>`);
}

describe('a changelog', () => {
  it.each([
    ['<li><strong>api:</strong> add <code>gpt-5</code> models</li>', ['gpt-5']],
    ['<li>Adds claude-opus-4-5 and claude-opus-4-5-20251101.</li>', ['claude-opus-4-5', 'claude-opus-4-5-20251101']],
    ['<li>api: adding o3 and o4-mini</li>', ['o3', 'o4-mini']],
    ['<li>api: remove gpt-4.5-preview</li>', []],
    ['<li>fix: address a crash with gpt-5</li>', []],
    ['<li>rename gpt-5-turbo to gpt-5</li>', []],
    ['<li>additionally gpt-5 is faster</li>', []],
    ['<li>add support for es2020, node20 and o200k</li>', []],
    ['add gpt-5', []],
    ['<li>add gpt-5', ['gpt-5']],
    ['<li>add <a href="x">gpt-5', ['gpt-5']],
    ['<li>add gpt-5 <', ['gpt-5']],
  ])('%s names %j', (html, expected) => {
    expect(names(html)).toEqual(expected);
  });

  it('names a limited number of models, and is read up to a maximum length', () => {
    const many = Array.from({ length: namesMax + 1 }, (_, index) => `gpt-${index}`);
    expect(names(`<li>add ${many.join(' ')}</li>`)).toHaveLength(namesMax);
    const line = '<li>add gpt-5</li>';
    expect(names(' '.repeat(bodyCharactersMax - line.length) + line)).toEqual(['gpt-5']);
    expect(names(' '.repeat(bodyCharactersMax) + line)).toEqual([]);
  });

  it.each([
    ['items', '<li>'.repeat(12_000)],
    ['brackets', `<li>${'<'.repeat(49_000)}`],
  ])('with nothing but %s names nothing', (_name, html) => {
    expect(names(html)).toEqual([]);
  });
});

describe('the releases of a repository', () => {
  it('are at most announcements', () => {
    const { items } = parseGithubReleases(readGolden('github-releases.payload.xml'));
    expect(items.filter((item) => item.host !== null && item.stage !== 'announced')).toEqual([]);
    expect(items.filter((item) => item.released !== undefined || item.publishedAt !== undefined)).toEqual([]);
  });

  it.each([
    ['https://github.com/openai/openai-node/releases/tag/v1', 'openai'],
    ['https://github.com/Anthropics/anthropic-sdk-typescript/releases/tag/v1', 'anthropic'],
    ['https://github.com/somebody/openai/releases/tag/v1', null],
  ])('at %s belong to %s', (link, vendor) => {
    expect(parseGithubReleases(atom('<li>add gpt-5</li>', link)).items[0]?.host).toBe(vendor);
  });

  it('are not read from a feed of another kind', () => {
    const elsewhere = atom('<li>add gpt-5</li>', 'https://example.com/openai/openai-node/releases/tag/v1');
    expect(() => parseGithubReleases(elsewhere)).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parseGithubReleases(atom('', 'https://github.com/openai'))).toThrow(/without a release/);
  });
});
