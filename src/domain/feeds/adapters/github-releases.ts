import type { Adapter } from '../adapter.ts';
import { documentBytesMax, type Entry, readEntries } from '../feed-document.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { collectRows, type Row, readUrl, unparsable } from '../payload.ts';

const expected = 'the releases.atom of a GitHub repository';

/** The vendors of repositories, by owner. */
const vendorByOwner: ReadonlyMap<string, string> = new Map([
  ['openai', 'openai'],
  ['anthropics', 'anthropic'],
  ['googleapis', 'google'],
  ['google-gemini', 'google'],
  ['xai-org', 'xai'],
  ['meta-llama', 'meta'],
  ['deepseek-ai', 'deepseek'],
  ['mistralai', 'mistral'],
  ['qwenlm', 'qwen'],
]);

/** The prefixes of model ids. Other words of a changelog are versions, flags or files. */
const idStarts = ['gpt-', 'o', 'claude-', 'gemini-', 'grok-', 'llama-', 'deepseek-', 'mistral-', 'qwen'];

/** The rest of a longer body is ignored. */
export const bodyCharactersMax = 50_000;

/** The most models that are read from one release. */
export const namesMax = 20;

/**
 * The releases of a vendor's SDK. A line of the changelog that starts with "add" names models that the SDK now
 * supports. Such a line is at most an announcement, because it can also mention models that are not available yet; the
 * type unions of the SDK are better evidence. The feed contains the latest ten releases. Throws
 * `Refusal('feed_unparsable')` for feeds of other sites.
 */
export const parseGithubReleases: FeedParser = (bytes) => {
  const entries = readEntries(bytes, expected);
  const parsed = collectRows(listRows(entries), expected);
  if (parsed.items.length === 0 && entries.length > 0) {
    throw unparsable(`${entries.length} entries without a release of a repository`, expected);
  }
  return parsed;
};

function* listRows(entries: readonly Entry[]): Generator<Row> {
  for (const [index, entry] of entries.entries()) {
    const owner = ownerOf(entry.link);
    if (entry.id === null) yield { key: `#${index}`, lost: 'has no id' };
    else if (owner === null) yield { key: entry.id, lost: 'does not link to a release on github.com' };
    else yield* rowsOf(entry.id, owner, entry);
  }
}

function* rowsOf(id: string, owner: string, entry: Entry): Generator<Row> {
  const vendor = vendorByOwner.get(owner) ?? null;
  const names = vendor === null ? [] : namesAdded(entry.content ?? '');
  const sourceUrl = readUrl(entry.link);
  const base = {
    ...(entry.day !== null && { statedOn: entry.day }),
    ...(sourceUrl !== undefined && { sourceUrl }),
  };
  const raw = { id, title: entry.title, link: entry.link, day: entry.day };
  if (names.length === 0) yield { key: id, item: { key: id, name: entry.title ?? id, host: null, ...base, raw } };
  for (const { name, line } of names) {
    const key = `${id}#${name}`;
    const item: FeedItem = { key, name, host: vendor, stage: 'announced', ...base, raw: { ...raw, line } };
    yield { key, item };
  }
}

/** The owner of the repository, in lower case, if a URL is that of a GitHub release; otherwise null. */
function ownerOf(link: string | null): string | null {
  const address = readUrl(link);
  if (address === undefined) return null;
  const url = new URL(address);
  const [, owner, repository, releases] = url.pathname.toLowerCase().split('/');
  return url.hostname === 'github.com' && repository !== undefined && releases === 'releases' ? (owner ?? null) : null;
}

/** The distinct model ids in the lines of a changelog that start with "add", each with its line. */
export function namesAdded(html: string): { readonly name: string; readonly line: string }[] {
  const names = new Map<string, string>();
  for (const line of listLines(html.slice(0, bodyCharactersMax))) {
    const said = line
      .slice(line.indexOf(': ') + 1)
      .trimStart()
      .toLowerCase();
    if (!/^add(s|ed|ing)?\b/.test(said)) continue;
    for (const name of idsIn(said)) if (names.size < namesMax && !names.has(name)) names.set(name, line);
  }
  return [...names].map(([name, line]) => ({ name, line }));
}

function idsIn(text: string): string[] {
  return text
    .split(/[^a-z0-9.-]+/)
    .map((word) => word.replace(/[.-]+$/, ''))
    .filter((word) => /\d/.test(word) && idStarts.some((start) => word.startsWith(start)))
    .filter((word) => !word.startsWith('o') || /^o\d(-|$)/.test(word));
}

/** The list items of a changelog as plain text. Takes linear time. */
function listLines(html: string): string[] {
  const [, ...items] = html.split('<li>');
  return items.map((item) => withoutTags(item.split('</li>', 1)[0] ?? '').slice(0, lineCharactersMax));
}

/** The rest of a longer line is ignored. */
const lineCharactersMax = 500;

function withoutTags(html: string): string {
  const [first = '', ...rest] = html.split('<');
  // An unclosed bracket ends the text.
  const texts = rest.map((part) => (part.includes('>') ? part.slice(part.indexOf('>') + 1) : ''));
  return [first, ...texts].join('').replaceAll('&amp;', '&').replaceAll(/\s+/g, ' ').trim();
}

export const githubReleases: Adapter = {
  parse: parseGithubReleases,
  bytesMax: documentBytesMax,
  witnesses: [],
  window: true,
  defaults: { trust: 'community', origin: 'github-releases', covers: [], settlementLag: 'P7D', url: null },
};
