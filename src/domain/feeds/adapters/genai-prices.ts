import type { Adapter } from '../adapter.ts';
import type { Attributes, FeedItem, FeedParser } from '../item.ts';
import {
  collectRows,
  describeValue,
  dropUndefined,
  isRecord,
  type Row,
  readJson,
  readPrice,
  unparsable,
} from '../payload.ts';

const expected = 'the prices of genai-prices: an array of providers, each with an array of models';

/** The vendor of each provider that has a different id here. */
const vendorByProvider: ReadonlyMap<string, string> = new Map([
  ['x-ai', 'xai'],
  ['moonshotai', 'moonshot'],
  ['zhipuai', 'zhipu'],
  ['zai', 'zhipu'],
]);

/** A clause that is nested deeper matches nothing. */
export const clauseDepthMax = 8;

/**
 * pydantic's genai-prices. A row gives the price of every name that its `match` accepts; `gpt-5` includes GPT-5 Codex
 * and GPT-5 Chat. Names that share a price can be different models, so only the row's own `id` becomes a name.
 * `start_date` is the first day of a price and is not used. A list without any model throws
 * `Refusal('feed_unparsable')`; an empty list gives no items, which makes the poll suspect.
 */
export const parseGenaiPrices: FeedParser = (bytes) => {
  const payload = readJson(bytes, expected);
  if (!Array.isArray(payload)) throw unparsable(describeValue(payload), expected);
  const parsed = collectRows(listRows(payload), expected);
  if (parsed.items.length === 0 && payload.length > 0) {
    throw unparsable(`an array of ${payload.length} entries without a model with prices`, expected);
  }
  return parsed;
};

function* listRows(providers: readonly unknown[]): Generator<Row> {
  for (const [index, provider] of providers.entries()) {
    if (!isRecord(provider) || typeof provider.id !== 'string' || !Array.isArray(provider.models)) {
      yield { key: `#${index}`, lost: 'is not a provider with models' };
      continue;
    }
    const { id: host } = provider;
    const models: readonly unknown[] = provider.models;
    for (const [place, model] of models.entries()) yield readRow(host, model, place);
  }
}

function readRow(provider: string, value: unknown, index: number): Row {
  if (!isRecord(value)) return { key: `${provider}/#${index}`, lost: `is ${describeValue(value)}, not a model` };
  const { id: name, match, prices } = value;
  if (typeof name !== 'string' || name === '') return { key: `${provider}/#${index}`, lost: 'has no id' };
  const key = `${provider}/${name}`;
  if (prices === undefined || prices === null) return { key, lost: 'has no prices' };
  // If a row does not match its own id, its prices are not those of the model with that id.
  const attributes = accepts(match, name.toLowerCase()) ? readPrices(prices) : undefined;
  const item: FeedItem = {
    key,
    name,
    host: vendorByProvider.get(provider) ?? provider,
    ...(attributes !== undefined && { attributes }),
    raw: value,
  };
  return { key, item };
}

/** Whether a match clause accepts a name. A clause with a regular expression accepts nothing, because it is not evaluated. */
function accepts(clause: unknown, name: string, depth = 0): boolean {
  if (!isRecord(clause) || depth > clauseDepthMax) return false;
  const [kind, operand] = Object.entries(clause)[0] ?? [];
  const inner: readonly unknown[] = Array.isArray(operand) ? operand : [];
  const text = typeof operand === 'string' ? operand.toLowerCase() : null;
  switch (kind) {
    case 'equals':
      return text === name;
    case 'starts_with':
      return text !== null && name.startsWith(text);
    case 'ends_with':
      return text !== null && name.endsWith(text);
    case 'contains':
      return text !== null && name.includes(text);
    case 'or':
      return inner.some((each) => accepts(each, name, depth + 1));
    case 'and':
      return inner.length > 0 && inner.every((each) => accepts(each, name, depth + 1));
    default:
      return false;
  }
}

/**
 * Prices in dollars per million tokens. They can depend on the date or the time of day, and the parser does not know
 * which one applies. So a price is used only if all of them agree.
 */
function readPrices(prices: unknown): Attributes | undefined {
  const conditional: readonly unknown[] = Array.isArray(prices) ? prices : [{ prices }];
  const sets = conditional.map((each) => (isRecord(each) && isRecord(each.prices) ? each.prices : {}));
  const agreed = (name: string): number | undefined => {
    const [first, ...others] = sets.map((set) => readBase(set[name]));
    return others.every((price) => price === first) ? first : undefined;
  };
  return dropUndefined<Attributes>({
    input_usd_per_mtok: agreed('input_mtok'),
    output_usd_per_mtok: agreed('output_mtok'),
    context_tokens: undefined,
    open_weights: undefined,
    parameters: undefined,
  });
}

/** A price, or the lowest step of a tiered price, which is what catalogues state. */
function readBase(price: unknown): number | undefined {
  return readPrice(isRecord(price) ? price.base : price, 1);
}

export const genaiPrices: Adapter = {
  parse: parseGenaiPrices,
  witnesses: ['attribute'],
  publishes: ['input_usd_per_mtok', 'output_usd_per_mtok'],
  defaults: {
    trust: 'aggregator',
    origin: 'genai-prices',
    covers: [],
    settlementLag: 'P7D',
    url: 'https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/data.json',
  },
};
