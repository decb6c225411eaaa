import type { Adapter } from '../adapter.ts';
import { documentBytesMax, type Entry, readEntries } from '../feed-document.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { collectRows, type Row, readUrl, unparsable } from '../payload.ts';

const expected = 'the releases.atom of a GitHub repository';

/** Whose repositories are read as whose. */
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

/** What an id begins with. Anything else in a changelog is a version, a flag or a file. */
const idStarts = ['gpt-', 'o', 'claude-', 'gemini-', 'grok-', 'llama-', 'deepseek-', 'mistral-', 'qwen'];

/** A longer body is read up to here. */
export const bodyCharactersMax = 50_000;

/** One release names at most so many models. */
export const namesMax = 20;

/**
 * The releases of a vendor's SDK. A line of the changelog that begins with "add" names what the vendor's own code came
 * to know of, on that day; that is an announcement at most, since a line may add, rename or mention what nobody can
 * call yet, and what the SDK really knows is read from its type unions. The feed holds the latest ten releases.
 * Throws `Refusal('feed_unparsable')` for feeds that are not of GitHub.
 */
export const parseGithubReleases: FeedParser = (bytes) => {
  const entries = readEntries(bytes, expected);
  const parsed = collectRows(listRows(entries), expected);
  if (parsed.items.length === 0 && entries.length > 0) {
    throw unparsable(`${entries.length} entries and no release of a repository among them`, expected);
  }
  return parsed;
};

function* listRows(entries: readonly Entry[]): Generator<Row> {
  for (const [index, entry] of entries.entries()) {
    const owner = ownerOf(entry.link);
    if (entry.id === null) yield { key: `#${index}`, lost: 'has no id' };
    else if (owner === null) yield { key: entry.id, lost: 'leads to no release on github.com' };
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

/** The owner of the repository whose release an address leads to, in lower case; null for any other address. */
function ownerOf(link: string | null): string | null {
  const address = readUrl(link);
  if (address === undefined) return null;
  const url = new URL(address);
  const [, owner, repository, releases] = url.pathname.toLowerCase().split('/');
  return url.hostname === 'github.com' && repository !== undefined && releases === 'releases' ? (owner ?? null) : null;
}

/** The ids in those lines of a changelog that say what was added, each once, with its line. */
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

/** The texts of the list items of a changelog, without markup. Takes time in proportion to the text. */
function listLines(html: string): string[] {
  const [, ...items] = html.split('<li>');
  return items.map((item) => withoutTags(item.split('</li>', 1)[0] ?? '').slice(0, lineCharactersMax));
}

/** A longer line is cut. */
const lineCharactersMax = 500;

function withoutTags(html: string): string {
  const [first = '', ...rest] = html.split('<');
  // A bracket that nothing closes ends the text.
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
