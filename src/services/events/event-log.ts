import { Refusal } from '../../domain/refusal.ts';
import type { Database } from '../../store/db.ts';
import {
  type EventFilter,
  findLastPosition,
  findPositionOf,
  hasUnplacedEvents,
  type LoggedEvent,
  listLoggedEvents,
  lockEventClock,
  placeEventsAfter,
} from '../../store/event-log.ts';

export type { EventFilter, LoggedEvent } from '../../store/event-log.ts';

/** Events that are given their places in one transaction. */
const placeRowsMax = 1000;

type Deps = { readonly db: Database };

/**
 * Gives every committed event its place in the log. Whoever reads the log does this first, on any node: numbers that are given at
 * insertion become visible out of order when transactions commit out of order, and a reader would pass by the late ones.
 */
export async function placeEvents({ db }: Deps): Promise<number> {
  for (let placed = 0; ; ) {
    if (!(await hasUnplacedEvents(db.sql))) return placed;
    // Two statements: the second sees what was committed while the first waited for its lock.
    const count = await db.begin(async (tx) => await placeEventsAfter(tx, await lockEventClock(tx), placeRowsMax));
    placed += count;
    if (count === 0) return placed;
  }
}

/** Events after a place, in the order in which everybody is told of them. */
export async function listEvents(
  deps: Deps,
  filter: EventFilter,
  page: { after: number; limit: number },
): Promise<LoggedEvent[]> {
  await placeEvents(deps);
  return await listLoggedEvents(deps.db.sql, filter, page);
}

/** The place of an event. Refuses with `validation_failed` where there is no such event. */
export async function requirePositionOf(deps: Deps, eventId: string): Promise<number> {
  await placeEvents(deps);
  const position = await findPositionOf(deps.db.sql, eventId);
  if (position !== null) return position;
  const detail = `there is no event ${eventId}`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/after' }]);
}

/** The place of the newest event; 0 before the first. */
export async function findNewestPosition(deps: Deps): Promise<number> {
  await placeEvents(deps);
  return await findLastPosition(deps.db.sql);
}
