import type { Adapter } from '../adapter.ts';
import type { FeedParser } from '../item.ts';
import { type ListShape, readModelList, readPlainRow } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  expected: "DeepSeek's list of models: {data: [{id, object: 'model', …}]}",
};

/** DeepSeek's own list. It has no dates, and most of its names are rolling aliases, which are not evidence of releases. */
export const parseDeepseekModels: FeedParser = (bytes) =>
  readModelList(bytes, shape, (found) => readPlainRow(found, 'deepseek'));

export const deepseekModels: Adapter = {
  parse: parseDeepseekModels,
  access: { variable: 'DEEPSEEK_API_KEY', scheme: 'bearer' },
  defaults: {
    trust: 'first_party',
    origin: 'deepseek-api',
    covers: [],
    settlementLag: 'PT0S',
    url: 'https://api.deepseek.com/v1/models',
  },
};
