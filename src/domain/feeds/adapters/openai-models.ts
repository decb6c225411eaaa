import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { type Row, readDateText } from '../payload.ts';
import { type ListRow, type ListShape, readModelList } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  expected: "OpenAI's list of models: {data: [{id, object: 'model', …}]}",
};

/** The owners of public models. Any other owner is an organisation with models of its own. */
const publicOwner = /^(?:system|openai(?:-[a-z-]+)?)$/;

/**
 * OpenAI's own list, limited to what the key may access. `created` is when the entry was created, 2 to 14 days before
 * the release. It is sometimes rewritten, so it is not used. `shutdown_date` is the first day on which the id is no
 * longer served.
 */
export const parseOpenaiModels: FeedParser = (bytes) => readModelList(bytes, shape, readRow);

function readRow({ name, row }: ListRow): Row {
  if (row.object !== 'model') return { key: name, lost: 'is not an object of the kind model' };
  const owner = row.owned_by;
  const shutdown = readDateText(row.shutdown_date);
  const item: FeedItem = {
    key: name,
    name,
    host: 'openai',
    ...((typeof owner !== 'string' || !publicOwner.test(owner)) && { trust: 'community' }),
    ...(shutdown !== undefined && { shutdown, end: { kind: 'firm', scope: 'vendor' } }),
    raw: row,
  };
  return { key: name, item };
}

export const openaiModels: Adapter = {
  parse: parseOpenaiModels,
  publishes: ['shutdown'],
  ends: 'by_rights',
  access: { variable: 'OPENAI_API_KEY', scheme: 'bearer' },
  defaults: {
    trust: 'first_party',
    origin: 'openai-api',
    covers: [],
    settlementLag: 'PT0S',
    url: 'https://api.openai.com/v1/models',
  },
};
