import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { type Row, readCount } from '../payload.ts';
import { type ListRow, type ListShape, readModelList } from './model-list.ts';

const shape: ListShape = {
  rows: 'models',
  name: 'name',
  paging: 'page_token',
  expected: "the complete list of models of the Gemini API: {models: [{name: 'models/…', …}]}",
};

/** The prefix of the ids of Google's own models. Others, such as `tunedModels/`, are customers' models. */
const ownPrefix = 'models/';

/** The Gemini API's own list. It has no dates, so a release is dated by the first sighting only. */
export const parseGeminiModels: FeedParser = (bytes) => readModelList(bytes, shape, readRow);

function readRow({ name: path, row }: ListRow): Row {
  if (!path.startsWith(ownPrefix)) return { key: path, lost: `does not start with ${ownPrefix}` };
  const name = path.slice(ownPrefix.length);
  const tokens = readCount(row.inputTokenLimit);
  const item: FeedItem = {
    key: name,
    name,
    host: 'google',
    ...(tokens !== undefined && { attributes: { context_tokens: tokens } }),
    raw: row,
  };
  return { key: name, item };
}

export const geminiModels: Adapter = {
  parse: parseGeminiModels,
  paging: 'page_token',
  publishes: ['context_tokens'],
  access: { variable: 'GEMINI_API_KEY', scheme: 'x-goog-api-key' },
  defaults: {
    trust: 'first_party',
    origin: 'gemini-api',
    covers: [],
    settlementLag: 'PT0S',
    url: 'https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000',
  },
};
