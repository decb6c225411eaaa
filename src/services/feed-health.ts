import { clipText, reasonBytesMax } from '../domain/event-data.ts';
import type { Sql } from '../store/db.ts';
import { clearUnhealthy, type FeedRow, markUnhealthy } from '../store/feeds.ts';
import type { Deps } from './deps.ts';
import { recordEvent } from './outbox.ts';

type Feed = Pick<FeedRow, 'id' | 'slug'>;

/** A feed that fails so many times in a row is unhealthy; a hiccup or two is not worth a message. */
export const failuresUnhealthy = 3;

/** Tells once that a feed is not to be relied on, in the transaction that finds out. */
export async function tellUnhealthy(tx: Sql, deps: Deps, feed: Feed, reason: string): Promise<void> {
  if (await markUnhealthy(tx, feed.id, deps.now())) await tell(tx, deps, 'feed.unhealthy', feed, reason);
}

/** Tells once that a feed that was said to be unhealthy was read and believed again. */
export async function tellRecovered(tx: Sql, deps: Deps, feed: Feed): Promise<void> {
  if (await clearUnhealthy(tx, feed.id)) await tell(tx, deps, 'feed.recovered', feed, 'it was read and believed again');
}

/** Tells that a listing that was not believed is, of the whole feed or of one vendor in it. */
export async function tellConfirmed(tx: Sql, deps: Deps, feed: Feed): Promise<void> {
  await clearUnhealthy(tx, feed.id);
  await tell(tx, deps, 'feed.recovered', feed, 'a suspect listing was confirmed by a poll at least 24 hours later');
}

async function tell(
  tx: Sql,
  deps: Deps,
  type: 'feed.unhealthy' | 'feed.recovered',
  { id, slug }: Feed,
  reason: string,
): Promise<void> {
  const data = { feed: { id, slug }, reason: clipText(reason, reasonBytesMax) };
  await recordEvent(tx, deps, { type, occurredAt: deps.now(), feedId: id, data });
}
