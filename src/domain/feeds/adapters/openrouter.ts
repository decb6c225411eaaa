import { type Adapter, catalogueVendors } from '../adapter.ts';
import type { Attributes, FeedItem, FeedParser } from '../item.ts';
import { dropUndefined, isRecord, type Row, readCount, readDateText, readDecimalPrice } from '../payload.ts';
import { type ListRow, type ListShape, readModelList } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  paging: 'links_next',
  expected: 'the complete list of OpenRouter, with all pages: {data: [{id, pricing, …}]}',
};

const tokensPerMtok = 1e6;

/** Vendors that publish weights, by namespace, with their owners on the Hugging Face Hub. */
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
 * OpenRouter's list of models, `vendor/model` or `vendor/model:variant`. None of its dates is a release: `created` is when
 * OpenRouter added the record (from one day before the release to 107 days after it), the date in `canonical_slug` is sometimes
 * one day off, and `knowledge_cutoff` is unrelated. Rolling aliases (`~vendor/…`), routers and effort presets are recognised
 * by their ids. `expiration_date`, when OpenRouter stops serving the model, is stored for information.
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
    ...(shutdown !== undefined && { shutdown, end: { kind: 'planned', scope: 'host' } }),
    ...(attributes !== undefined && { attributes }),
    raw: row,
  };
  return { key: name, item };
}

/**
 * Whether an id is a way of serving a model, such as `:free`, `:extended` or Anthropic's `-fast` (at six times the
 * price). Its price and context length are not those of the model.
 */
function isVariant(id: string): boolean {
  return id.includes(':') || /^anthropic\/.*-fast$/.test(id);
}

/**
 * Prices are texts in US dollars per token; those of routers are `"-1"`. For a model with open weights, price and
 * context length are those of the cheapest host and not of the vendor, so only the weights are used.
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

/** Whether the vendor owns the repository. Others publish tokenizers and copies under the names of closed models. */
function isOfVendor(name: string, repository: string): boolean {
  const [vendor = ''] = name.split('/');
  const [owner = ''] = repository.toLowerCase().split('/');
  return owner !== '' && hubOwners.get(vendor) === owner;
}

/**
 * It lists chat models of many vendors. The ledger dates 81 models of eight vendors that were listed in January or May
 * 2026; two of them were added more than a week late, hence the lag. It has no `publishes`, because a missing price or
 * size of an open model is not evidence. It is not evidence of ends, because a host can stop serving a model before its
 * vendor does.
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
      'microsoft',
      'nvidia',
      'ibm',
      'ai21',
      'bytedance',
      'tencent',
      'baidu',
      'stepfun',
      'xiaomi',
      'reka',
    ],
    settlementLag: 'P7D',
    url: 'https://openrouter.ai/api/v1/models',
  },
};
