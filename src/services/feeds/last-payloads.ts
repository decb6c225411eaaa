import type { FeedRow } from '../../store/feeds.ts';
import type { Deps, LastPayload } from '../deps.ts';

/**
 * The last accepted payload of a feed if the same bytes would be read the same way again: every item is listed already, with
 * the same content. Only this process knows with which parser it read them, so it remembers its own payloads only.
 */
export function findUnchanged(deps: Deps, feed: FeedRow, bytesHash: string): LastPayload | null {
  const last = deps.lastPayloads?.get(feed.id);
  if (last === undefined || last.pollId !== feed.acceptedPollId) return null;
  return last.bytesHash === bytesHash && last.readWith === readWith(deps, feed) ? last : null;
}

/** Remembers an accepted payload. It counts only if its transaction commits: the feed then names its poll. */
export function rememberPayload(deps: Deps, feed: FeedRow, payload: Omit<LastPayload, 'readWith'>): void {
  deps.lastPayloads?.set(feed.id, { ...payload, readWith: readWith(deps, feed) });
}

function readWith({ identity }: Deps, { adapter, options }: FeedRow): string {
  return JSON.stringify([adapter, options, identity.version]);
}
