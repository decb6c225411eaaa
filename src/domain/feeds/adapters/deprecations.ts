import { parseDate } from '../../instant.ts';
import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import {
  collectRows,
  describeValue,
  isRecord,
  type Row,
  readDateText,
  readJson,
  readUrl,
  unparsable,
} from '../payload.ts';

const expected =
  'the rows of deprecations.info: an array of objects with provider and model_id, or a JSON Feed whose items hold such an object as _deprecation';

/**
 * The rows of deprecations.info, scraped every day from the pages on which vendors and hosts announce what they take
 * away. A row states when a model ends at one provider; only the vendor's own provider speaks of the model itself.
 * `announcement_date` and `first_observed` are often the day of the scrape and date nothing. An empty list is read as
 * no items, which polling holds suspect; a list without one such row throws `Refusal('feed_unparsable')`.
 */
export const parseDeprecations: FeedParser = (bytes) => {
  const rows = listRows(readJson(bytes, expected));
  const parsed = collectRows(rows.map(readRow), expected);
  if (parsed.items.length === 0 && rows.length > 0) {
    throw unparsable(`a list of ${rows.length} entries and no such row among them`, expected);
  }
  return parsed;
};

/** The bare array, or the extensions of a JSON Feed's items with the item's own address. */
function listRows(payload: unknown): readonly unknown[] {
  if (Array.isArray(payload)) return payload;
  if (!isRecord(payload) || !Array.isArray(payload.items)) throw unparsable(describeValue(payload), expected);
  return payload.items.map((item: unknown) => {
    if (!isRecord(item) || !isRecord(item._deprecation)) return item;
    return { url: item.url, ...item._deprecation };
  });
}

function readRow(value: unknown, index: number): Row {
  if (!isRecord(value)) return { key: `#${index}`, lost: `is ${describeValue(value)}, not a row` };
  const { provider, model_id: name } = value;
  if (typeof provider !== 'string' || provider === '') return { key: `#${index}`, lost: 'has no provider' };
  if (typeof name !== 'string' || name === '') return { key: `${provider}/#${index}`, lost: 'has no model_id' };
  const key = `${provider}/${name}`;
  const shutdown = readShutdown(provider, value);
  const sourceUrl = readUrl(value.url);
  const item: FeedItem = {
    key,
    name,
    // The vendors' providers are their ids in lower case; "AWS Bedrock" and "Google Vertex" are hosts and stay so.
    host: provider.toLowerCase().replaceAll(' ', '-'),
    ...(shutdown !== undefined && { stage: 'deprecated', shutdown }),
    ...(sourceUrl !== undefined && { sourceUrl }),
    raw: value,
  };
  return { key, item };
}

/**
 * The stated end. Google's table gives the earliest day on which a model may go, in both fields alike: no end is
 * stated there until a deprecation is announced for an earlier day.
 */
function readShutdown(provider: string, row: Record<string, unknown>): string | undefined {
  const shutdown = readDateText(row.shutdown_date);
  if (provider !== 'Google' || shutdown === undefined) return shutdown;
  const ends = parseDate(shutdown);
  const announced = parseDate(readDateText(row.deprecation_date) ?? '');
  return ends !== null && announced !== null && announced.interval.to <= ends.interval.from ? shutdown : undefined;
}

export const deprecations: Adapter = {
  parse: parseDeprecations,
  witnesses: ['end'],
  publishes: ['shutdown'],
  defaults: {
    trust: 'curated',
    origin: 'deprecation-pages',
    covers: [],
    settlementLag: 'P2D',
    url: 'https://deprecations.info/v1/deprecations.json',
  },
};
