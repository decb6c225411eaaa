import type { Adapter } from './adapter.ts';
import type { FeedItem, FeedParser } from './item.ts';
import {
  collectRows,
  describeValue,
  isRecord,
  type Row,
  readDateText,
  readJsonObject,
  readUrl,
  unparsable,
} from './payload.ts';

const expected =
  'a product of endoflife.date: {"result": {"name": "claude", "releases": [{"name", "releaseDate", …}]}}';

/** The products that are models, by their permalink, and whose they are. */
const vendorByProduct: ReadonlyMap<unknown, string> = new Map<unknown, string>([['claude', 'anthropic']]);

/**
 * Listed there like every other, but open to approved customers only: no release. The claim that counts is
 * availability to the public.
 */
const limitedNames: readonly string[] = ['claude-mythos'];

/**
 * One product of endoflife.date. Releases are told by their `name`, which is the API's model id; labels are edited
 * ("Claude 3.7 Sonnet" became "Claude Sonnet 3.7") and not read. Throws `Refusal('feed_unparsable')` for anything else,
 * the HTML of a missing page and other products included.
 */
export const parseEndoflife: FeedParser = (bytes) => {
  const { result } = readJsonObject(bytes, expected);
  if (!isRecord(result) || !Array.isArray(result.releases)) {
    throw unparsable(`an object whose result is ${describeValue(result)} without releases`, expected);
  }
  const vendor = vendorByProduct.get(result.name);
  if (vendor === undefined) {
    throw unparsable(`the product ${JSON.stringify(String(result.name).slice(0, 60))}, which is no model's`, expected);
  }
  return collectRows(
    result.releases.map((release: unknown, index) => readRow(vendor, release, index)),
    expected,
  );
};

function readRow(vendor: string, value: unknown, index: number): Row {
  if (!isRecord(value)) return { key: `#${index}`, lost: `is ${describeValue(value)}, not a release` };
  const { name } = value;
  if (typeof name !== 'string' || name === '') return { key: `#${index}`, lost: 'has no name' };
  const date = readDateText(value.releaseDate);
  // Until support is said to have ended or to end, the end of life is a promise: "not sooner than".
  const deprecated = value.isEoas === true || readDateText(value.eoasFrom) !== undefined;
  const shutdown = deprecated ? readDateText(value.eolFrom) : undefined;
  const limited = limitedNames.some((start) => name.startsWith(start));
  const sourceUrl = isRecord(value.latest) ? readUrl(value.latest.link) : undefined;
  const item: FeedItem = {
    key: name,
    name,
    host: vendor,
    ...(date !== undefined && !limited && { released: { text: date, weight: 'curated' } }),
    ...(limited ? { stage: 'announced' } : value.isEoas === true && { stage: 'deprecated' }),
    ...(shutdown !== undefined && { shutdown }),
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
    // Its ends are read off the very page that deprecations.info scrapes.
    origin: 'deprecation-pages',
    covers: [],
    settlementLag: 'P60D',
    url: 'https://endoflife.date/api/v1/products/claude/',
  },
};
