import { type ReadAsk, type ReadAsksInput, readAsksInSteps, vendorsOf } from '../../domain/evaluation/read-asks.ts';
import {
  announcedFor,
  type FeedFacts,
  feedOfReadsKey,
  readsKey,
  type Timeline,
} from '../../domain/evidence/timeline.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Steps } from '../../domain/steps.ts';
import type { Sql } from '../../store/db.ts';
import type { ReadFeedRow } from '../../store/feeds.ts';
import {
  type AcceptedRead,
  countAcceptedReads,
  listAcceptedReads,
  listReads,
  readsPerPageMax,
} from '../../store/polls.ts';
import { runInTurns } from './turns.ts';

/** The most moments whose neighbouring reads one statement looks up: it takes a few milliseconds. */
export const asksPerStatementMax = 250;

/** The most vendors whose first reads one statement looks up in every feed. */
export const vendorsPerStatementMax = 20;

/** With this many accepted reads or more, moments are always looked up, however many there are. */
export const allReadsMax = 20_000;

/** Accepted reads, and the moments around which they were looked up; null if they are all reads of their vendors. */
export type LoadedReads = { readonly reads: Timeline['reads']; readonly asks: readonly ReadAsk[] | null };

/**
 * The accepted reads that evaluations may look up. If there are fewer reads than moments to look up, all are loaded, which
 * costs less. Either way each statement is short, so that those of other requests run in between.
 */
export async function loadReads(db: Sql, input: ReadAsksInput): Promise<LoadedReads> {
  const vendors = vendorsOf(input.criteria, input.seen.sightings);
  const around = async (asks: readonly ReadAsk[]): Promise<LoadedReads> => ({
    reads: await loadReadsAround(db, vendors, asks),
    asks,
  });
  const few = await runInTurns(readAsksInSteps(input, asksPerStatementMax));
  if (few !== null) return await around(few);
  const reads = await countAcceptedReads(db, allReadsMax);
  const asks = await runInTurns(readAsksInSteps(input, reads < allReadsMax ? reads : undefined));
  if (asks !== null) return await around(asks);
  // The names that are not fully recognised may be of vendors without a sighting.
  const unread = (input.seen.unread ?? []).map(({ partial }) => partial.vendor);
  return { reads: await loadAllReads(db, input.feeds, [...new Set([...vendors, ...unread])]), asks: null };
}

/** When the last accepted read of each feed was observed. */
export type LastReads = ReadonlyMap<string, Instant>;

export function lastReadsOf(feeds: readonly Pick<ReadFeedRow, 'id' | 'lastReadAt'>[]): LastReads {
  return new Map(feeds.flatMap(({ id, lastReadAt }) => (lastReadAt === null ? [] : [[id, lastReadAt] as const])));
}

/** Leaves out reads that were accepted after the last ones were looked up. */
export function readsUpTo(reads: Timeline['reads'], lastReads: LastReads): Timeline['reads'] {
  const known = new Map<string, readonly Instant[]>();
  for (const [key, times] of reads) {
    const last = lastReads.get(feedOfReadsKey(key)) ?? Number.NEGATIVE_INFINITY;
    const upTo = times.filter((time) => time <= last);
    if (upTo.length > 0) known.set(key, upTo);
  }
  return known;
}

/**
 * The same up to the last reads, and again if rows are announcements: some of the moments to look up then depend on reads.
 */
export async function loadReadsOf(
  db: Sql,
  {
    lastReads,
    ...input
  }: Omit<ReadAsksInput, 'seen'> & {
    readonly lastReads: LastReads;
    readonly seen: Omit<ReadAsksInput['seen'], 'reads'>;
  },
): Promise<LoadedReads> {
  const load = async (known: Timeline['reads']): Promise<LoadedReads> => {
    const { reads, asks } = await loadReads(db, { ...input, seen: { ...input.seen, reads: known } });
    return { reads: readsUpTo(reads, lastReads), asks };
  };
  const first = await load(new Map());
  return hasAnnouncements(input.seen.sightings) ? await load(first.reads) : first;
}

export function hasAnnouncements(sightings: Timeline['sightings']): boolean {
  return sightings.some(({ versions }) => versions.some((version) => announcedFor(version) !== null));
}

/** The first reads of vendors in every feed, and the reads around some moments. */
export async function loadReadsAround(
  db: Sql,
  vendors: readonly string[],
  asks: readonly ReadAsk[],
): Promise<Timeline['reads']> {
  const pages = Math.max(
    Math.ceil(asks.length / asksPerStatementMax),
    Math.ceil(vendors.length / vendorsPerStatementMax),
  );
  const found = new Map<string, Set<Instant>>();
  for (let page = 0; page < pages; page += 1) {
    const rows = await listReads(
      db,
      vendors.slice(page * vendorsPerStatementMax, (page + 1) * vendorsPerStatementMax),
      asks.slice(page * asksPerStatementMax, (page + 1) * asksPerStatementMax),
    );
    for (const { feedId, vendor, readAt } of rows) {
      const key = readsKey(feedId, vendor);
      const times = found.get(key);
      if (times === undefined) found.set(key, new Set([readAt]));
      else times.add(readAt);
    }
  }
  return new Map([...found].map(([key, times]) => [key, [...times].sort((a, b) => a - b)]));
}

/** Every accepted read of the feeds, for each of the vendors. */
async function loadAllReads(
  db: Sql,
  feeds: readonly FeedFacts[],
  vendors: readonly string[],
): Promise<Timeline['reads']> {
  const accepted = new Map<string, AcceptedRead[]>(feeds.map(({ id }) => [id, []]));
  for (let after: AcceptedRead | null = null; ; ) {
    const page: AcceptedRead[] = await listAcceptedReads(db, after);
    for (const read of page) accepted.get(read.feedId)?.push(read);
    after = page.at(-1) ?? null;
    if (page.length < readsPerPageMax) break;
  }
  const reads = new Map<string, readonly Instant[]>();
  for (const [feedId, ofFeed] of accepted)
    for (const [vendor, times] of await runInTurns(readsByVendor(ofFeed, vendors)))
      if (times.length > 0) reads.set(readsKey(feedId, vendor), times);
  return reads;
}

/**
 * The reads that count for each vendor: those in which it was not frozen; for `any`, those in which no vendor was.
 * Vendors that were never frozen share one array. Each vendor that was frozen takes one step.
 */
export function* readsByVendor(
  accepted: readonly AcceptedRead[],
  vendors: readonly string[],
): Steps<[vendor: string, times: readonly Instant[]][]> {
  const timesOf = (reads: readonly AcceptedRead[]): Instant[] => [...new Set(reads.map(({ readAt }) => readAt))];
  const all = timesOf(accepted);
  const freezing = accepted.filter(({ frozenVendors }) => frozenVendors.length > 0);
  const byVendor: [string, readonly Instant[]][] = [];
  for (const vendor of vendors) {
    const isFrozen = ({ frozenVendors }: AcceptedRead): boolean =>
      vendor === 'any' ? frozenVendors.length > 0 : frozenVendors.includes(vendor);
    if (!freezing.some(isFrozen)) byVendor.push([vendor, all]);
    else {
      byVendor.push([vendor, timesOf(accepted.filter((read) => !isFrozen(read)))]);
      yield;
    }
  }
  return byVendor;
}
