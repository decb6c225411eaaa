import { z } from 'zod';
import { readInput } from '../../input.ts';
import { type DatedText, parseDate } from '../../instant.ts';
import { Refusal, type RefusalDetail } from '../../refusal.ts';
import type { Adapter } from '../adapter.ts';
import { type FeedItem, type FeedParser, feedItemsMax } from '../item.ts';
import { collectRows, readJsonObject } from '../payload.ts';
import { parseReleaseText } from '../stated-date.ts';

const expected = 'a ledger in the format outturn-ledger/1';

/** The most errors that a refusal names. */
const ledgerErrorsMax = 20;

const releaseText = z
  .string()
  .refine((text) => parseReleaseText(text) !== null, 'must be a date, an instant or an interval of two');
const dayText = z.string().refine((text) => parseDate(text)?.precision === 'day', 'must be a calendar day');
const publishedText = z.string().refine((text) => isDayOrInstant(text), 'must be a calendar day or an instant');

const vendorText = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be the id of a vendor');

const ledgerEntry = z.strictObject({
  /** The model id as the vendor writes it. */
  id: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be a model id'),
  vendor: vendorText,
  /** `announced` (named by the vendor) and `limited` (for approved customers only) are not releases. */
  stage: z.enum(['announced', 'limited', 'preview', 'general']),
  /** When it became available at that stage, with the precision of the source. */
  released: releaseText.optional(),
  /** When the source was published; a day counts as known from its end. */
  published_at: publishedText,
  /** Who published the source. */
  publisher: z.string().min(1).max(100).optional(),
  source_url: z.url({ protocol: /^https$/ }),
  note: z.string().min(1).max(500).optional(),
});

/** One reviewed fact with its provenance. */
export type LedgerEntry = z.infer<typeof ledgerEntry>;

const ledgerFile = z.strictObject({
  format: z.literal('outturn-ledger/1'),
  /** The last day for which a reviewer has read the sources. No entry may be later. */
  reviewed_through: dayText,
  /** The same for vendors whose sources were read up to an earlier day only. */
  reviewed: z.record(vendorText, dayText).optional(),
  entries: z.array(ledgerEntry).max(feedItemsMax),
});

type LedgerFile = z.infer<typeof ledgerFile>;

/**
 * Outturn's own reviewed table. Its entries are used as they are, so a single error makes the parser refuse the whole
 * table. Throws `Refusal('feed_unparsable')` with a pointer for each error.
 */
export const parseLedger: FeedParser = (bytes) => {
  const payload = readJsonObject(bytes, expected);
  const parsed = readInput(ledgerFile, payload, { name: 'the ledger', pointer: '#' });
  if (parsed.errors !== undefined) throw refuseLedger(parsed.errors);
  const { entries, reviewed_through: reviewedThrough } = parsed.data;
  const errors = findContradictions(parsed.data);
  if (errors.length > 0) throw refuseLedger(errors);
  const rows = entries.map((entry) => ({ key: ledgerKey(entry), item: toItem(entry) }));
  return { ...collectRows(rows, expected), reviewedThrough };
};

/** One entry per model id and stage: a preview and its later general release are two facts. */
function ledgerKey(entry: LedgerEntry): string {
  return `${entry.vendor}/${entry.id}#${entry.stage}`;
}

function toItem(entry: LedgerEntry): FeedItem {
  return {
    key: ledgerKey(entry),
    name: entry.id,
    host: entry.vendor,
    publishedAt: entry.published_at,
    ...(entry.released !== undefined && { released: { text: entry.released, weight: 'stands' } }),
    stage: entry.stage,
    sourceUrl: entry.source_url,
    raw: entry,
  };
}

/** Errors that the schema cannot express: a source older than its release, a duplicate, an entry after the review. */
function findContradictions({ entries, reviewed, reviewed_through: through }: LedgerFile): RefusalDetail[] {
  const keys = new Set<string>();
  const errors: RefusalDetail[] = [];
  const endOf = (day: string) => parseDate(day)?.interval.to ?? Number.NaN;
  for (const [index, entry] of entries.entries()) {
    const published = parseDate(entry.published_at);
    const released = entry.released === undefined ? null : parseReleaseText(entry.released);
    const add = (field: string, detail: string) => errors.push({ detail, pointer: `#/entries/${index}/${field}` });
    if (published !== null && !(published.interval.to <= endOf(through)))
      add('published_at', 'must not be later than reviewed_through');
    const vendorThrough = reviewed?.[entry.vendor];
    if (published !== null && vendorThrough !== undefined && published.interval.to > endOf(vendorThrough))
      add('published_at', 'must not be later than the review of its vendor');
    if (published !== null && released !== null && isBefore(published, released)) {
      add('published_at', 'must not be earlier than the release that it reports');
    }
    if ((entry.stage === 'announced' || entry.stage === 'limited') && entry.released !== undefined)
      add('released', `must be absent for the stage ${entry.stage}`);
    if (keys.has(ledgerKey(entry))) add('id', 'must be unique for its stage');
    keys.add(ledgerKey(entry));
  }
  return errors;
}

/** Whether the source was published before the earliest possible moment of the release. */
function isBefore(published: DatedText, released: DatedText): boolean {
  return published.interval.to <= released.interval.from;
}

function isDayOrInstant(text: string): boolean {
  const precision = parseDate(text)?.precision;
  return precision === 'day' || precision === 'instant';
}

function refuseLedger(errors: readonly RefusalDetail[]): Refusal {
  const shown = errors.slice(0, ledgerErrorsMax);
  return new Refusal('feed_unparsable', `Found a ledger with ${errors.length} errors; expected ${expected}.`, shown);
}

export const ledger: Adapter = {
  parse: parseLedger,
  reviewed: true,
  defaults: { trust: 'curated', origin: 'outturn-ledger', covers: [], settlementLag: 'PT0S', url: null },
};
