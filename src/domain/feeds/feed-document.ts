import { parseFeed } from 'feedsmith';
import { formatDay, parseDate } from '../instant.ts';
import { Refusal } from '../refusal.ts';
import { countsMoreThan, dateCharactersMax, decodePayload, unparsable } from './payload.ts';

/** Reads RSS, RDF, Atom and JSON Feed. Documents that would be costly to parse are refused before parsing. */

export const documentBytesMax = 2 * 1024 * 1024;

/**
 * The most numeric character references of one document. Two million of them cost the parser two seconds and 600 MB.
 */
export const numericReferencesMax = 20_000;

/** How deeply elements may nest. */
export const elementDepthMax = 64;

/** The most tags, comments and processing instructions of one document. */
export const tagsMax = 50_000;

/** The maximum length of one tag with its attributes. */
export const tagCharactersMax = 10_000;

export const entriesMax = 2000;

/** An entry of any of the formats. Texts are trimmed; a missing value is null. */
export type Entry = {
  /** The guid, id or link, which identifies the entry from one poll to the next. */
  readonly id: string | null;
  readonly link: string | null;
  readonly title: string | null;
  /** The body as HTML; null if the entry has none. */
  readonly content: string | null;
  /** The UTC day of the entry's date; null if there is no valid date. */
  readonly day: string | null;
};

/**
 * The entries of a feed, in document order; empty for a valid feed without entries. Throws `Refusal('feed_unparsable')`
 * for other kinds of documents, for document type declarations, and for documents over a limit of this file.
 */
export function readEntries(bytes: Uint8Array, expected: string): Entry[] {
  if (bytes.byteLength > documentBytesMax) throw unparsable(`${bytes.byteLength} bytes`, expected);
  const text = decodePayload(bytes, expected).trim();
  if (text === '') throw unparsable('an empty body', expected);
  if (!text.startsWith('{')) refuseHostile(text, expected);
  const entries = parseSafely(text, expected);
  if (entries.length > entriesMax) throw unparsable(`more than ${entriesMax} entries`, expected);
  return entries;
}

/** Checks the limits in one pass over the text, without building a tree. */
function refuseHostile(text: string, expected: string): void {
  if (countsMoreThan(text, '&#', numericReferencesMax)) {
    throw unparsable(`more than ${numericReferencesMax} character references`, expected);
  }
  let depth = 0;
  let tags = 0;
  for (let at = text.indexOf('<'); at >= 0; ) {
    const end = skipMarkup(text, at);
    if (end === null) throw unparsable('a document type declaration, as of HTML', expected);
    tags += 1;
    const isTag = text[at + 1] !== '!' && text[at + 1] !== '?';
    if (isTag) {
      if (text[at + 1] === '/') depth -= 1;
      else if (text[end - 2] !== '/') depth += 1;
    }
    if (depth > elementDepthMax) throw unparsable(`more than ${elementDepthMax} nested elements`, expected);
    if (tags > tagsMax) throw unparsable(`more than ${tagsMax} tags`, expected);
    if (isTag && end - at > tagCharactersMax) {
      throw unparsable(`a tag of more than ${tagCharactersMax} characters`, expected);
    }
    at = text.indexOf('<', end);
  }
}

const skipped: readonly (readonly [string, string])[] = [
  ['<![CDATA[', ']]>'],
  ['<!--', '-->'],
  ['<?', '?>'],
];

/** The end of the markup that begins at `at`; null if it is a declaration, which no feed needs. */
function skipMarkup(text: string, at: number): number | null {
  const [start, stop] = skipped.find(([opening]) => text.startsWith(opening, at)) ?? ['<', '>'];
  if (start === '<' && text[at + 1] === '!') return null;
  const end = text.indexOf(stop, at + start.length);
  return end < 0 ? text.length : end + stop.length;
}

function parseSafely(text: string, expected: string): Entry[] {
  try {
    return toEntries(parseFeed(text));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw unparsable('a document that is not a feed, malformed or truncated', expected);
  }
}

type AnyFeed = ReturnType<typeof parseFeed>;

function toEntries(parsed: AnyFeed): Entry[] {
  switch (parsed.format) {
    case 'rss':
      return (parsed.feed.items ?? []).map((item) => ({
        id: tidy(item.guid?.value) ?? tidy(item.link),
        link: tidy(item.link) ?? (item.guid?.isPermaLink === false ? null : tidy(item.guid?.value)),
        title: tidy(item.title),
        content: tidy(item.content?.encoded) ?? tidy(item.description),
        day: readFeedDay(item.pubDate),
      }));
    case 'rdf':
      return (parsed.feed.items ?? []).map((item) => ({
        id: tidy(item.rdf?.about) ?? tidy(item.link),
        link: tidy(item.link),
        title: tidy(item.title),
        content: tidy(item.description),
        day: readFeedDay(item.dc?.dates?.[0]),
      }));
    case 'atom':
      return (parsed.feed.entries ?? []).map((entry) => {
        const link = entry.links?.find(({ rel }) => rel === undefined || rel === 'alternate')?.href;
        return {
          id: tidy(entry.id) ?? tidy(link),
          link: tidy(link),
          title: tidy(entry.title?.value),
          content: tidy(entry.content?.value) ?? tidy(entry.summary?.value),
          day: readFeedDay(entry.published ?? entry.updated),
        };
      });
    case 'json':
      return (parsed.feed.items ?? []).map((item) => ({
        id: tidy(item.id) ?? tidy(item.url),
        link: tidy(item.url),
        title: tidy(item.title),
        content: tidy(item.content_html) ?? tidy(item.content_text),
        day: readFeedDay(item.date_published),
      }));
  }
}

function tidy(text: unknown): string | null {
  const trimmed = typeof text === 'string' ? text.trim() : '';
  return trimmed === '' ? null : trimmed;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const rfc822 = /^(?:[a-z]{3}, )?(\d{1,2}) ([a-z]{3}) (\d{4}) (\d{2}:\d{2}(?::\d{2})?) (gmt|utc?|z|[+-]\d{2}:?\d{2})$/;

/** The UTC day of an RFC 822 or RFC 3339 date; null for anything else, including days that do not exist. */
export function readFeedDay(text: unknown): string | null {
  if (typeof text !== 'string' || text.length > dateCharactersMax) return null;
  const iso = parseDate(text.trim());
  if (iso !== null) return iso.precision === 'day' || iso.precision === 'instant' ? formatDay(iso.interval.from) : null;
  const [, day, name, year, time, zone] = rfc822.exec(text.trim().toLowerCase().replaceAll(/\s+/g, ' ')) ?? [];
  const month = months.indexOf(name ?? '') + 1;
  if (day === undefined || zone === undefined || month === 0) return null;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  const date = `${year}-${String(month).padStart(2, '0')}-${day.padStart(2, '0')}T${time}${offset}`;
  const instant = parseDate(date);
  return instant === null ? null : formatDay(instant.interval.from);
}
