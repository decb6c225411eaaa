import type { Attributes, FeedItem } from '../feeds/item.ts';
import { readStatedRelease } from '../feeds/stated-date.ts';
import { statesVendorEnd } from '../feeds/stated-end.ts';
import { type ModelId, modelKey } from '../identity/model-id.ts';
import { parseModelId } from '../identity/parse.ts';
import type { IdentityTable } from '../identity/table.ts';
import { dayMs, formatDay, hourMs, type Instant, parseDate } from '../instant.ts';

/** One archived payload, as its adapter read it. */
export type MeasuredRead = {
  readonly origin: string;
  readonly adapter: string;
  readonly observedAt: Instant;
  readonly items: readonly FeedItem[];
};

/** When each name was first listed, from a history of many reads; the format is described in docs/accuracy.md. */
export type FirstListed = {
  readonly origin: string;
  readonly adapter: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly reads: number;
  /** Names that were already listed at `from`. */
  readonly before: readonly ListedName[];
  readonly listed: readonly (ListedName & { readonly at: Instant; readonly absentAt: Instant | null })[];
};

/** `at`: when it was listed, if known. */
type ListedName = { readonly name: string; readonly host: string | null; readonly at?: Instant };

/**
 * The first read of an origin that shows a model. `imported`: many models of its vendor appeared in the same read, so
 * the time says nothing about the release.
 */
export type Shown = { readonly at: Instant; readonly imported: boolean };

/** A date of a release as an origin's own rows or a reviewed document state it. */
export type StatedDate = { readonly text: string; readonly from: Instant; readonly reviewed: boolean };

/** The last day that rows state for a model. `preview`: all of these rows are of previews. */
export type StatedEnd = { readonly text: string; readonly preview: boolean };

/** What was measured from the reads of one origin. */
export type OriginRecord = {
  readonly origin: string;
  /** The history that the reads start with, if any. Names in its first read were listed at an unknown earlier time. */
  readonly history: { readonly from: Instant; readonly to: Instant; readonly reads: number } | null;
  readonly readTimes: Instant[];
  /** The first read with one of the vendor's own rows, by vendor. */
  readonly vendors: Map<string, Instant>;
  readonly shown: Map<string, Shown>;
  /** The first payload, as opposed to a history, that shows the model. */
  readonly shownIn: Map<string, Instant>;
  /** By fact and model: the first payload that states it. */
  readonly facts: Map<string, Map<string, Instant>>;
  readonly released: Map<string, StatedDate>;
  /** By model, the end in the last read that states one: the latest among the model's ids. */
  readonly ends: Map<string, StatedEnd>;
  /** Models with an own row that is no preview. The end of a preview is not their end. */
  readonly general: Set<string>;
};

/** This many models of one vendor, first listed at the same moment, are an import of older ones. */
export const importedModelsMin = 6;

/** A release date wider than this gives no useful lag. */
const dateDaysMax = 3;

/** If the last read without some names is older than this, they were not necessarily listed at the same moment. */
const sameMomentMs = 48 * hourMs;

/** Families that are not language models: their input or output is of another kind. */
const otherFamilies =
  /(^|-)(image|imagine|imagen|audio|realtime|live|transcribe|livetranslate|tts|asr|whisper|dall-e|sora|veo|lyria|embed|embedding|moderation|guard|safeguard|ocr|document-ai|voxtral|reranker|robotics|computer-use|omni|mt|doc|character|prompt-guard|search|canvas|reel|sonic|act|speech|voice|voicechat|video|hailuo|cogview|cogvideox|seedance|seedream|rerank|translate|guardian|content-safety|parse|docling|parakeet|cosmos-predict|cosmos-transfer|embedcode)(-|$)/;

/** The language model of a name in the vendor's own rows; null for any other name. */
export function ownModel(identity: IdentityTable, adapter: string, listed: ListedName): ModelId | null {
  const { name, ...context } = listed;
  const read = parseModelId(identity, name, { feed: adapter, ...context });
  return read.outcome === 'model' && read.own && !otherFamilies.test(read.family) ? read : null;
}

/**
 * Whether a listing is a release. An announced model, or one that only approved customers can call, is not released.
 */
function isReleased(model: ModelId | null, item: Pick<FeedItem, 'stage'> = {}): model is ModelId {
  return model !== null && model.stage !== 'limited' && item.stage !== 'announced' && item.stage !== 'limited';
}

export function startRecord(origin: string, history: FirstListed | null): OriginRecord {
  return {
    origin,
    history: history === null ? null : { from: history.from, to: history.to, reads: history.reads },
    readTimes: [],
    vendors: new Map(),
    shown: new Map(),
    shownIn: new Map(),
    facts: new Map(),
    released: new Map(),
    ends: new Map(),
    general: new Set(),
  };
}

