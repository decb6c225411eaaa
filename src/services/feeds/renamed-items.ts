import { createHash } from 'node:crypto';
import type { FeedItem } from '../../domain/feeds/item.ts';
import type { Sql } from '../../store/db.ts';
import type { FeedRow } from '../../store/feeds.ts';
import { listLatestItems } from '../../store/observations.ts';
import type { PresentItem } from '../../store/sightings.ts';
import type { Deps } from '../deps.ts';
import { readItem, statesSameModel, statesSamePart } from '../identity/read-item.ts';
import { feedFacts } from '../settling/timelines.ts';
import { hashItem } from './item-facts.ts';

/**
 * A key stands for one model permanently. If a feed gives another name or host to a known key, and the identity data
 * reads it as another model, the row becomes another item with a key of its own: sightings of the old name are not
 * sightings of the new one, and the new name was not listed before. Every later payload gives the same keys. Returns the items
 * with their hashes.
 */
export async function keyByModel(
  tx: Sql,
  deps: Deps,
  feed: FeedRow,
  items: readonly FeedItem[],
  present: ReadonlyMap<string, PresentItem>,
): Promise<{ items: FeedItem[]; hashes: Map<string, string> }> {
  const hashes = new Map(items.map((item) => [item.key, hashItem(item)]));
  const moved = items.filter((item) => present.get(item.key)?.itemHash !== hashes.get(item.key));
  const stored = await listLatestItems(
    tx,
    feed.id,
    moved.map((item) => item.key),
  );
  const before = new Map(stored.map(({ itemKey, item }) => [itemKey, item]));
  const keyed = items.map((item) => {
    const old = before.get(item.key);
    if (old === undefined || (old.name === item.name && old.host === item.host)) return item;
    return isSameItem(deps, feed, old, item) ? item : { ...item, key: ownKey(item) };
  });
  // The key is one of the facts that are hashed.
  const hashOf = (item: FeedItem, index: number): string =>
    (item === items[index] ? hashes.get(item.key) : undefined) ?? hashItem(item);
  return { items: keyed, hashes: new Map(keyed.map((item, index) => [item.key, hashOf(item, index)])) };
}

/**
 * Unread names are compared as they are written, since a curator may define one of them later. A feed that is not
 * evidence may edit its titles freely, so all of its names that are not models count as equal.
 */
function isSameItem(deps: Deps, feed: FeedRow, old: FeedItem, item: FeedItem): boolean {
  const was = readItem(deps, feed, { ...old, key: item.key });
  const is = readItem(deps, feed, item);
  if (was.outcome === 'model' || is.outcome === 'model') return statesSameModel(was, is);
  return (was.name === is.name && statesSamePart(was, is)) || feedFacts(feed).witnesses?.length === 0;
}

/** The key that the feed gave, with a suffix that distinguishes this model from the first one under that key. */
function ownKey({ key, name, host }: FeedItem): string {
  const mark = createHash('sha256')
    .update(JSON.stringify([name, host]))
    .digest('hex')
    .slice(0, 16);
  return `${key}#${mark}`;
}
