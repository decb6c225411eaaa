import { formatDay, yearMax } from '../../instant.ts';
import { resolvePointer } from '../../json-pointer.ts';
import { Refusal } from '../../refusal.ts';
import type { Adapter, Testimony } from '../adapter.ts';
import { type Attributes, type FeedItem, type FeedParser, type Stage, stages } from '../item.ts';
import {
  boundParameters,
  collectRows,
  describeValue,
  dropUndefined,
  isRecord,
  type Row,
  readCount,
  readDateText,
  readDecimalPrice,
  readJson,
  readPrice,
  readUrl,
  unparsable,
} from '../payload.ts';
import type { EndKind, EndScope } from '../stated-end.ts';
import { type JsonOptions, readJsonOptions } from './json-options.ts';

const expected = 'JSON with rows at the place that the options of this feed define';

/**
 * Any JSON, parsed with pointers that an operator configured. Rows without an id are lost. A fact that does not have
 * the configured type is ignored. A list in which no row has an id throws `Refusal('feed_unparsable')`; an empty list
 * gives no items, which makes the poll suspect.
 */
export const parseJsonFeed: FeedParser = (bytes, given) => {
  const options = readOptions(given);
  const found = resolvePointer(readJson(bytes, expected), options.items);
  const rows = listRows(found, options);
  const parsed = collectRows(
    rows.map((row) => readRow(row, options)),
    expected,
  );
  if (parsed.items.length === 0 && rows.length > 0) {
    throw unparsable(`${rows.length} entries without an id`, expected);
  }
  return parsed;
};

function readOptions(given: unknown): JsonOptions {
  try {
    return readJsonOptions(given);
  } catch (error) {
    if (error instanceof Refusal) throw unparsable('invalid options', expected);
    throw error;
  }
}

type Found = { readonly member: string; readonly value: unknown };

function listRows(found: unknown, options: JsonOptions): Found[] {
  const place = options.items === '' ? 'the document' : options.items;
  if (found === undefined) throw unparsable(`nothing at ${place}`, expected);
  if (Array.isArray(found)) {
    if (options.id === undefined)
      throw unparsable(`an array at ${place}, whose rows have no key; set the option id`, expected);
    return found.map((value: unknown, index) => ({ member: `#${index}`, value }));
  }
  if (!isRecord(found)) throw unparsable(`${describeValue(found)} at ${place}`, expected);
  return Object.entries(found).map(([member, value]) => ({ member, value }));
}

function readRow({ member, value }: Found, options: JsonOptions): Row {
  if (!isRecord(value)) return { key: member, lost: `is ${describeValue(value)}, not a row` };
  const name = options.id === undefined ? member : resolvePointer(value, options.id);
  if (typeof name !== 'string' || name === '') return { key: member, lost: `has no id at ${options.id}` };
  const host = options.vendor ?? readHost(value, options.host);
  const key = typeof options.host === 'string' ? `${host ?? ''}/${name}` : name;
  return { key, item: { key, name, host, ...readFacts(value, options), raw: value } };
}

function readHost(row: Record<string, unknown>, host: JsonOptions['host']): string | null {
  if (host === undefined) return null;
  const named = typeof host === 'string' ? resolvePointer(row, host) : host.is;
  return typeof named === 'string' && named !== '' ? named : null;
}

function readFacts(row: Record<string, unknown>, options: JsonOptions): Partial<FeedItem> {
  const released = readDate(row, options.released);
  const shutdown = readDate(row, options.shutdown);
  const stage = readStage(row, options.stage);
  const attributes = readAttributes(row, options.attributes ?? {});
  const sourceUrl = options.source_url === undefined ? undefined : readUrl(resolvePointer(row, options.source_url));
  return {
    ...(released !== undefined && { released: { text: released, weight: options.weight ?? 'curated' } }),
    ...(stage !== undefined && { stage }),
    ...(shutdown !== undefined && { shutdown }),
    ...readEnd(row, options),
    ...(attributes !== undefined && { attributes }),
    ...(sourceUrl !== undefined && { sourceUrl }),
  };
}

