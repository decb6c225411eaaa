import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

/** A change of a model that an event announces: that it was suspended, or that it is listed as active again. */
export type NewSuspensionEvent = {
  readonly vendor: string;
  readonly slug: string;
  readonly event: 'suspended' | 'reinstated';
  /** The first observation that showed the model withdrawn or suspended. */
  readonly goneAt: Instant;
  /** The first observation that showed it over; null while it lasts. */
  readonly overAt: Instant | null;
  readonly knownAt: Instant;
  readonly recordedAt: Instant;
  readonly isNews: boolean;
};

type SuspensionEventKey = Pick<NewSuspensionEvent, 'vendor' | 'slug' | 'event' | 'goneAt'>;

/**
 * Records changes and returns those that were not recorded before. A change was recorded before if its suspension began within
 * the one given: evidence that comes late can move the bounds of a suspension.
 */
export async function insertSuspensionEvents(
  db: Sql,
  events: readonly NewSuspensionEvent[],
): Promise<SuspensionEventKey[]> {
  if (events.length === 0) return [];
  const rows = events.map((row) => ({
    vendor: row.vendor,
    slug: row.slug,
    event: row.event,
    gone_at: timestamp(row.goneAt),
    over_at: timestamp(row.overAt),
    known_at: timestamp(row.knownAt),
    recorded_at: timestamp(row.recordedAt),
    is_news: row.isNews,
  }));
  return await db<SuspensionEventKey[]>`
    insert into model_suspensions (vendor, slug, event, gone_at, known_at, recorded_at, is_news)
    select t.vendor, t.slug, t.event, t.gone_at, t.known_at, t.recorded_at, t.is_news
    from json_to_recordset(${json(db, rows)}) as t(vendor text, slug text, event text, gone_at timestamptz, over_at timestamptz,
      known_at timestamptz, recorded_at timestamptz, is_news boolean)
    where not exists (select from model_suspensions s where s.vendor = t.vendor and s.slug = t.slug and s.event = t.event
      and s.gone_at >= t.gone_at and (t.over_at is null or s.gone_at < t.over_at))
    order by t.vendor, t.slug, t.gone_at on conflict do nothing returning vendor, slug, event, gone_at as "goneAt"`;
}
