import { formatDay, parseDate } from '../../instant.ts';
import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser, Stage } from '../item.ts';
import { type Row, readCount, readDateText } from '../payload.ts';
import { type ListRow, type ListShape, readModelList } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  paging: 'after_id',
  expected: "the whole of Anthropic's list of models: {data: [{id, type: 'model', …}], has_more: false}",
};

const stageByLifecycle: ReadonlyMap<unknown, Stage> = new Map<unknown, Stage>([
  ['deprecated', 'deprecated'],
  ['retired', 'retired'],
]);

/** Before this day `created_at` stands for "unknown": the list writes an epoch then. */
const knownFrom = Date.UTC(2020, 0, 1);

/**
 * Anthropic's own list. `created_at` is by its definition when the model was released, but gives days at midnight and was a
 * day early for one model: it is weighed like a curated date that may be off by a day either way. `lifecycle` says
 * whether a model is retired; `retires_at` is a plan until it does.
 */
export const parseAnthropicModels: FeedParser = (bytes) => readModelList(bytes, shape, readRow);

function readRow({ name, row }: ListRow): Row {
  if (row.type !== 'model') return { key: name, lost: 'is no object of the type model' };
  const released = readReleaseDay(row.created_at);
  const stage = stageByLifecycle.get(row.lifecycle);
  const shutdown = readDateText(row.retires_at);
  const tokens = readCount(row.max_input_tokens);
  const item: FeedItem = {
    key: name,
    name,
    host: 'anthropic',
    ...(released !== undefined && { released: { text: released, weight: 'curated', slackDays: 1 } }),
    ...(stage !== undefined && { stage }),
    ...(shutdown !== undefined && { shutdown }),
    ...(tokens !== undefined && { attributes: { context_tokens: tokens } }),
    raw: row,
  };
  return { key: name, item };
}

/** The UTC day of an instant; undefined for the epoch and for what is no date, which say nothing. */
function readReleaseDay(value: unknown): string | undefined {
  const date = parseDate(readDateText(value) ?? '');
  return date === null || date.interval.from < knownFrom ? undefined : formatDay(date.interval.from);
}

export const anthropicModels: Adapter = {
  parse: parseAnthropicModels,
  paging: 'after_id',
  publishes: ['context_tokens', 'shutdown'],
  ends: 'by_status',
  access: {
    variable: 'ANTHROPIC_API_KEY',
    scheme: 'x-api-key',
    headers: { 'anthropic-version': '2023-06-01' },
  },
  defaults: {
    trust: 'first_party',
    origin: 'anthropic-api',
    covers: [],
    settlementLag: 'PT0S',
    url: 'https://api.anthropic.com/v1/models?limit=1000',
  },
};
