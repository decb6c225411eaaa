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

/** Events that are placed in one transaction. */
const placeRowsMax = 1000;

type Deps = { readonly db: Database };

/**
 * Assigns a position in the log to every committed event. Every read of the log does this first. Positions assigned at
 * insertion would become visible out of order when transactions commit out of order, and readers would skip late events.
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

/** Events after a position, in the order of the log. */
export async function listEvents(
  deps: Deps,
  filter: EventFilter,
  page: { after: number; limit: number },
): Promise<LoggedEvent[]> {
  await placeEvents(deps);
  return await listLoggedEvents(deps.db.sql, filter, page);
}

/** The position of an event. Refuses with `validation_failed` if the event does not exist. */
export async function requirePositionOf(deps: Deps, eventId: string): Promise<number> {
  await placeEvents(deps);
  const position = await findPositionOf(deps.db.sql, eventId);
  if (position !== null) return position;
  const detail = `there is no event ${eventId}`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/after' }]);
}

/** The position of the newest event; 0 if there is none. */
export async function findNewestPosition(deps: Deps): Promise<number> {
  await placeEvents(deps);
  return await findLastPosition(deps.db.sql);
}
