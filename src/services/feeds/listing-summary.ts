import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import type { Listed } from '../../domain/feeds/poll.ts';
import type { FeedRow } from '../../store/feeds.ts';
import type { NewReading } from '../../store/readings.ts';

type NameReading = Pick<NewReading, 'outcome' | 'reason' | 'vendor' | 'own'>;

/**
 * The items of a listing as `assessPoll` compares them: the vendor of each, and whether the identity data knows its
 * name.
 */
export function summariseListing(
  feed: Pick<FeedRow, 'adapter'>,
  rows: ReadonlyMap<string, NameReading>,
): { readonly listed: Listed; readonly known: ReadonlySet<string> } {
  const all = [...rows];
  return {
    listed: new Map(all.map(([key, row]) => [key, row.own ? row.vendor : null])),
    known: new Set(all.filter(([, row]) => isKnownName(feed, row)).map(([key]) => key)),
  };
}

/** In a vendor's own list, other vendors' models and derivatives of its models count as unknown names. */
function isKnownName(feed: Pick<FeedRow, 'adapter'>, { outcome, reason, own }: NameReading): boolean {
  const listsOwn = findAdapter(feed.adapter)?.defaults.trust === 'first_party';
  if (outcome === 'model') return own || !listsOwn;
  if (reason === 'derivative') return !listsOwn;
  return reason !== null && reason !== 'unrecognised' && reason !== 'unknown_vendor';
}