/** The record of an origin that begins with a history. */
export function recordHistory(identity: IdentityTable, history: FirstListed): OriginRecord {
  const record = startRecord(history.origin, history);
  const note = (model: ModelId, shown: Shown) => {
    keepFirst(record.vendors, model.vendor, Math.max(shown.at, history.from), (at) => at);
    keepFirst(record.shown, modelKey(model), shown, ({ at }) => at);
  };
  for (const name of history.before) {
    const model = ownModel(identity, history.adapter, { ...name, at: history.from });
    if (isReleased(model)) note(model, { at: history.from, imported: false });
  }
  const imports = listImports(identity, history);
  for (const row of history.listed) {
    const model = ownModel(identity, history.adapter, row);
    if (isReleased(model)) note(model, { at: row.at, imported: imports.has(`${model.vendor} ${row.at}`) });
  }
  return record;
}

/** The vendors and moments at which a history lists many names at once although the read before was recent. */
function listImports(identity: IdentityTable, history: FirstListed): ReadonlySet<string> {
  const names = new Map<string, Set<string>>();
  for (const row of history.listed) {
    if (row.absentAt !== null && row.at - row.absentAt > sameMomentMs) continue;
    const read = parseModelId(identity, row.name, { feed: history.adapter, host: row.host });
    if (read.vendor === null || (read.outcome === 'model' && !read.own)) continue;
    const group = `${read.vendor} ${row.at}`;
    names.set(group, (names.get(group) ?? new Set()).add(read.outcome === 'model' ? modelKey(read) : row.name));
  }
  return new Set([...names].filter(([, { size }]) => size >= importedModelsMin).map(([group]) => group));
}

/** Adds a payload to the record of its origin. Payloads must come in order of time. */
export function recordRead(identity: IdentityTable, record: OriginRecord, read: MeasuredRead): void {
  const { observedAt } = read;
  record.readTimes.push(observedAt);
  const ends = new Map<string, StatedEnd>();
  for (const item of read.items) {
    noteStatedRelease(identity, record, read, item);
    const model = ownModel(identity, read.adapter, { name: item.name, host: item.host, at: observedAt });
    if (!isReleased(model, item)) continue;
    const key = modelKey(model);
    keepFirst(record.vendors, model.vendor, Math.max(observedAt, record.history?.from ?? observedAt), (at) => at);
    keepFirst(record.shown, key, { at: observedAt, imported: false }, ({ at }) => at);
    keepFirst(record.shownIn, key, observedAt, (at) => at);
    for (const fact of factsOf(item)) {
      const models = record.facts.get(fact) ?? new Map<string, Instant>();
      record.facts.set(fact, models);
      keepFirst(models, key, observedAt, (at) => at);
    }
    if (model.stage === 'general') record.general.add(key);
    if (item.shutdown !== undefined && statesVendorEnd(item.end))
      ends.set(key, laterEnd(ends.get(key), item.shutdown, model.stage === 'preview'));
  }
  for (const [key, end] of ends) record.ends.set(key, end);
}

/**
 * Records the release date that an item states, which counts from its start. Of several dates that an origin states,
 * the earliest is kept; it gives the longest lag for the feeds that are measured by it.
 */
function noteStatedRelease(identity: IdentityTable, record: OriginRecord, read: MeasuredRead, item: FeedItem): void {
  const model = ownModel(identity, read.adapter, { name: item.name, host: item.host, at: read.observedAt });
  if (!isReleased(model, item)) return;
  const text = item.released?.text ?? (read.adapter === 'ledger' ? item.publishedAt : undefined);
  if (text === undefined) return;
  const reviewed = item.released?.weight === 'stands';
  const stated = readStatedRelease({ ...(item.released ?? { weight: 'stands' }), text });
  const precision = stated?.date.precision;
  if (stated === null || (precision !== 'day' && precision !== 'instant')) return;
  const { from, to } = stated.interval;
  if (from > read.observedAt || to - from > dateDaysMax * dayMs) return;
  const happened = text.includes('/') ? formatDay(from) : text;
  keepFirst(record.released, modelKey(model), { text: happened, from, reviewed }, (date) => date.from);
}

function factsOf(item: FeedItem): string[] {
  const attributes = Object.entries(item.attributes ?? ({} satisfies Attributes)).filter(
    ([, value]) => value !== undefined,
  );
  const isDeprecated = item.stage === 'deprecated' || item.stage === 'retired';
  const ended = statesVendorEnd(item.end) && (item.shutdown !== undefined || isDeprecated);
  return [...attributes.map(([name]) => name), ...(ended ? ['end'] : [])];
}

function keepFirst<T>(map: Map<string, T>, key: string, value: T, at: (value: T) => Instant): void {
  const kept = map.get(key);
  if (kept === undefined || at(value) < at(kept)) map.set(key, value);
}

function laterEnd(known: StatedEnd | undefined, text: string, preview: boolean): StatedEnd {
  if (known === undefined) return { text, preview };
  const from = (date: string) => parseDate(date)?.interval.from ?? Number.NEGATIVE_INFINITY;
  return { text: from(known.text) < from(text) ? text : known.text, preview: known.preview && preview };
}
