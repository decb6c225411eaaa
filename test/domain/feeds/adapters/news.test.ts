import { describe, expect, it } from 'vitest';
import { mentionsOf, parseNews } from '../../../../src/domain/feeds/adapters/news.ts';
import { keyCharactersMax } from '../../../../src/domain/feeds/payload.ts';
import { parseModelId } from '../../../../src/domain/identity/parse.ts';
import { readIdentityTable } from '../../../../src/domain/identity/table.ts';
import { readIdentityData } from '../../../support/world.ts';
import { readGolden, toBytes } from './payloads.ts';

type Post = { title?: string; link?: string; guid?: string; date?: string };

const home = 'https://openai.com/index/post';

function rss(...posts: Post[]): string {
  const items = posts.map(({ title, link = home, guid, date }) => {
    const texts = { title, link, guid, pubDate: date };
    const fields = Object.entries(texts).map(([name, text]) =>
      text === undefined ? '' : `<${name}>${text}</${name}>`,
    );
    return `<item>${fields.join('')}</item>`;
  });
  return `<rss version="2.0"><channel><title>News</title>${items.join('')}</channel></rss>`;
}

const parse = (...posts: Post[]) => parseNews(toBytes(rss(...posts)));

describe('a title', () => {
  it.each([
    ['Introducing Claude Opus 4.5', ['claude-opus-4.5']],
    ['Introducing OpenAI o3 and o4-mini', ['openai-o3', 'o4-mini']],
    ['Claude 3.7 Sonnet and Claude Code', ['claude-3.7-sonnet']],
    ['Gemini 2.5: Our most intelligent AI model', ['gemini-2.5']],
    ['Introducing GPT\u20114.1 in the API', ['gpt-4.1']],
    ['Hello\u00a0GPT-4o', ['gpt-4o']],
    ['GPT-4', ['gpt-4']],
    ['Introducing ChatGPT agent', []],
    ['Introducing a small thing', []],
    ['How GPT-5 changed the way a hospital works', []],
    ['Expanding on what we missed with sycophancy in GPT-4o', []],
    ['Introducing GPT-5 <script>', []],
    ['', []],
  ])('%j announces %j', (title, names) => {
    expect(mentionsOf(title)).toEqual(names);
  });

  it.each([
    ['Introducing GPT-5', 'openai/gpt/5/'],
    ['Introducing o4-mini', 'openai/o/4/mini'],
    ['Introducing Claude Opus 5.5', 'anthropic/claude/5.5/opus'],
    ['Introducing Claude 3.5 Opus', 'anthropic/claude/3.5/opus'],
    ['Introducing Claude 4', 'anthropic/claude/4/'],
    ['Introducing Horizon 5', 'not_a_model'],
    ['7 ways to use it', 'not_a_model'],
    ['Introducing GPT-5 Bio Bug Bounty', 'unrecognised'],
  ])('%j is read as %s, by the identity tables alone', (title, expected) => {
    const table = readIdentityTable(readIdentityData());
    const [item] = parse({ title }).items;
    const read = parseModelId(table, item?.name ?? '', { feed: 'news', host: item?.host ?? null });
    expect(
      read.outcome !== 'model' ? read.reason : [read.vendor, read.family, read.version, read.tier ?? ''].join('/'),
    ).toBe(expected);
  });

  it('is at most an announcement: every named model has that stage, and no item states a release', () => {
    const { items } = parseNews(readGolden('news.payload.xml'));
    expect(items.filter((item) => item.host !== null && item.stage !== 'announced')).toEqual([]);
    expect(items.filter((item) => item.released !== undefined || item.publishedAt !== undefined)).toEqual([]);
  });

  it.each([
    ['https://openai.com/index/x', 'openai'],
    ['https://www.anthropic.com/news/x', 'anthropic'],
    ['https://openai.com.example/x', null],
    ['https://notopenai.com/x', null],
    ['https://rumours.example/openai.com', null],
    ['javascript:alert(1)', null],
  ])('on %s belongs to the vendor %s', (link, vendor) => {
    expect(parse({ title: 'Introducing GPT-5', link, guid: 'a' }).items[0]?.host).toBe(vendor);
  });
});

describe('an entry', () => {
  it('stays the same under an edited title, as with 22 titles of one feed', () => {
    const before = parse({ title: 'Claude Opus 4.5', guid: 'opus' }).items[0];
    const after = parse({ title: 'Introducing Claude Opus 4.5', guid: 'opus' }).items[0];
    expect([before?.key, after?.key]).toEqual(['opus', 'opus']);
  });

  it.each([
    ['Thu, 07 Aug 2025 17:00:00 GMT', '2025-08-07'],
    ['7 Aug 2025 23:30:00 -0700', '2025-08-08'],
    ['2025-08-07T10:00:00+02:00', '2025-08-07'],
    ['2025-08-07', '2025-08-07'],
    ['Mon, 31 Feb 2025 00:00:00 GMT', undefined],
    ['Thu, 07 Aug 2025 25:00:00 GMT', undefined],
    ['2025-25-11', undefined],
    ['2025', undefined],
    ['yesterday', undefined],
    [`Thu, 07 Aug 2025 17:00:00 ${'0'.repeat(60)}`, undefined],
  ])('dated %j is shown as of %s', (date, day) => {
    expect(parse({ title: 'x', date }).items[0]?.statedOn).toBe(day);
  });

  it.each([
    ['no guid and no link', { title: 'x', link: '' }],
    ['no title', { guid: 'a' }],
    ['a NUL in its title', { title: 'GPT-5\0' }],
    ['an overlong title', { title: 'x'.repeat(keyCharactersMax + 1) }],
    ['an overlong guid', { title: 'x', guid: 'y'.repeat(keyCharactersMax + 1) }],
    ['the guid of an earlier one', { title: 'y', guid: 'good' }],
  ])('with %s is lost, and no other', (_name, bad) => {
    const parsed = parse({ title: 'Introducing GPT-5', guid: 'good' }, bad);
    expect(parsed.items.map((item) => item.key)).toEqual(['good']);
    expect(parsed.lost).toHaveLength(1);
    expect(JSON.stringify(parsed.lost)).not.toContain('\\u0000');
  });

  it('loses a lone surrogate written as a character reference, and is stored', () => {
    const [item] = parse({ title: 'GPT-5 &#xD800;&#0;' }).items;
    expect(item?.name).toBe('GPT-5 \uFFFD\uFFFD');
  });
});

describe('a news feed', () => {
  it('is read alike from RSS, Atom and JSON Feed', () => {
    const post = { title: 'Introducing GPT-5', link: home, guid: 'gpt-5' };
    const atom = `<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>News</title><updated>2025-08-07T17:00:00Z</updated>
      <entry><id>gpt-5</id><title>Introducing GPT-5</title><link href="${home}"/><updated>2025-08-07T17:00:00Z</updated></entry></feed>`;
    const json = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'News',
      items: [{ id: 'gpt-5', url: home, title: post.title, date_published: '2025-08-07T17:00:00Z' }],
    };
    const expected = parse({ ...post, date: 'Thu, 07 Aug 2025 17:00:00 GMT' });
    expect(expected.items).toHaveLength(1);
    expect(parseNews(toBytes(atom))).toEqual(expected);
    expect(parseNews(toBytes(json))).toEqual(expected);
  });

  it('that is valid and empty has no items, which makes the poll suspect', () => {
    expect(parse()).toEqual({ items: [], lost: [] });
  });
});
