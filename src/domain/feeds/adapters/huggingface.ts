import type { Adapter } from '../adapter.ts';
import type { Attributes, FeedItem, FeedParser } from '../item.ts';
import {
  collectRows,
  describeValue,
  dropUndefined,
  isRecord,
  type Row,
  readCount,
  readJson,
  unparsable,
} from '../payload.ts';

const expected = "the hub's list of an organisation's repositories: [{id: 'owner/name', …}]";

/** File extensions of weights. */
const weightFile = /\.(?:safetensors|gguf|bin|pt|pth|ckpt|onnx|msgpack|h5)$/i;

/** Tensor types with one parameter per number. Packed types (`I32`, `U8`) contain several, so their count is not used. */
const plainTensors: ReadonlySet<string> = new Set(['F64', 'F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2']);

/**
 * The public repositories of one organisation on the Hugging Face Hub. A repository alone is not a release, because it
 * is created empty and published later. So `createdAt` is not used, and a repository without weights is at most an
 * announcement. The identity data defines which namespaces belong to a vendor.
 */
export const parseHuggingface: FeedParser = (bytes) => {
  const rows = readJson(bytes, expected);
  if (!Array.isArray(rows)) throw unparsable(describeValue(rows), expected);
  const parsed = collectRows(
    rows.map((row: unknown, index) => readRow(row, `#${index}`)),
    expected,
  );
  if (parsed.items.length === 0 && rows.length > 0)
    throw unparsable(`${rows.length} rows without a repository`, expected);
  return parsed;
};

function readRow(row: unknown, place: string): Row {
  if (!isRecord(row)) return { key: place, lost: `is ${describeValue(row)}, not a repository` };
  const { id } = row;
  if (typeof id !== 'string' || !/^[^/]+\/[^/]+$/.test(id))
    return { key: place, lost: 'has no id of the form owner/name' };
  if (row.private === true || row.disabled === true) return { key: id, lost: 'is not public' };
  const filled = hasWeights(row);
  const attributes = filled ? readAttributes(row) : undefined;
  const item: FeedItem = {
    key: id,
    name: id,
    host: null,
    ...(!filled && { stage: 'announced' }),
    ...(attributes !== undefined && { attributes }),
    raw: row,
  };
  return { key: id, item };
}

/** Whether the list declares weights for the repository, as tensors or as files. */
function hasWeights(row: Record<string, unknown>): boolean {
  const declared = [row.safetensors, row.gguf].some((file) => isRecord(file) && readCount(file.total) !== undefined);
  const files: unknown[] = Array.isArray(row.siblings) ? row.siblings : [];
  return declared || files.some((file) => isRecord(file) && weightFile.test(String(file.rfilename)));
}

/** Weights are only open if they are not gated (`auto`: after accepting a licence; `manual`: after approval by a person). */
function readAttributes(row: Record<string, unknown>): Attributes | undefined {
  return dropUndefined<Attributes>({
    input_usd_per_mtok: undefined,
    output_usd_per_mtok: undefined,
    context_tokens: undefined,
    open_weights: row.gated === false ? true : undefined,
    parameters: countParameters(row.safetensors),
  });
}

function countParameters(safetensors: unknown): number | undefined {
  if (!isRecord(safetensors) || !isRecord(safetensors.parameters)) return undefined;
  const plain = Object.keys(safetensors.parameters).every((kind) => plainTensors.has(kind));
  return plain ? readCount(safetensors.total) : undefined;
}

/**
 * Curated, although the vendor owns the namespace: a first party is believed immediately, and repositories of
 * unreleased models have been public for minutes. It covers no vendor, because most models are never published there.
 */
export const huggingface: Adapter = {
  parse: parseHuggingface,
  paging: 'link_header',
  witnesses: ['release', 'general', 'attribute'],
  publishes: ['open_weights', 'parameters'],
  defaults: { trust: 'curated', origin: 'huggingface', covers: [], settlementLag: 'P7D', url: null },
};
