import type { FeedItem } from '../../domain/feeds/item.ts';
import type { SuspectSlice } from '../../domain/feeds/poll.ts';
import { hourMs, type Instant } from '../../domain/instant.ts';
import type { Sql } from '../../store/db.ts';
import type { FeedRow } from '../../store/feeds.ts';
import { listLastReads } from '../../store/polls.ts';
import { insertSuspectSlice, listSuspectSlices } from '../../store/suspect-slices.ts';

/** The same suspect listing is stored at most once in this time. */
const suspectSliceEveryMs = hourMs;

/** Suspect listings since the last accepted read: of the whole feed, and of each vendor. */
export async function suspectsSince(
  tx: Sql,
  feed: FeedRow,
  until: Instant,
  vendors: readonly string[],
): Promise<SuspectSlice[]> {
  if (feed.watermark === null) return [];
  const lastRead = new Map((await listLastReads(tx, feed.id, vendors)).map((row) => [row.vendor, row.observedAt]));
  const after = (vendor: string | null): Instant =>
    (vendor === null ? feed.watermark : lastRead.get(vendor)) ?? Number.NEGATIVE_INFINITY;
  const since = Math.min(feed.watermark, ...[...lastRead.values()].map((at) => at ?? 0));
  const rows = await listSuspectSlices(tx, feed.id, { after: since, until });
  return rows
    .filter((row) => row.observedAt > after(row.vendor))
    .map((row) => ({ vendor: row.vendor, observedAt: row.observedAt, keys: new Set(row.itemKeys) }));
}

/** Stores a suspect listing, of the whole feed or of one vendor, for later polls to confirm. */
export async function keepSuspect(
  tx: Sql,
  reading: { readonly feed: FeedRow; readonly pollId: string; readonly observedAt: Instant },
  vendor: string | null,
  items: readonly FeedItem[],
): Promise<void> {
  const { feed, pollId, observedAt } = reading;
  const itemKeys = items.map((item) => item.key).sort();
  const recent = await listSuspectSlices(tx, feed.id, {
    after: observedAt - suspectSliceEveryMs,
    until: observedAt,
  });
  const same = recent.some(
    (slice) => slice.vendor === vendor && JSON.stringify(slice.itemKeys) === JSON.stringify(itemKeys),
  );
  if (!same) await insertSuspectSlice(tx, { pollId, feedId: feed.id, vendor, observedAt, itemKeys, items });
}
