import { parse as parseYaml } from 'yaml';
import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import {
  collectRows,
  decodePayload,
  describeValue,
  isRecord,
  type Row,
  readDateText,
  readId,
  readJsonObject,
  readUrl,
  unparsable,
} from '../payload.ts';

const expected =
  'a product of endoflife.date: {"result": {"name": "claude", "releases": [{"name", "releaseDate", …}]}}, or its page as Markdown';

/** The start of a page, and the size limit of its front matter in UTF-16 code units. Claude's has eight thousand. */
const frontMatterStart = /^\uFEFF?---[ \t]*\r?\n/;
export const frontMatterCharsMax = 200_000;

/** The vendors of the products that are models, by permalink. */
const vendorByProduct: ReadonlyMap<unknown, string> = new Map<unknown, string>([['claude', 'anthropic']]);

/**
 * One product of endoflife.date. A release is identified by `name`, the model id of the API. Labels are edited ("Claude
 * 3.7 Sonnet" became "Claude Sonnet 3.7"), so they are not used. Throws `Refusal('feed_unparsable')` for anything else,
 * including other products and the HTML of a missing page.
 */
export const parseEndoflife: FeedParser = (bytes) => {
  const text = decodePayload(bytes, expected);
  const { result } = frontMatterStart.test(text) ? { result: readPage(text) } : readJsonObject(bytes, expected);
  if (!isRecord(result) || !Array.isArray(result.releases)) {
    throw unparsable(`an object whose result is ${describeValue(result)} without releases`, expected);
  }
  const vendor = vendorByProduct.get(result.name);
  if (vendor === undefined) {
    throw unparsable(`the product ${JSON.stringify(String(result.name).slice(0, 60))}, which is not a model`, expected);
  }
  return collectRows(
    result.releases.map((release: unknown, index) => readRow(vendor, release, index)),
    expected,
  );
};

/**
 * Converts the page of a product in its repository to the shape of the API. The page is Markdown with a YAML front matter:
 * `releaseCycle` is the name, and `eoas` and `eol` are the days on which support and life end, or true. Unlike the API, a page
 * does not say whether such a day has passed.
 */
function readPage(text: string): unknown {
  const end = text.search(/\r?\n---[ \t]*(?:\r?\n|$)/);
  if (end === -1 || end > frontMatterCharsMax)
    throw unparsable(`a front matter that does not end within ${frontMatterCharsMax} characters`, expected);
  const page = readYaml(text.slice(0, end).replace(frontMatterStart, ''));
  if (!isRecord(page) || !Array.isArray(page.releases)) return null;
  const name = typeof page.permalink === 'string' ? page.permalink.replace(/^\//, '') : page.permalink;
  return { name, releases: page.releases.map(toRelease) };
}

function toRelease(cycle: unknown): unknown {
  if (!isRecord(cycle)) return cycle;
  const { releaseCycle: name, releaseDate, eoas, eol, link, recommendedReplacement } = cycle;
  return {
    name,
    releaseDate,
    isEoas: eoas === true,
    eoasFrom: eoas,
    isEol: eol === true,
    eolFrom: eol,
    latest: { link },
    custom: { recommendedReplacement },
  };
}

/** Parses YAML with dates as text. Aliases are not allowed, because they can expand without limit. */
function readYaml(text: string): unknown {
  try {
    return parseYaml(text, { schema: 'core', maxAliasCount: 0, logLevel: 'error' });
  } catch {
    throw unparsable('a front matter that is not YAML', expected);
  }
}

function readRow(vendor: string, value: unknown, index: number): Row {
  if (!isRecord(value)) return { key: `#${index}`, lost: `is ${describeValue(value)}, not a release` };
  const { name } = value;
  if (typeof name !== 'string' || name === '') return { key: `#${index}`, lost: 'has no name' };
  const date = readDateText(value.releaseDate);
  // Without an end of support, the end of life only means "not sooner than".
  const deprecated = value.isEoas === true || readDateText(value.eoasFrom) !== undefined;
  const shutdown = readDateText(value.eolFrom);
  const end = { kind: deprecated ? 'firm' : 'earliest', scope: 'vendor' } as const;
  const successor = isRecord(value.custom) ? readId(value.custom.recommendedReplacement) : undefined;
  const sourceUrl = isRecord(value.latest) ? readUrl(value.latest.link) : undefined;
  const item: FeedItem = {
    key: name,
    name,
    host: vendor,
    ...(date !== undefined && { released: { text: date, weight: 'curated' } }),
    ...(value.isEoas === true && { stage: 'deprecated' }),
    ...(shutdown !== undefined && { shutdown, end }),
    ...(successor !== undefined && { successor }),
    ...(sourceUrl !== undefined && { sourceUrl }),
    raw: value,
  };
  return { key: name, item };
}

export const endoflife: Adapter = {
  parse: parseEndoflife,
  witnesses: ['release', 'general', 'end'],
  publishes: ['shutdown'],
  defaults: {
    trust: 'curated',
    // Its end dates come from the same page that deprecations.info scrapes.
    origin: 'deprecation-pages',
    covers: [],
    settlementLag: 'P60D',
    url: 'https://endoflife.date/api/v1/products/claude/',
  },
};
