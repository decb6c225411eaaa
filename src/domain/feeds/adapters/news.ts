import type { Adapter } from '../adapter.ts';
import { nameToId, plainText } from '../display-name.ts';
import { documentBytesMax, type Entry, readEntries } from '../feed-document.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { collectRows, type Row, readUrl } from '../payload.ts';

const expected = 'a news feed: RSS, Atom or JSON Feed of at most 2 MB, without a document type declaration';

/** The vendors' own sites. Only an entry that links to such a site can announce a model, and only one of that vendor. */
const vendorBySite: readonly (readonly [string, string])[] = [
  ['openai.com', 'openai'],
  ['anthropic.com', 'anthropic'],
  ['claude.com', 'anthropic'],
  ['deepmind.google', 'google'],
  ['blog.google', 'google'],
  ['developers.googleblog.com', 'google'],
  ['x.ai', 'xai'],
  ['ai.meta.com', 'meta'],
  ['deepseek.com', 'deepseek'],
  ['mistral.ai', 'mistral'],
  ['qwen.ai', 'qwen'],
];

/** The first words of an announcement's title. Any other title must start with the name itself. */
const openings = ['introducing ', 'announcing ', 'launching ', 'releasing ', 'meet ', 'hello '];

/** The words that may follow the name in an announcement's title. */
const closings = [' in the api', ' for developers', ' is now available', ' now available', ' is here'];

/** The most models that are read from one title. */
const mentionsMax = 4;

/**
 * A vendor's news. The key of an entry is its guid, id or link, so that an edited title or date does not make a new
 * entry. A title in the form of an announcement names the announced models. An entry is never evidence of a release.
 * Its date is shown but not used, because such dates change from day to day or are the time of a scrape.
 */
export const parseNews: FeedParser = (bytes) => collectRows(listRows(readEntries(bytes, expected)), expected);

function* listRows(entries: readonly Entry[]): Generator<Row> {
  for (const [index, entry] of entries.entries()) {
    if (entry.id === null) yield { key: `#${index}`, lost: 'has neither guid nor link' };
    else if (entry.title === null) yield { key: entry.id, lost: 'has no title' };
    else yield* rowsOf(entry.id, entry.title, entry);
  }
}

function* rowsOf(id: string, title: string, entry: Entry): Generator<Row> {
  const vendor = entry.link === null ? null : vendorOfSite(entry.link);
  const mentions = vendor === null ? [] : mentionsOf(title);
  const sourceUrl = readUrl(entry.link);
  const base = {
    ...(entry.day !== null && { statedOn: entry.day }),
    ...(sourceUrl !== undefined && { sourceUrl }),
    raw: { id, title, link: entry.link, day: entry.day },
  };
  if (mentions.length === 0) yield { key: id, item: { key: id, name: title, host: null, ...base } };
  for (const [index, name] of mentions.entries()) {
    const key = index === 0 ? id : `${id}#${index + 1}`;
    const item: FeedItem = { key, name, host: vendor, stage: 'announced', ...base };
    yield { key, item };
  }
}

/** The vendor whose site, or a subdomain of it, serves a URL; otherwise null. */
function vendorOfSite(link: string): string | null {
  const url = readUrl(link);
  if (url === undefined) return null;
  const host = new URL(url).hostname;
  return vendorBySite.find(([site]) => host === site || host.endsWith(`.${site}`))?.[1] ?? null;
}

/**
 * The names that a title announces, as ids: `Introducing OpenAI o3 and o4-mini`, `Claude 3.7 Sonnet and Claude Code`,
 * `Gemini 2.5: Our most intelligent model`. Only the part before a colon or a spaced dash is read.
 */
export function mentionsOf(title: string): string[] {
  const [head = ''] = plainText(title).split(/: | - /, 1);
  const opening = openings.find((words) => head.toLowerCase().startsWith(words)) ?? '';
  const closing = closings.find((words) => head.toLowerCase().endsWith(words)) ?? '';
  const parts = head.slice(opening.length, head.length - closing.length).split(/, and |, | and | & /);
  const names = parts.slice(0, mentionsMax).map((part) => nameToId(part));
  // Unless a title starts like an announcement or with a name, it is a sentence about a model.
  if (opening === '' && (names[0] ?? null) === null) return [];
  return [...new Set(names.filter((name) => name !== null))];
}

export const news: Adapter = {
  parse: parseNews,
  bytesMax: documentBytesMax,
  witnesses: [],
  window: true,
  defaults: { trust: 'community', origin: 'news', covers: [], settlementLag: 'P7D', url: null },
};
