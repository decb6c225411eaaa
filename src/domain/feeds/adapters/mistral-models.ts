import type { Adapter } from '../adapter.ts';
import type { FeedParser } from '../item.ts';
import { type Row, readCount } from '../payload.ts';
import { type ListRow, type ListShape, readModelList, readPlainRow } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  expected: "Mistral's list of models: {data: [{id, object: 'model', …}]}",
};

/**
 * Mistral's own list. It is not known whether `created` and `deprecation` are a release and an end, so they are not used. Each alias
 * has its own row. Fine-tuned models of customers are not models of Mistral.
 */
export const parseMistralModels: FeedParser = (bytes) => readModelList(bytes, shape, readRow);

function readRow(found: ListRow): Row {
  if (found.row.type === 'fine-tuned') return { key: found.name, lost: 'is a fine-tuned model of a customer' };
  const tokens = readCount(found.row.max_context_length);
  return readPlainRow(found, 'mistral', tokens === undefined ? undefined : { context_tokens: tokens });
}

export const mistralModels: Adapter = {
  parse: parseMistralModels,
  publishes: ['context_tokens'],
  access: { variable: 'MISTRAL_API_KEY', scheme: 'bearer' },
  defaults: {
    trust: 'first_party',
    origin: 'mistral-api',
    covers: [],
    settlementLag: 'PT0S',
    url: 'https://api.mistral.ai/v1/models',
  },
};
