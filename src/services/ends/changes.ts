import { type EndChange, markOf } from '../../domain/ends/changes.ts';
import { endedEventData, endMovedEventData, successorEventData } from '../../domain/events/end-event.ts';
import { isEndNews } from '../../domain/events/end-news.ts';
import { eventWatchesMax } from '../../domain/events/model-event.ts';
import type { Sql } from '../../store/db.ts';
import { insertEndChanges } from '../../store/end-changes.ts';
import { listConcernedWatches } from '../../store/end-notices.ts';
import { findEndsWithSuccessor } from '../../store/ends.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';

/**
 * Records the changes of ends that are news, each once, and announces them, in the transaction that computes the ends. Returns
 * those that were not recorded before, oldest first.
 */
export async function announceEndChanges(
  tx: Sql,
  deps: Deps,
  changes: readonly EndChange[],
): Promise<readonly EndChange[]> {
  const now = deps.now();
  const news = changes.filter((change) => isEndNews(change, now));
  const rows = news.map((change) => {
    const { after, type, knownAt } = change;
    const { id, scope, host, model } = after;
    return { vendor: model.vendor, id, scope, host, type, mark: markOf(change), knownAt, recordedAt: now };
  });
  const fresh = new Set(await insertEndChanges(tx, rows));
  const announced = news.filter((_change, place) => fresh.has(place));
  for (const change of announced) await announce(tx, deps, change);
  return announced;
}

async function announce(tx: Sql, deps: Deps, change: EndChange): Promise<void> {
  const occurredAt = deps.now();
  switch (change.type) {
    case 'moved':
    case 'withdrawn': {
      const concerned = await listWatches(tx, change);
      const data = { ...endMovedEventData(change, occurredAt), ...concerned.data };
      await recordEvent(tx, deps, { type: 'model.end_moved', occurredAt, data, watches: concerned.watches });
      return;
    }
    case 'ended': {
      const concerned = await listWatches(tx, change);
      const data = { ...endedEventData(change, occurredAt), ...concerned.data };
      await recordEvent(tx, deps, { type: 'model.ended', occurredAt, data, watches: concerned.watches });
      return;
    }
    case 'successor_released': {
      const concerned = await listWatches(tx, change);
      const successor = successorEventData(change, occurredAt);
      if (successor === null) return;
      const data = { ...successor, ...concerned.data };
      await recordEvent(tx, deps, { type: 'model.successor_released', occurredAt, data, watches: concerned.watches });
      return;
    }
    case 'new':
    case 'restated':
    case 'suspended':
    case 'reinstated':
      return;
  }
}

/** The watches that an end concerns, and those that its event lists. */
async function listWatches(tx: Sql, { after: { model, id, scope, host } }: EndChange) {
  const end = { vendor: model.vendor, family: model.family, id, scope, host };
  const watches = (await listConcernedWatches(tx, [end])).map(({ watchId }) => watchId);
  return { watches, data: { watches: watches.slice(0, eventWatchesMax) } };
}

/** Announces to what ends that the models which their sources recommend instead are released. */
export async function announceSuccessors(
  tx: Sql,
  deps: Deps,
  released: readonly { readonly vendor: string; readonly slug: string }[],
): Promise<void> {
  const ends = await findEndsWithSuccessor(tx, released);
  const knownAt = deps.now();
  await announceEndChanges(
    tx,
    deps,
    ends.map((end) => ({ type: 'successor_released', before: end, after: end, knownAt })),
  );
}
