import { type Adapter, catalogueVendors } from '../adapter.ts';
import type { Attributes, FeedItem, FeedParser } from '../item.ts';
import {
  collectRows,
  describeValue,
  dropUndefined,
  isRecord,
  type Row,
  readCount,
  readDateText,
  readJsonObject,
  readPrice,
  unparsable,
} from '../payload.ts';

const expected = 'a LiteLLM price map: a JSON object of rows with litellm_provider and mode, keyed by model id';

/** Keys of the file that are not models: a commented sample, and rules with regular expressions. */
const knownNonModels: ReadonlySet<string> = new Set(['sample_spec', 'fallback_generalizations']);

const tokensPerMtok = 1e6;

/**
 * LiteLLM's price map. It states no release dates, so a release is dated by the first sighting only. An empty object gives no items,
 * which makes the poll suspect. An object without any row (for example an error message) throws
 * `Refusal('feed_unparsable')`.
 */
export const parseLitellm: FeedParser = (bytes) => {
  const payload = readJsonObject(bytes, expected);
  const entries = Object.entries(payload).filter(([key]) => !knownNonModels.has(key));
  const parsed = collectRows(
    entries.map(([key, value]) => readRow(key, value)),
    expected,
  );
  if (parsed.items.length === 0 && entries.length > 0) {
    throw unparsable(`an object with ${entries.length} entries without such a row`, expected);
  }
  return parsed;
};

function readRow(key: string, value: unknown): Row {
  if (!isRecord(value)) return { key, lost: `is ${describeValue(value)}, not a row` };
  const { litellm_provider: host, mode } = value;
  if (typeof host !== 'string' || host === '') return { key, lost: 'has no litellm_provider' };
  if (typeof mode !== 'string' || mode === '') return { key, lost: 'has no mode' };
  const shutdown = readDateText(value.deprecation_date);
  const attributes = readAttributes(value);
  const item: FeedItem = {
    key,
    name: key,
    host,
    // A copy of a date that the vendor or a host states somewhere. It does not say how final the date is.
    ...(shutdown !== undefined && { shutdown, end: { kind: 'planned' } }),
    ...(attributes !== undefined && { attributes }),
    raw: value,
  };
  return { key, item };
}

/** Costs are published per token, in US dollars. */
function readAttributes(row: Record<string, unknown>): Attributes | undefined {
  return dropUndefined<Attributes>({
    input_usd_per_mtok: readPrice(row.input_cost_per_token, tokensPerMtok),
    output_usd_per_mtok: readPrice(row.output_cost_per_token, tokensPerMtok),
    context_tokens: readCount(row.max_input_tokens),
    open_weights: undefined,
    parameters: undefined,
  });
}

export const litellm: Adapter = {
  parse: parseLitellm,
  publishes: ['input_usd_per_mtok', 'output_usd_per_mtok', 'context_tokens', 'shutdown'],
  defaults: {
    trust: 'aggregator',
    origin: 'litellm',
    covers: [...catalogueVendors, 'ai21'],
    settlementLag: 'P2D',
    url: 'https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json',
  },
};
