import { formatDay, parseDate } from '../../instant.ts';
import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser, Stage } from '../item.ts';
import { type Row, readCount, readDateText } from '../payload.ts';
import { type ListRow, type ListShape, readModelList } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  paging: 'after_id',
  expected: "Anthropic's complete list of models: {data: [{id, type: 'model', …}], has_more: false}",
};

const stageByLifecycle: ReadonlyMap<unknown, Stage> = new Map<unknown, Stage>([
  ['deprecated', 'deprecated'],
  ['retired', 'retired'],
]);

/** An earlier `created_at` is an epoch, by which the list means "unknown". */
const knownFrom = Date.UTC(2020, 0, 1);

/**
 * Anthropic's own list. `created_at` is documented as the time of the release, but it contains days at midnight, one of
 * which was a day early. So it counts as a curated date that may be one day off. `lifecycle` says whether a model is
 * retired; until then `retires_at` is only a plan.
 */
export const parseAnthropicModels: FeedParser = (bytes) => readModelList(bytes, shape, readRow);

function readRow({ name, row }: ListRow): Row {
  if (row.type !== 'model') return { key: name, lost: 'is not an object of the type model' };
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
    ...(row.lifecycle === 'active' && { isActive: true }),
    ...(shutdown !== undefined && { shutdown }),
    ...endOf(stage, shutdown),
    ...(tokens !== undefined && { attributes: { context_tokens: tokens } }),
    raw: row,
  };
  return { key: name, item };
}

/** A day is only a plan until the status says that the model is retired. */
function endOf(stage: Stage | undefined, shutdown: string | undefined): Pick<FeedItem, 'end'> {
  if (stage === 'retired') return { end: { kind: 'passed', scope: 'vendor' } };
  return shutdown === undefined ? {} : { end: { kind: 'planned', scope: 'vendor' } };
}

/** The UTC day of an instant; undefined for an epoch and for anything that is not a date. */
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
