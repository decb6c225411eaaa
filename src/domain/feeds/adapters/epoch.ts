import { parse as parseCsv } from 'csv-parse/sync';
import { parseDate } from '../../instant.ts';
import type { Adapter } from '../adapter.ts';
import { nameToId } from '../display-name.ts';
import type { Attributes, FeedItem, FeedParser } from '../item.ts';
import {
  boundParameters,
  collectRows,
  countsMoreThan,
  decodePayload,
  dropUndefined,
  type Row,
  readDateText,
  readUrl,
  unparsable,
} from '../payload.ts';

const expected = 'a table of Epoch AI: CSV with the columns Model, Organization and Publication date';

export const csvBytesMax = 10 * 1024 * 1024;

/** Length limit of the first line. */
export const headerCharactersMax = 20_000;

/** The most rows of a table; Epoch's largest has a few thousand. */
export const tableRowsMax = 20_000;

/** The most separators, and the most line breaks, of a table. */
export const separatorsMax = 500_000;

/** Length limit of one record; cells may contain abstracts. */
export const recordCharactersMax = 500_000;

export const columnsMax = 200;

/** The columns that are read. The others contain free text. */
const columns = [
  'Model',
  'Organization',
  'Publication date',
  'Model accessibility',
  'Parameters',
  'Confidence',
  'Link',
] as const;

type Cells = { readonly [Column in (typeof columns)[number]]: string };

/**
 * The vendor of each organisation. A row with several organisations has a vendor only if all belong to the same one.
 */
const vendorByOrganization: ReadonlyMap<string, string> = new Map([
  ['OpenAI', 'openai'],
  ['Anthropic', 'anthropic'],
  ['Google', 'google'],
  ['Google DeepMind', 'google'],
  ['Google Research', 'google'],
  ['DeepMind', 'google'],
  ['xAI', 'xai'],
  ['Meta', 'meta'],
  ['Meta AI', 'meta'],
  ['Facebook AI Research', 'meta'],
  ['DeepSeek', 'deepseek'],
  ['Mistral AI', 'mistral'],
  ['Alibaba', 'qwen'],
  ['Moonshot', 'moonshot'],
  ['Moonshot AI', 'moonshot'],
  ['Zhipu AI', 'zhipu'],
  ['Z.ai', 'zhipu'],
  ['Z.ai (Zhipu AI)', 'zhipu'],
  ['MiniMax', 'minimax'],
  ['Amazon', 'amazon'],
  ['Microsoft', 'microsoft'],
  ['Microsoft Research', 'microsoft'],
  ['NVIDIA', 'nvidia'],
  ['Cohere', 'cohere'],
  ['Cohere for AI', 'cohere'],
  ['IBM', 'ibm'],
  ['IBM Research', 'ibm'],
  ['AI21 Labs', 'ai21'],
  ['ByteDance', 'bytedance'],
  ['Tencent', 'tencent'],
  ['Baidu', 'baidu'],
  ['StepFun', 'stepfun'],
  ['Xiaomi', 'xiaomi'],
  ['Reka AI', 'reka'],
  ['Perplexity', 'perplexity'],
  ['Perplexity AI', 'perplexity'],
  ['Inception', 'inception'],
  ['Inception Labs', 'inception'],
]);

/** Access that counts as a release: a public API or open weights. Hosted products, unreleased models and blanks do not. */
const openAccess = /^(API access|Open weights \([a-z -]+\))$/;

/**
 * Epoch AI's table of models. Names are display names, without the word "preview" and without snapshots; the vendor follows from
 * the organisation. Throws `Refusal('feed_unparsable')` for any other document.
 */
export const parseEpoch: FeedParser = (bytes) => {
  if (bytes.byteLength > csvBytesMax) throw unparsable(`${bytes.byteLength} bytes`, expected);
  const text = decodePayload(bytes, expected);
  refuseSlowText(text);
  const [header = [], ...records] = readRecords(text);
  const places = columns.map((column) => header.indexOf(column));
  if (header.length > columnsMax) throw unparsable(`${header.length} columns`, expected);
  if (places.slice(0, 3).includes(-1)) throw unparsable('a document without these columns', expected);
  if (records.length > tableRowsMax) throw unparsable(`more than ${tableRowsMax} rows`, expected);
  return collectRows(
    records.map((record) => readRow(readCells(record, places))),
    expected,
  );
};

