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
 * The stage for each status of the catalogue. A model without a status is generally available unless its id says
 * otherwise.
 */
const stageByStatus: ReadonlyMap<unknown, Stage> = new Map<unknown, Stage>([
  ['alpha', 'preview'],
  ['beta', 'preview'],
  ['deprecated', 'deprecated'],
]);

/**
 * The models.dev catalogue: providers with the models that they serve. The identity data defines which rows are a vendor's own, so
 * that their dates count. A provider or model that is not an object is lost. An object without any provider throws
 * `Refusal('feed_unparsable')`; an empty object gives no items, which makes the poll suspect.
 */
export const parseModelsDev: FeedParser = (bytes) => {
  const payload = readJsonObject(bytes, expected);
  const providers = Object.entries(payload);
  if (providers.length > 0 && !providers.some(([, provider]) => isRecord(provider) && isRecord(provider.models))) {
    throw unparsable(`an object with ${providers.length} entries without a provider`, expected);
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
  const date = readDateText(value.release_date);
  const stage = stageByStatus.get(value.status);
  const attributes = readAttributes(value);
  const item: FeedItem = {
    key,
    name,
    host,
    ...(date !== undefined && { released: { text: date, weight: 'curated' } }),
    ...(stage !== undefined && { stage }),
    ...(attributes !== undefined && { attributes }),
    raw: value,
  };
  return { key, item };
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
    covers: [...catalogueVendors, 'nvidia', 'tencent', 'stepfun', 'xiaomi'],
    settlementLag: 'P2D',
    url: 'https://models.dev/api.json',
  },
};
