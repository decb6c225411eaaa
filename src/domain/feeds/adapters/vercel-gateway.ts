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

/** No release is older, and a count of milliseconds lies far beyond: seconds since 1970. */
const releasedFromS = Date.UTC(2018, 0, 1) / 1000;
const releasedToS = Date.UTC(2200, 0, 1) / 1000;

/**
 * The Vercel AI Gateway's list, `vendor/model`. `released` is typed by its editors and is a curated release date; `created`
 * is when the gateway listed the model and dates nothing. Names lose their `-preview` there ("gemini-3-flash"), so that no
 * row tells of general availability.
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

/** A way of serving a model, with a price and a first day of its own. Of xAI a `-fast` is a tier and not one. */
function isVariant(id: string): boolean {
  return /-(?:batch|decisions)$/.test(id) || (/-fast$/.test(id) && !/^(?:space)?xai\//.test(id));
}

function readReleaseDay(value: unknown): string | undefined {
  const isDay = typeof value === 'number' && value >= releasedFromS && value < releasedToS;
  return isDay ? formatDay(value * 1000) : undefined;
}

/** Models that only their vendor serves cost there what the vendor asks; what any other host asks says nothing of the vendor. */
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

/** A gateway lists what it sells, so it covers nobody; and what it stops to sell has not ended. */
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
