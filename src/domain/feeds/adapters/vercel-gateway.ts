import { formatDay } from '../../instant.ts';
import type { Adapter } from '../adapter.ts';
import type { Attributes, FeedItem, FeedParser } from '../item.ts';
import { dropUndefined, isRecord, type Row, readCount, readDecimalPrice } from '../payload.ts';
import { type ListRow, type ListShape, readModelList } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  expected: "the Vercel AI Gateway's list of models: {data: [{id: 'vendor/model', …}]}",
};

const tokensPerMtok = 1e6;

/** The accepted range of `released`, in seconds since 1970. A value in milliseconds is outside it. */
const releasedFromS = Date.UTC(2018, 0, 1) / 1000;
const releasedToS = Date.UTC(2200, 0, 1) / 1000;

/**
 * The Vercel AI Gateway's list, `vendor/model`. `released` is entered by its editors, so it is a curated release date. `created` is
 * when the gateway added the model and is not used. The list drops `-preview` from names ("gemini-3-flash"), so a row is not
 * evidence of general availability.
 */
export const parseVercelGateway: FeedParser = (bytes) => readModelList(bytes, shape, readRow);

function readRow({ name, row }: ListRow): Row {
  const plain = !isVariant(name);
  const released = plain ? readReleaseDay(row.released) : undefined;
  const attributes = plain ? readAttributes(name, row) : undefined;
  const item: FeedItem = {
    key: name,
    name,
    host: null,
    ...(released !== undefined && { released: { text: released, weight: 'curated' } }),
    ...(attributes !== undefined && { attributes }),
    raw: row,
  };
  return { key: name, item };
}

/** Whether an id is a way of serving a model, with its own price and date. In xAI's ids, `-fast` is a tier instead. */
function isVariant(id: string): boolean {
  return /-(?:batch|decisions)$/.test(id) || (/-fast$/.test(id) && !/^(?:space)?xai\//.test(id));
}

function readReleaseDay(value: unknown): string | undefined {
  const isDay = typeof value === 'number' && value >= releasedFromS && value < releasedToS;
  return isDay ? formatDay(value * 1000) : undefined;
}

/** Whether only the vendor serves the model, so that the price is the vendor's. */
function isSoldByVendor(id: string): boolean {
  return /^(?:openai|anthropic|google|xai|spacexai)\//.test(id) && !/\/(?:gpt-oss|gemma)/.test(id);
}

function readAttributes(name: string, row: ListRow['row']): Attributes | undefined {
  if (!isSoldByVendor(name)) return undefined;
  const pricing = isRecord(row.pricing) ? row.pricing : {};
  return dropUndefined<Attributes>({
    input_usd_per_mtok: readDecimalPrice(pricing.input, tokensPerMtok),
    output_usd_per_mtok: readDecimalPrice(pricing.output, tokensPerMtok),
    context_tokens: readCount(row.context_window),
    open_weights: undefined,
    parameters: undefined,
  });
}

/** It covers no vendor and is not evidence of ends, because a gateway lists only the models that it sells. */
export const vercelGateway: Adapter = {
  parse: parseVercelGateway,
  witnesses: ['release', 'attribute'],
  defaults: {
    trust: 'curated',
    origin: 'vercel-gateway',
    covers: [],
    settlementLag: 'P7D',
    url: 'https://ai-gateway.vercel.sh/v1/models',
  },
};
