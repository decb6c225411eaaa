import { readsKey } from '../../domain/evidence/timeline.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Database, Sql } from '../../store/db.ts';
import { listFeeds } from '../../store/feeds.ts';
import { listLastReads, listLatestReads } from '../../store/polls.ts';
import { findReadsStamp } from '../../store/prediction-documents.ts';
import type { Deps } from '../deps.ts';
import { feedFacts } from '../settling/timelines.ts';
import { describeStanding, type FeedReads, type StandingBasis } from './standing.ts';

/** The last read of one feed, and of the vendors that were frozen in it, with `any` for reads without a frozen vendor. */
type LastRead = { readonly readAt: Instant | null; readonly frozen: ReadonlyMap<string, Instant | null> };

/** The state of all feeds at one stamp, and the standings that were derived from it, by their basis. */
type Kept = {
  readonly stamp: string;
  readonly feeds: FeedReads['feeds'];
  readonly lastReads: ReadonlyMap<string, LastRead>;
  readonly standings: Map<string, string | null>;
};

/** Standings derived from one state of the feeds that are kept in memory. */
const standingsMax = 50_000;

/**
 * Every document of now names the state of the feeds that its statement saw. So what is kept here is never older than
 * the document, whichever node changed the feeds.
 */
const keptByDatabase = new WeakMap<Database, { kept: Kept | null; loading: Promise<Kept> | null }>();

/** The standing now, from its kept basis. `stamp` is the state of the feeds that the statement saw. */
export async function readStanding(deps: Deps, basisText: string, stamp: string): Promise<string | null> {
  return (await standingReader(deps, stamp))(basisText);
}

/** The same for several bases of one statement. */
export async function standingReader(
  deps: Pick<Deps, 'db'>,
  stamp: string,
): Promise<(basisText: string) => string | null> {
  const kept = await readsOf(deps.db, stamp);
  return (basisText) => standingFrom(kept, basisText);
}

function standingFrom(kept: Kept, basisText: string): string | null {
  const known = kept.standings.get(basisText);
  if (known !== undefined) return known;
  // What this program has written is not checked again.
  const basis = JSON.parse(basisText) as StandingBasis;
  const standing = describeStanding(basis, readsFor(basis, kept), Number.POSITIVE_INFINITY);
  if (kept.standings.size >= standingsMax) kept.standings.clear();
  kept.standings.set(basisText, standing);
  return standing;
}

async function readsOf(db: Database, stamp: string): Promise<Kept> {
  const slot = keptByDatabase.get(db) ?? { kept: null, loading: null };
  keptByDatabase.set(db, slot);
  if (slot.kept?.stamp === stamp) return slot.kept;
  // A load that is under way may have begun before this state; one that begins afterwards did not.
  const earlier = await slot.loading;
  if (earlier?.stamp === stamp) return earlier;
  slot.loading ??= loadReads(db.sql).finally(() => {
    slot.loading = null;
  });
  slot.kept = await slot.loading;
  return slot.kept;
}

/** The stamp is read first: what is read after it may be newer, never older. */
async function loadReads(db: Sql): Promise<Kept> {
  const stamp = await findReadsStamp(db);
  const feeds = (await listFeeds(db)).map(feedFacts);
  const lastReads = new Map<string, LastRead>();
  for (const { feedId, readAt, frozenVendors } of await listLatestReads(db)) {
    const earlier = frozenVendors.length === 0 ? [] : await listLastReads(db, feedId, ['any', ...frozenVendors]);
    lastReads.set(feedId, { readAt, frozen: new Map(earlier.map((read) => [read.vendor, read.observedAt])) });
  }
  return { stamp, feeds: new Map(feeds.map((feed) => [feed.id, feed])), lastReads, standings: new Map() };
}

/** The last reads of the vendors that a standing is about. */
function readsFor({ subjects }: StandingBasis, { feeds, lastReads }: Kept): FeedReads {
  const reads = new Map<string, readonly Instant[]>();
  for (const { vendor } of subjects) {
    for (const [feedId, { readAt, frozen }] of lastReads) {
      const read = frozen.has(vendor) ? (frozen.get(vendor) ?? null) : readAt;
      if (read !== null) reads.set(readsKey(feedId, vendor), [read]);
    }
  }
  return { feeds, reads };
}
