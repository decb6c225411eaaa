import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { isRecord, type Row, readCount, readDateText } from '../payload.ts';
import { type ListRow, type ListShape, readModelList, readPlainRow } from './model-list.ts';

const shape: ListShape = {
  rows: 'data',
  name: 'id',
  expected: "Mistral's list of models: {data: [{id, object: 'model', …}]}",
};

/** The values of `owned_by` for Mistral's own models. */
const ownOwners: ReadonlySet<unknown> = new Set(['mistralai', 'mistral', undefined, null]);

/** The host of models of other vendors, which Mistral serves too. It belongs to no vendor. */
const servedHost = 'mistral-api';

/** The form of an id, as opposed to a sentence. */
const idForm = /^[a-z0-9][a-z0-9._:@/-]{0,127}$/i;

/**
 * Mistral's own list. Each alias has its own row, which is read as the model that it stands for. `deprecation` is when
 * the model ends; `created` is the time of the request. Customers' fine-tuned models are not models of Mistral.
 */
export const parseMistralModels: FeedParser = (bytes) => {
  const parsed = readModelList(bytes, shape, readRow);
  const names = listAliases(parsed.items);
  return { ...parsed, items: parsed.items.map((item) => ({ ...item, name: names.get(item.key) ?? item.name })) };
};

function readRow(found: ListRow): Row {
  const { name, row } = found;
  if (row.type === 'fine-tuned') return { key: name, lost: 'is a fine-tuned model of a customer' };
  const tokens = readCount(row.max_context_length);
  const shutdown = readDateText(row.deprecation);
  const host = ownOwners.has(row.owned_by) ? 'mistral' : servedHost;
  const read = readPlainRow(found, host, tokens === undefined ? undefined : { context_tokens: tokens });
  if (!('item' in read) || shutdown === undefined) return read;
  return { key: name, item: { ...read.item, shutdown } };
}

/**
 * What each alias stands for: the row's `name` or, if there is none, the only row that lists the id among its
 * `aliases`. If two rows list each other, nothing says which of them is the alias.
 */
function listAliases(items: readonly FeedItem[]): Map<string, string> {
  const rows = items.map((item) => ({ id: item.key, name: canonicalName(item), aliases: aliasesOf(item) }));
  const aliasesById = new Map(rows.map(({ id, aliases }) => [id, aliases]));
  const listedBy = new Map<string, string[]>();
  for (const { id, name, aliases } of rows) {
    if (name !== id) continue;
    for (const alias of aliases) listedBy.set(alias, [...(listedBy.get(alias) ?? []), id]);
  }
  const names = new Map<string, string>();
  for (const { id, name } of rows) {
    const [only, ...others] = listedBy.get(id) ?? [];
    if (name !== id) names.set(id, name);
    else if (only !== undefined && others.length === 0 && !aliasesById.get(id)?.has(only)) names.set(id, only);
  }
  return names;
}

function canonicalName({ key, raw }: FeedItem): string {
  const name = isRecord(raw) ? raw.name : undefined;
  return typeof name === 'string' && idForm.test(name) ? name : key;
}

function aliasesOf({ raw }: FeedItem): ReadonlySet<string> {
  const aliases: unknown[] = isRecord(raw) && Array.isArray(raw.aliases) ? raw.aliases : [];
  return new Set(aliases.filter((alias) => typeof alias === 'string'));
}

export const mistralModels: Adapter = {
  parse: parseMistralModels,
  publishes: ['context_tokens', 'shutdown'],
  ends: 'by_rights',
  aliases: true,
  access: { variable: 'MISTRAL_API_KEY', scheme: 'bearer' },
  defaults: {
    trust: 'first_party',
    origin: 'mistral-api',
    covers: [],
    settlementLag: 'PT0S',
    url: 'https://api.mistral.ai/v1/models',
  },
};
