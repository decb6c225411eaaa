import type { Adapter } from '../adapter.ts';
import type { FeedParser } from '../item.ts';
import { type ListShape, readModelList, readPlainRow } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  expected: "xAI's list of models: {data: [{id, object: 'model', …}]}",
};

/** xAI's own list, limited to what the key may access. `created` is when the entry was created, so it is not used. */
export const parseXaiModels: FeedParser = (bytes) => readModelList(bytes, shape, (found) => readPlainRow(found, 'xai'));

export const xaiModels: Adapter = {
  parse: parseXaiModels,
  access: { variable: 'XAI_API_KEY', scheme: 'bearer' },
  defaults: {
    trust: 'first_party',
    origin: 'xai-api',
    covers: [],
    settlementLag: 'PT0S',
    url: 'https://api.x.ai/v1/models',
  },
};
