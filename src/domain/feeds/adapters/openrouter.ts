import { type Adapter, catalogueVendors } from '../adapter.ts';
import type { Attributes, FeedItem, FeedParser } from '../item.ts';
import { dropUndefined, isRecord, type Row, readCount, readDateText, readDecimalPrice } from '../payload.ts';
import { type ListRow, type ListShape, readModelList } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  paging: 'links_next',
  expected: 'the whole list of OpenRouter, all pages of it: {data: [{id, pricing, …}]}',
};

const tokensPerMtok = 1e6;

/** The namespaces here of the vendors that publish weights, and those of the same vendors on the hub. */
const hubOwners: ReadonlyMap<string, string> = new Map([
  ['openai', 'openai'],
  ['google', 'google'],
  ['x-ai', 'xai-org'],
  ['meta-llama', 'meta-llama'],
  ['meta', 'meta-llama'],
  ['deepseek', 'deepseek-ai'],
  ['mistralai', 'mistralai'],
  ['qwen', 'qwen'],
  ['moonshotai', 'moonshotai'],
  ['z-ai', 'zai-org'],
  ['minimax', 'minimaxai'],
  ['microsoft', 'microsoft'],
  ['nvidia', 'nvidia'],
  ['ibm-granite', 'ibm-granite'],
  ['ai21', 'ai21labs'],
  ['bytedance', 'bytedance-seed'],
  ['bytedance-seed', 'bytedance-seed'],
  ['tencent', 'tencent'],
  ['baidu', 'baidu'],
  ['stepfun', 'stepfun-ai'],
  ['xiaomi', 'xiaomimimo'],
  ['rekaai', 'rekaai'],
]);

/**
 * OpenRouter's list of models, `vendor/model` or `vendor/model:variant`. Nothing in it dates a release: `created` is when
 * OpenRouter made the record (the day before the release, the same day, 107 days after), the date in `canonical_slug` is
 * off by a day at times, `knowledge_cutoff` is another thing altogether. Rolling aliases (`~vendor/…`), routers and effort
 * presets are told by their ids. `expiration_date` is when OpenRouter stops to serve the model, kept for people.
 */
export const parseOpenrouter: FeedParser = (bytes) => readModelList(bytes, shape, readRow);

function readRow({ name, row }: ListRow): Row {
  if (!isRecord(row.pricing)) return { key: name, lost: 'has no pricing' };
  const shutdown = isVariant(name) ? undefined : readDateText(row.expiration_date);
  const attributes = isVariant(name) ? undefined : readAttributes({ name, row }, row.pricing);
  const item: FeedItem = {
    key: name,
    name,
    host: null,
    ...(shutdown !== undefined && { shutdown }),
    ...(attributes !== undefined && { attributes }),
    raw: row,
  };
  return { key: name, item };
}

/**
 * A way of serving a model (`:free`, `:extended`; Anthropic's `-fast` at six times the price): what it costs and how much
 * it takes is not the model's.
 */
function isVariant(id: string): boolean {
  return id.includes(':') || /^anthropic\/.*-fast$/.test(id);
}

/**
 * Prices are texts, in US dollars per token; routers have `"-1"`. A model whose weights anybody can serve costs there what
 * the cheapest host asks and takes what that host takes, which is nothing of its vendor's: of it only the weights are stated.
 */
function readAttributes({ name, row }: ListRow, pricing: Record<string, unknown>): Attributes | undefined {
  const weights = typeof row.hugging_face_id === 'string' ? row.hugging_face_id : '';
  const closed = weights === '';
  return dropUndefined<Attributes>({
    input_usd_per_mtok: closed ? readDecimalPrice(pricing.prompt, tokensPerMtok) : undefined,
    output_usd_per_mtok: closed ? readDecimalPrice(pricing.completion, tokensPerMtok) : undefined,
    context_tokens: closed ? readCount(row.context_length) : undefined,
    open_weights: isOfVendor(name, weights) ? true : undefined,
    parameters: undefined,
  });
}

/** Whether the repository on the hub is the vendor's own: others put up tokenizers and copies under the names of closed models. */
function isOfVendor(name: string, repository: string): boolean {
  const [vendor = ''] = name.split('/');
  const [owner = ''] = repository.toLowerCase().split('/');
  return owner !== '' && hubOwners.get(vendor) === owner;
}

/**
 * It lists chat models of many vendors. Of 81 of eight vendors that the reviewed ledger dates and that were listed in
 * January or May 2026, two had come more than a week late, hence the lag. Its silence about prices and sizes is none of
 * an open model, so it publishes nothing; a host's last day is not the vendor's, so it witnesses no end.
 */
export const openrouter: Adapter = {
  parse: parseOpenrouter,
  paging: 'links_next',
  witnesses: ['release', 'general', 'attribute'],
  defaults: {
    trust: 'aggregator',
    origin: 'openrouter',
    covers: [
      ...catalogueVendors,
      'moonshot',
      'zhipu',
      'minimax',
      'amazon',
      'microsoft',
      'nvidia',
      'cohere',
      'ibm',
      'ai21',
      'bytedance',
      'tencent',
      'baidu',
      'stepfun',
      'xiaomi',
      'reka',
      'perplexity',
      'inception',
    ],
    settlementLag: 'P7D',
    url: 'https://openrouter.ai/api/v1/models',
  },
};
