import { type EventCursor, formatEventCursor } from '../../domain/events/event-cursor.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Database, Sql } from '../../store/db.ts';
import {
  type EventFilter,
  type EventHead,
  findEventHead,
  findPositionOf,
  hasUnplacedEvents,
  type LoggedEvent,
  listEndEvents as listEndEventRows,
  listLoggedEvents,
  lockEventClock,
  placeEventsAfter,
} from '../../store/event-log.ts';

export type { EventFilter, EventHead, LoggedEvent } from '../../store/event-log.ts';

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
    const place = async (tx: Sql) => await placeEventsAfter(tx, await lockEventClock(tx), placeRowsMax);
    const count = await db.begin(place, { repeatable: true });
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

/** The newest events about ends of models. */
export async function listEndEvents(
  { db }: Deps,
  filter: Pick<EventFilter, 'watch' | 'vendor' | 'family'>,
  limit: number,
): Promise<Pick<LoggedEvent, 'id' | 'type' | 'occurredAt' | 'body'>[]> {
  return await listEndEventRows(db.sql, filter, limit);
}

/** The position of an event. Refuses with `validation_failed` if the event does not exist. */
export async function requirePositionOf(deps: Deps, eventId: string): Promise<number> {
  await placeEvents(deps);
  const position = await findPositionOf(deps.db.sql, eventId);
  if (position !== null) return position;
  const detail = `there is no event ${eventId}`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/after' }]);
}

/** The position of the newest event, 0 if there is none, and its epoch. */
export async function getEventHead(deps: Deps): Promise<EventHead> {
  await placeEvents(deps);
  return await findEventHead(deps.db.sql);
}

/** True if the log cannot have assigned the cursor: it is beyond the newest event, or belongs to another epoch. */
export function isAhead({ epoch, position }: EventCursor, head: EventHead): boolean {
  return position > head.position || (epoch !== null && epoch !== head.epoch);
}

/** Refuses with `cursor_ahead` if the log cannot have assigned the cursor. */
export function requireNotAhead(cursor: EventCursor, head: EventHead): void {
  if (!isAhead(cursor, head)) return;
  const newest = formatEventCursor(head.epoch, head.position);
  throw new Refusal(
    'cursor_ahead',
    `${cursorText(cursor)} is not in this event log, whose newest cursor is ${newest}: the database was restored or replaced. Read what you need again from the other lists, then continue after ${newest}`,
  );
}

function cursorText({ epoch, position }: EventCursor): string {
  return epoch === null ? `position ${position}` : `cursor ${formatEventCursor(epoch, position)}`;
}
