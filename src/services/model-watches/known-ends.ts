import { daysLeft } from '../../domain/ends/end.ts';
import type { Instant } from '../../domain/instant.ts';
import { chooseEnd } from '../../domain/model-watches/choose-end.ts';
import { dueDay } from '../../domain/model-watches/notices.ts';
import type { WatchedId } from '../../domain/model-watches/watched-id.ts';
import type { Sql } from '../../store/db.ts';
import { type EndRow, findEnds } from '../../store/ends.ts';

/** The end that concerns each id, by the id as it was given; one statement. */
export async function findEndsOf(db: Sql, ids: readonly WatchedId[]): Promise<Map<string, EndRow>> {
  const subjects = ids.flatMap(({ vendor, name, standsFor }) =>
    vendor === null ? [] : [name, standsFor].flatMap((id) => (id === null ? [] : [{ vendor, id }])),
  );
  const byId = new Map<string, EndRow[]>();
  for (const end of await findEnds(db, subjects)) {
    const key = `${end.model.vendor} ${end.id}`;
    byId.set(key, [...(byId.get(key) ?? []), end]);
  }
  return new Map(
    ids.flatMap((one) => {
      const stated = [one.name, one.standsFor].flatMap((id) => byId.get(`${one.vendor} ${id}`) ?? []);
      const end = chooseEnd(one, stated);
      return end === null ? [] : [[one.id, end] as const];
    }),
  );
}

/** The ends that a subscriber should know of at the first sight of some ids, each once, the most urgent first. */
export function listDueEnds(ends: Iterable<EndRow>, noticeDays: readonly number[], now: Instant): EndRow[] {
  const due = [...new Set(ends)].filter((end) => isOver(end, now) || dueDay(end, noticeDays, now) !== null);
  return due.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
}

/** The ends of which a subscriber that left at a moment had been notified, with nothing new since then. */
export function listReceived(
  ends: readonly EndRow[],
  noticeDays: readonly number[],
  { leftAt, now }: { readonly leftAt: Instant; readonly now: Instant },
): EndRow[] {
  const markOf = (end: EndRow, at: Instant) => (isOver(end, at) ? 'over' : dueDay(end, noticeDays, at));
  return ends.filter((end) => {
    const mark = markOf(end, leftAt);
    return mark !== null && mark === markOf(end, now) && end.statedSince <= leftAt && (end.endedAt ?? 0) <= leftAt;
  });
}

/** Whether an end has happened, or was to happen by now. */
function isOver({ kind, date, endedAt }: EndRow, now: Instant): boolean {
  return endedAt !== null || kind === 'passed' || (kind !== 'earliest' && date !== null && daysLeft(date, now) < 0);
}
