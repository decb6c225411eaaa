import { type Adapter, catalogueVendors } from '../adapter.ts';
import type { Attributes, FeedItem, FeedParser, Stage } from '../item.ts';
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

const expected = 'a models.dev catalogue: a JSON object of providers, each with an object of models';

/**
 * The providers of this catalogue that are a vendor selling its own models, with the beginnings of the ids that
 * are its own; an empty list means all of them. Their rows keep the feed's trust and their `release_date` is
 * weighed; everybody else's rows are a host's listing, dated when the host began to list.
 * Read from the catalogue itself: `llama` also carries Meta's models as served by Cerebras and Groq, `alibaba`
 * sells Qwen and may resell others. Clouds of a vendor that resell (`google-vertex`, `azure`, `alibaba-cn`) and
 * subscription plans are hosts.
 */
const ownProviders: ReadonlyMap<string, readonly string[]> = new Map([
  ['openai', []],
  ['anthropic', []],
  ['google', []],
  ['xai', []],
  ['llama', ['llama-']],
  ['deepseek', ['deepseek-']],
  ['mistral', []],
  ['alibaba', ['qwen', 'qwq', 'qvq']],
]);

/** The catalogue's own word for a model's state; no word means generally available and is left to the id. */
const stageByStatus: ReadonlyMap<unknown, Stage> = new Map<unknown, Stage>([
  ['alpha', 'preview'],
  ['beta', 'preview'],
  ['deprecated', 'deprecated'],
]);

/**
 * The models.dev catalogue. A provider or model that is not an object is lost; an object without any provider
 * throws `Refusal('feed_unparsable')`, except the empty one, which is no items and held suspect by polling.
 */
export const parseModelsDev: FeedParser = (bytes) => {
  const payload = readJsonObject(bytes, expected);
  const providers = Object.entries(payload);
  if (providers.length > 0 && !providers.some(([, provider]) => isRecord(provider) && isRecord(provider.models))) {
    throw unparsable(`an object with ${providers.length} entries and no provider among them`, expected);
  }
  return collectRows(listRows(providers), expected);
};

function* listRows(providers: readonly (readonly [string, unknown])[]): Generator<Row> {
  for (const [host, provider] of providers) {
    const models = isRecord(provider) ? provider.models : undefined;
    if (!isRecord(models)) {
      yield { key: host, lost: 'is not a provider with models' };
      continue;
    }
    for (const [name, model] of Object.entries(models)) yield readRow(host, name, model);
  }
}

function readRow(host: string, name: string, value: unknown): Row {
  const key = `${host}/${name}`;
  if (!isRecord(value)) return { key, lost: `is ${describeValue(value)}, not a model` };
  const own = isOwn(host, name);
  const date = own ? readDateText(value.release_date) : undefined;
  const stage = stageByStatus.get(value.status);
  const attributes = readAttributes(value);
  const item: FeedItem = {
    key,
    name,
    host,
    ...(!own && { trust: 'aggregator' }),
    ...(date !== undefined && { released: { text: date, weight: 'curated' } }),
    ...(stage !== undefined && { stage }),
    ...(attributes !== undefined && { attributes }),
    raw: value,
  };
  return { key, item };
}

function isOwn(host: string, name: string): boolean {
  const prefixes = ownProviders.get(host);
  if (prefixes === undefined) return false;
  return prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix));
}

/** Costs are published per million tokens, in US dollars. */
function readAttributes(row: Record<string, unknown>): Attributes | undefined {
  const cost = isRecord(row.cost) ? row.cost : {};
  const limit = isRecord(row.limit) ? row.limit : {};
  const openWeights = row.open_weights;
  return dropUndefined<Attributes>({
    input_usd_per_mtok: readPrice(cost.input, 1),
    output_usd_per_mtok: readPrice(cost.output, 1),
    context_tokens: readCount(limit.context),
    open_weights: typeof openWeights === 'boolean' ? openWeights : undefined,
    parameters: undefined,
  });
}

export const modelsDev: Adapter = {
  parse: parseModelsDev,
  publishes: ['input_usd_per_mtok', 'output_usd_per_mtok', 'context_tokens', 'open_weights'],
  defaults: {
    trust: 'curated',
    origin: 'models.dev',
    covers: catalogueVendors,
    settlementLag: 'P2D',
    url: 'https://models.dev/api.json',
  },
};
