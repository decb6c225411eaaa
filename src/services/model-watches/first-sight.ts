import { firstSightData } from '../../domain/events/ending-event.ts';
import type { SubscriptionFilter } from '../../domain/webhooks/subscription.ts';
import type { Sql } from '../../store/db.ts';
import type { EndRow } from '../../store/ends.ts';
import { findModelWatch, listWatchedIds } from '../../store/model-watches.ts';
import { findLeftWatches } from '../../store/webhook-endpoints.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';
import { findEndsOf, listDueEnds, listReceived } from './known-ends.ts';

type FirstSight = {
  readonly watchId: string;
  readonly ends: readonly EndRow[];
  /** The only endpoint that receives it; omitted: every subscriber of the watch. */
  readonly recipient?: string | undefined;
};

/** Raises one event about everything that is due, in the transaction that adds ids to a watch or a watch to an endpoint's filter. */
export async function announceFirstSight(tx: Sql, deps: Deps, { watchId, ends, recipient }: FirstSight): Promise<void> {
  if (ends.length === 0) return;
  const now = deps.now();
  const data = firstSightData(ends, { watchId, at: now });
  const watches = [watchId];
  await recordEvent(tx, deps, { type: 'model.ending', occurredAt: now, data, watches, isForWatches: true, recipient });
}

/**
 * Announces to an endpoint everything that is due in watches by which it begins to filter: one event for each watch. If it filtered
 * by a watch before, what it was notified of then is left out.
 */
export async function announceToEndpoint(
  tx: Sql,
  deps: Deps,
  { id, filter }: { readonly id: string; readonly filter: SubscriptionFilter | null },
  watchIds: readonly string[],
): Promise<void> {
  const left = watchIds.length === 0 ? new Map() : await findLeftWatches(tx, id);
  for (const watchId of watchIds.toSorted()) {
    // Locked, so that ids which are added at the same time are announced either here or with the ids.
    const watch = await findModelWatch(tx, watchId, { lock: true });
    if (watch === null) continue;
    const leftAt = left.get(watchId) ?? null;
    const ids = await listWatchedIds(tx, watchId);
    const ends = await findEndsOf(tx, ids);
    const known =
      leftAt === null ? [] : ids.filter(({ addedAt }) => addedAt <= leftAt).flatMap(({ id }) => ends.get(id) ?? []);
    const received = leftAt === null ? [] : listReceived(known, watch.noticeDays, { leftAt, now: deps.now() });
    const due = listDueEnds(ends.values(), watch.noticeDays, deps.now()).filter((end) => !received.includes(end));
    await announceFirstSight(tx, deps, { watchId, ends: due.filter((end) => isWanted(end, filter)), recipient: id });
  }
}

function isWanted({ model: { vendor, family } }: EndRow, filter: SubscriptionFilter | null): boolean {
  return (filter?.vendor?.includes(vendor) ?? true) && (filter?.family?.includes(family) ?? true);
}
