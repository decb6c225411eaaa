import { parseDate } from '../../instant.ts';
import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import {
  collectRows,
  describeValue,
  isRecord,
  type Row,
  readDateText,
  readFirstId,
  readJson,
  readUrl,
  unparsable,
} from '../payload.ts';

const expected =
  'the rows of deprecations.info: an array of objects with provider and model_id, or a JSON Feed whose items contain such an object as _deprecation';

/**
 * The rows of deprecations.info, which scrapes once a day the pages on which vendors and hosts announce retirements. A
 * row states when a model ends at one provider; only the rows of the vendor itself are about the model.
 * `announcement_date` and `first_observed` are often the day of the scrape, so they are not used. An empty list gives
 * no items, which makes the poll suspect. A list without any valid row throws `Refusal('feed_unparsable')`.
 */
export const parseDeprecations: FeedParser = (bytes) => {
  const rows = listRows(readJson(bytes, expected));
  const parsed = collectRows(rows.map(readRow), expected);
  if (parsed.items.length === 0 && rows.length > 0) {
    throw unparsable(`a list of ${rows.length} entries of which none is such a row`, expected);
  }
  return parsed;
};

/** The rows of the array itself, or of the extensions of a JSON Feed's items, each with the URL of its item. */
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
  const shutdown = readDateText(value.shutdown_date);
  const kind = isEarliest(provider, value) ? 'earliest' : 'firm';
  const successor = readFirstId(value.replacement_models);
  const sourceUrl = readUrl(value.url);
  const item: FeedItem = {
    key,
    name,
    // For vendors this gives their id; "AWS Bedrock" and "Google Vertex" become `aws-bedrock` and `google-vertex`, which are hosts.
    host: provider.toLowerCase().replaceAll(' ', '-'),
    ...(shutdown !== undefined && { shutdown, end: { kind } }),
    ...(shutdown !== undefined && kind === 'firm' && { stage: 'deprecated' }),
    ...(successor !== undefined && { successor }),
    ...(sourceUrl !== undefined && { sourceUrl }),
    raw: value,
  };
  return { key, item };
}

/**
 * Google's table gives the earliest possible day in both fields, so the day is not final unless the deprecation has an
 * earlier day of its own.
 */
function isEarliest(provider: string, row: Record<string, unknown>): boolean {
  if (provider !== 'Google') return false;
  const ends = parseDate(readDateText(row.shutdown_date) ?? '');
  const announced = parseDate(readDateText(row.deprecation_date) ?? '');
  return ends === null || announced === null || announced.interval.to > ends.interval.from;
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
