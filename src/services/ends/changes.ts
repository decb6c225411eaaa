import { type EndChange, markOf } from '../../domain/ends/changes.ts';
import { endedEventData, endMovedEventData } from '../../domain/events/end-event.ts';
import { isEndNews } from '../../domain/events/end-news.ts';
import type { Sql } from '../../store/db.ts';
import { insertEndChanges } from '../../store/end-changes.ts';
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
    case 'withdrawn':
      await recordEvent(tx, deps, {
        type: 'model.end_moved',
        occurredAt,
        data: endMovedEventData(change, occurredAt),
      });
      return;
    case 'ended':
      await recordEvent(tx, deps, { type: 'model.ended', occurredAt, data: endedEventData(change, occurredAt) });
      return;
    case 'new':
    case 'restated':
    case 'suspended':
    case 'reinstated':
    case 'successor_released':
      return;
  }
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