/** A text is kept unchanged. A number gives only the UTC day, because such times are rarely exact to the second. */
function readDate(row: Record<string, unknown>, date: JsonOptions['released']): string | undefined {
  if (date === undefined) return undefined;
  const { at, as } = typeof date === 'string' ? { at: date, as: 'text' as const } : date;
  const value = resolvePointer(row, at);
  if (as === 'text') return readDateText(value);
  const ms = typeof value === 'number' ? value * (as === 'unix_seconds' ? 1000 : 1) : Number.NaN;
  return ms > 0 && ms < Date.UTC(yearMax, 0, 1) ? formatDay(ms) : undefined;
}

/** The stage of a row. An unknown word makes it an announcement, so that it is not evidence of a release. */
function readStage(row: Record<string, unknown>, stage: JsonOptions['stage']): Stage | undefined {
  if (stage === undefined) return undefined;
  const word = resolvePointer(row, stage.at) ?? null;
  if (word === null) return undefined;
  if (stage.words === undefined) return stages.find((known) => known === word) ?? 'announced';
  const meaning = new Map<unknown, Stage>(Object.entries(stage.words)).get(word);
  return meaning ?? 'announced';
}

/** How final an end is and what it applies to. An end with an unknown word never retires a model. */
function readEnd(row: Record<string, unknown>, options: JsonOptions): Pick<FeedItem, 'end'> {
  if (options.end_kind === undefined && options.end_scope === undefined) return {};
  const kind = readWord<EndKind>(row, options.end_kind, 'earliest') ?? 'planned';
  const scope = readWord<EndScope>(row, options.end_scope, 'plan');
  return { end: { kind, ...(scope !== undefined && { scope }) } };
}

function readWord<Meaning extends string>(
  row: Record<string, unknown>,
  option: Meaning | { readonly at: string; readonly words: Readonly<Record<string, Meaning>> } | undefined,
  unknown: Meaning,
): Meaning | undefined {
  if (option === undefined || typeof option === 'string') return option;
  const word = resolvePointer(row, option.at) ?? null;
  return word === null ? undefined : (new Map<unknown, Meaning>(Object.entries(option.words)).get(word) ?? unknown);
}

const tokensPerMtok = { token: 1e6, thousand: 1e3, million: 1 } as const;
const countOf = { one: 1, million: 1e6, billion: 1e9 } as const;

function readAttributes(
  row: Record<string, unknown>,
  options: NonNullable<JsonOptions['attributes']>,
): Attributes | undefined {
  const { input_usd_per_mtok: input, output_usd_per_mtok: output, context_tokens: context, parameters } = options;
  const weights = options.open_weights === undefined ? undefined : resolvePointer(row, options.open_weights);
  return dropUndefined<Attributes>({
    input_usd_per_mtok: input === undefined ? undefined : readAnyPrice(row, input),
    output_usd_per_mtok: output === undefined ? undefined : readAnyPrice(row, output),
    context_tokens: context === undefined ? undefined : readCount(resolvePointer(row, context)),
    open_weights: typeof weights === 'boolean' ? weights : undefined,
    parameters:
      parameters === undefined
        ? undefined
        : boundParameters(resolvePointer(row, parameters.at), countOf[parameters.in]),
  });
}

function readAnyPrice(
  row: Record<string, unknown>,
  { at, per }: { at: string; per: keyof typeof tokensPerMtok },
): number | undefined {
  const value = resolvePointer(row, at);
  return readPrice(value, tokensPerMtok[per]) ?? readDecimalPrice(value, tokensPerMtok[per]);
}

/** What a configured feed publishes and is evidence of. It is evidence of general availability only if it states stages. */
function declare(given: unknown): { publishes: readonly string[]; witnesses: readonly Testimony[] } {
  const options = readJsonOptions(given);
  const stated = Object.keys(options.attributes ?? {});
  const inferred: Testimony[] = ['release'];
  if (options.stage !== undefined) inferred.push('general');
  if (options.shutdown !== undefined) inferred.push('end');
  if (stated.length > 0) inferred.push('attribute');
  return {
    publishes: [...stated, ...(options.shutdown === undefined ? [] : ['shutdown'])],
    witnesses: options.witnesses ?? inferred,
  };
}

export const json: Adapter = {
  parse: parseJsonFeed,
  options: { read: readJsonOptions, declare },
  // The operator's configuration is not reviewed, so the feed decides nothing until its operator raises its trust.
  defaults: { trust: 'community', origin: 'json', covers: [], settlementLag: 'P7D', url: null },
};