/**
 * Refuses text that would keep the CSV parser busy for half a minute: one with many separators or an endless header.
 */
function refuseSlowText(text: string): void {
  const end = text.search(/[\r\n]/);
  if ((end < 0 ? text.length : end) > headerCharactersMax)
    throw unparsable(`a first line of more than ${headerCharactersMax} characters`, expected);
  for (const part of [',', '\r', '\n']) {
    if (countsMoreThan(text, part, separatorsMax)) {
      throw unparsable(`more than ${separatorsMax} separators or line ends`, expected);
    }
  }
}

function readRecords(text: string): string[][] {
  try {
    return parseCsv(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: recordCharactersMax,
      // The header and one row more than allowed, so that too many rows are noticed without parsing all of them.
      to: tableRowsMax + 2,
    });
  } catch {
    throw unparsable('CSV that is broken, cut off or has a record that is too long', expected);
  }
}

function readCells(record: readonly string[], places: readonly number[]): Cells {
  const cell = (index: number): string => (record[places[index] ?? -1] ?? '').trim();
  return {
    Model: cell(0),
    Organization: cell(1),
    'Publication date': cell(2),
    'Model accessibility': cell(3),
    Parameters: cell(4),
    Confidence: cell(5),
    Link: cell(6),
  };
}

function readRow(cells: Cells): Row {
  const { Model: model, Organization: organization, 'Model accessibility': access } = cells;
  const key = `${organization}/${model}`;
  if (model === '') return { key, lost: 'has no model' };
  const open = openAccess.test(access);
  const day = readDay(cells['Publication date']);
  const attributes = readAttributes(cells);
  const sourceUrl = readUrl(cells.Link);
  const item: FeedItem = {
    key,
    name: nameToId(model) ?? model,
    host: vendorOf(organization) ?? (organization === '' ? null : organization),
    ...(!open && { stage: 'announced' }),
    ...(day !== undefined && { statedOn: day }),
    ...(attributes !== undefined && { attributes }),
    ...(sourceUrl !== undefined && { sourceUrl }),
    raw: cells,
  };
  return { key, item };
}

/**
 * The day of the paper or the announcement. It is not a release date: o3 was announced four months before its release,
 * and dates of previews are listed under the names of the models that followed.
 */
function readDay(text: string): string | undefined {
  const date = readDateText(text);
  return date !== undefined && parseDate(date)?.precision === 'day' ? date : undefined;
}

function vendorOf(organization: string): string | null {
  const vendors = new Set(organization.split(',').map((part) => vendorByOrganization.get(part.trim()) ?? null));
  const [vendor = null, ...others] = vendors;
  return others.length === 0 ? vendor : null;
}

/**
 * Parameter counts are read only for open weights, where the vendor publishes them. For closed models the table
 * contains estimates.
 */
function readAttributes(cells: Cells): Attributes | undefined {
  const access = cells['Model accessibility'];
  const openWeights = access.startsWith('Open weights');
  return dropUndefined<Attributes>({
    input_usd_per_mtok: undefined,
    output_usd_per_mtok: undefined,
    context_tokens: undefined,
    open_weights: openAccess.test(access) ? openWeights : undefined,
    parameters: openWeights && cells.Confidence === 'Confident' ? readParameters(cells.Parameters) : undefined,
  });
}

/** Parses numbers such as `405000000000.0` and `6.71e+11`. */
export function readParameters(text: string): number | undefined {
  if (!/^\d{1,18}(\.\d{1,9})?(e\+?\d{1,2})?$/i.test(text)) return undefined;
  return boundParameters(Number(text), 1);
}

export const epoch: Adapter = {
  parse: parseEpoch,
  bytesMax: csvBytesMax,
  // A display name does not say whether it was a preview.
  witnesses: ['release', 'attribute'],
  publishes: ['open_weights', 'parameters'],
  defaults: {
    trust: 'curated',
    origin: 'epoch-ai',
    covers: [],
    settlementLag: 'P90D',
    url: 'https://epoch.ai/data/notable_ai_models.csv',
  },
};
