import { endKeyText } from '../../domain/ends/end.ts';
import { endingEventData } from '../../domain/events/ending-event.ts';
import { newsKnownMax } from '../../domain/events/release-news.ts';
import { dayMs, type Instant } from '../../domain/instant.ts';
import { noticeDaysDefault } from '../../domain/model-watches/notice-days.ts';
import { dueDay, nextNoticeAt } from '../../domain/model-watches/notices.ts';
import type { Sql } from '../../store/db.ts';
import {
  type ConcernedWatch,
  type FamilyEnd,
  insertEndNotices,
  listConcernedWatches,
  lockDueNotices,
  type NewNotice,
  postponeNotices,
} from '../../store/end-notices.ts';
import { type EndRow, findEnds } from '../../store/ends.ts';
import type { Deps } from '../deps.ts';
import { recordEvent } from '../events/outbox.ts';

/** Ends per transaction, and transactions per run; the next run continues. */
const endsPerTransaction = 50;
const transactionsMax = 200;

/**
 * Sends the notices that are due: `model.ending` once for each end, date and notice day. Any number of processes may do so at once.
 * The cost depends on the ends whose notice day has come or that have changed. Returns the number of events.
 */
export async function sendNotices(deps: Deps): Promise<number> {
  let events = 0;
  for (let run = 0; run < transactionsMax; run += 1) {
    const done = await deps.db.begin((tx) => sendSome(tx, deps));
    events += done.events;
    if (done.ends < endsPerTransaction) break;
  }
  return events;
}

/** A notice that is due, and who receives it. */
type Notice = {
  readonly end: EndRow;
  readonly day: number;
  readonly eventId: string;
  readonly watches: readonly string[];
  /** Whether it is a default day, on which subscribers without a watch are notified too. */
  readonly isGeneral: boolean;
};

async function sendSome(tx: Sql, deps: Deps): Promise<{ readonly ends: number; readonly events: number }> {
  const now = deps.now();
  const keys = await lockDueNotices(tx, now, endsPerTransaction);
  if (keys.length === 0) return { ends: 0, events: 0 };
  const ends = await findKeyed(tx, keys);
  const concerned = await listConcernedWatches(tx, ends.map(keyOfEnd));
  const considered = ends.map((end, place) => ({ end, watches: concerned.filter((one) => one.end === place), now }));
  const notices = considered.flatMap((one) => listNotices(deps, one));
  const fresh = await insertEndNotices(tx, notices.map(rowOf), now);
  for (const notice of notices) if (fresh.has(notice.eventId)) await raise(tx, deps, notice, now);
  const nextOf = new Map(considered.map((one) => [textOfEnd(one.end), nextAt(one)]));
  await postponeNotices(
    tx,
    keys.map((key) => ({ ...key, nextAt: nextOf.get(textOf(key)) ?? null })),
  );
  return { ends: keys.length, events: fresh.size };
}

/** The ends of the given keys that are stated now. */
async function findKeyed(tx: Sql, keys: readonly FamilyEnd[]): Promise<EndRow[]> {
  const wanted = new Set(keys.map(textOf));
  const found = await findEnds(
    tx,
    keys.map(({ vendor, id }) => ({ vendor, id })),
  );
  return found.filter((end) => wanted.has(textOfEnd(end)));
}

/** The end of a family that a row is about. */
export function keyOfEnd({ model: { vendor, family }, id, scope, host }: EndRow): FamilyEnd {
  return { vendor, family, id, scope, host };
}

/** Identifies an end. */
export function textOfEnd(end: EndRow): string {
  return textOf(keyOfEnd(end));
}

function textOf(key: FamilyEnd): string {
  return `${key.vendor}/${key.family} ${endKeyText(key)}`;
}

type Considered = { readonly end: EndRow; readonly watches: readonly ConcernedWatch[]; readonly now: Instant };

/** The notices of an end that are due, by day. Most have been sent before: the index decides. */
function listNotices(deps: Deps, { end, watches, now }: Considered): Notice[] {
  const byDay = new Map<number, string[]>();
  for (const { watchId, noticeDays, addedAt } of watches) {
    const day = dueDay(end, noticeDays, now);
    if (day !== null && !wasSighted(end, day, addedAt)) byDay.set(day, [...(byDay.get(day) ?? []), watchId]);
  }
  const general = dueDay(end, noticeDaysDefault, now);
  if (general !== null && !byDay.has(general)) byDay.set(general, []);
  return [...byDay].map(([day, ids]) => ({
    end,
    day,
    eventId: deps.newId('evt'),
    watches: ids,
    isGeneral: day === general && isNews(end, day, now),
  }));
}

/** Whether the first message to the subscribers of a watch contained the end. */
function wasSighted(end: EndRow, day: number, addedAt: Instant): boolean {
  return end.statedSince <= addedAt && startOf(end, day) <= addedAt;
}

/**
 * For subscribers without a watch, an end in the first read of a feed or in an archive is no news until its next notice day, and
 * what became due more than `newsKnownMax` ago is none: an imported archive must not raise a notice for each of its ends.
 */
function isNews(end: EndRow, day: number, now: Instant): boolean {
  const isLater = startOf(end, day) > end.knownFrom;
  const since = Math.max(startOf(end, day), end.knownFrom);
  return (end.appeared || isLater) && now - since <= newsKnownMax;
}

function startOf({ date }: EndRow, day: number): Instant {
  return (date?.from ?? 0) - day * dayMs;
}

function rowOf({ end, day, eventId, watches, isGeneral }: Notice): NewNotice {
  const isSilent = watches.length === 0 && !isGeneral;
  const dateFrom = end.date?.from ?? 0;
  return { ...keyOfEnd(end), dateFrom, day, isEarliest: end.kind === 'earliest', eventId: isSilent ? null : eventId };
}

async function raise(
  tx: Sql,
  deps: Deps,
  { end, day, eventId, watches, isGeneral }: Notice,
  now: Instant,
): Promise<void> {
  const data = endingEventData(end, { day, watches, at: now });
  const event = { type: 'model.ending' as const, occurredAt: now, data, watches, isForWatches: !isGeneral };
  await recordEvent(tx, deps, event, eventId);
}

function nextAt({ end, watches, now }: Considered): Instant | null {
  const days = [noticeDaysDefault, ...watches.map(({ noticeDays }) => noticeDays)];
  const moments = days.flatMap((some) => nextNoticeAt(end, some, now) ?? []);
  return moments.length === 0 ? null : Math.min(...moments);
}
