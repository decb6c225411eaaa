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
 * A key stands for one model for ever. Where a feed puts another name or host under a key that it used before, and that
 * reads as another model, the row is another item from then on, under a key of its own: what was seen under the old name was
 * never seen under the new one, and the new name was not there before. Every later payload comes to the same keys.
 */
export async function keyByModel(
  tx: Sql,
  deps: Deps,
  feed: FeedRow,
  items: readonly FeedItem[],
  present: ReadonlyMap<string, PresentItem>,
): Promise<FeedItem[]> {
  const moved = items.filter((item) => present.get(item.key)?.itemHash !== hashItem(item));
  const stored = await listLatestItems(
    tx,
    feed.id,
    moved.map((item) => item.key),
  );
  const before = new Map(stored.map(({ itemKey, item }) => [itemKey, item]));
  return items.map((item) => {
    const old = before.get(item.key);
    if (old === undefined || (old.name === item.name && old.host === item.host)) return item;
    return isSameItem(deps, feed, old, item) ? item : { ...item, key: ownKey(item) };
  });
}

/**
 * Unread names are told apart as they stand, since a curator may read one of them later. A feed that witnesses nothing edits
 * its titles freely: to be no model is the same in any words.
 */
function isSameItem(deps: Deps, feed: FeedRow, old: FeedItem, item: FeedItem): boolean {
  const was = readItem(deps, feed, { ...old, key: item.key });
  const is = readItem(deps, feed, item);
  if (was.outcome === 'model' || is.outcome === 'model') return statesSameModel(was, is);
  return (was.name === is.name && statesSamePart(was, is)) || feedFacts(feed).witnesses?.length === 0;
}

/** The key that a feed gave, and what tells this model from the one that it stood for first. */
function ownKey({ key, name, host }: FeedItem): string {
  const mark = createHash('sha256')
    .update(JSON.stringify([name, host]))
    .digest('hex')
    .slice(0, 16);
  return `${key}#${mark}`;
}
