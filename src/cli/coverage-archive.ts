import { join } from 'node:path';
import { z } from 'zod';
import {
  type FirstListed,
  type MeasuredRead,
  type OriginRecord,
  recordHistory,
  recordRead,
  startRecord,
} from '../domain/evidence/coverage-measure.ts';
import { adapterNames, findAdapter } from '../domain/feeds/adapters/registry.ts';
import type { FeedItem } from '../domain/feeds/item.ts';
import type { IdentityTable } from '../domain/identity/table.ts';
import { parseDate } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import type { BacktestPayload } from '../services/backtest/backtest.ts';
import type { FeedInput } from '../services/feeds/feeds.ts';
import { readArchive, readReviewed } from './backtest-archive.ts';
import { readJsonFile } from './json-file.ts';

const historyName = 'first-listed.json';

const instantText = z
  .string()
  .refine((text) => parseDate(text)?.precision === 'instant', 'must be an instant such as 2025-08-07T19:08Z');
const listedName = { name: z.string().min(1).max(300), host: z.string().min(1).max(100).optional() };

const historySchema = z.strictObject({
  format: z.literal('outturn-first-listed/1'),
  adapter: z.enum(adapterNames),
  /** Omitted: the default origin of the adapter. */
  origin: z.string().min(1).max(100).optional(),
  /** Where the history was read. */
  source: z.string().min(1).max(1000),
  from: instantText,
  to: instantText,
  reads: z.int().min(1),
  before: z.array(z.strictObject(listedName)).max(100_000).default([]),
  listed: z.array(z.strictObject({ ...listedName, at: instantText, absent_at: instantText.optional() })).max(100_000),
});

/** The measured reads and their sources. */
export type MeasuredArchive = {
  readonly records: readonly OriginRecord[];
  /** The adapters of each origin's feeds. */
  readonly adapters: ReadonlyMap<string, ReadonlySet<string>>;
  readonly sources: readonly string[];
  /** Payloads that contain nothing, and files that belong to no feed. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
};

/**
 * Reads the histories and payloads of a directory, and the reviewed documents of the program, into a record for each
 * origin. One payload is in memory at a time.
 */
export function measureArchive(root: string, directory: string, identity: IdentityTable): MeasuredArchive {
  const archive = readArchive(directory);
  const reviewed = readReviewed(root);
  const feeds = new Map([...archive.feeds, ...reviewed.feeds].map((feed) => [feed.slug, feed]));
  const histories = archive.leftOut
    .filter(({ name }) => name.split('/').at(-1) === historyName)
    .map(({ name }) => readHistory(join(directory, name)));
  const records = new Map(histories.map(({ history }) => [history.origin, recordHistory(identity, history)]));
  const adapters = new Map(histories.map(({ history }) => [history.origin, new Set<string>([history.adapter])]));
  const counts = new Map<string, number>();
  const left = archive.leftOut.filter(({ name }) => name.split('/').at(-1) !== historyName);
  for (const payload of lastEditions(reviewed.payloads, archive.payloads)) {
    const read = readItems(feeds.get(payload.feed), payload);
    if (read instanceof Refusal) left.push({ name: payload.name, why: read.message });
    else {
      const record = records.get(read.origin) ?? startRecord(read.origin, null);
      records.set(read.origin, record);
      adapters.set(read.origin, (adapters.get(read.origin) ?? new Set()).add(read.adapter));
      counts.set(read.origin, (counts.get(read.origin) ?? 0) + 1);
      recordRead(identity, record, read);
    }
  }
  const payloads = [...counts].map(([origin, count]) => `${origin}: ${count} payloads`);
  const sources = [...histories.map(({ history, source }) => `${history.origin}: ${source}`), ...payloads];
  return { records: [...records.values()], adapters, sources, left };
}

/** A reviewed document is read in its latest edition, which contains all earlier entries. */
function lastEditions(reviewed: readonly BacktestPayload[], archived: readonly BacktestPayload[]): BacktestPayload[] {
  const last = new Map(reviewed.map((payload) => [payload.feed, payload]));
  return [...last.values(), ...archived].sort((a, b) => a.observedAt - b.observedAt || (a.name < b.name ? -1 : 1));
}

/** An empty payload does not count as a read. */
function readItems(feed: FeedInput | undefined, payload: BacktestPayload): MeasuredRead | Refusal {
  const adapter = findAdapter(feed?.adapter ?? '');
  if (feed === undefined || adapter === null) return new Refusal('not_found', 'no adapter matches it');
  let items: readonly FeedItem[];
  try {
    items = adapter.parse(payload.read(), feed.options).items;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  if (items.length === 0) return new Refusal('feed_unparsable', 'it lists nothing');
  return {
    origin: feed.origin ?? adapter.defaults.origin,
    adapter: adapter.name,
    observedAt: payload.observedAt,
    items,
  };
}

function readHistory(path: string): { readonly history: FirstListed; readonly source: string } {
  const parsed = historySchema.safeParse(readJsonFile(path));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const detail = `${path} is not in the format outturn-first-listed/1 (docs/accuracy.md): /${issue?.path.join('/')}: ${issue?.message}`;
    throw new Refusal('validation_failed', detail);
  }
  const { adapter, source, reads, before, listed } = parsed.data;
  const instant = (text: string) => parseDate(text)?.interval.from ?? Number.NaN;
  const named = ({ name, host }: { name: string; host?: string | undefined }) => ({ name, host: host ?? null });
  const history: FirstListed = {
    origin: parsed.data.origin ?? findAdapter(adapter)?.defaults.origin ?? adapter,
    adapter,
    from: instant(parsed.data.from),
    to: instant(parsed.data.to),
    reads,
    before: before.map(named),
    listed: listed.map((row) => ({
      ...named(row),
      at: instant(row.at),
      absentAt: row.absent_at === undefined ? null : instant(row.absent_at),
    })),
  };
  return { history, source };
}
