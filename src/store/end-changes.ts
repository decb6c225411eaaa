import type { EndChangeType } from '../domain/ends/changes.ts';
import type { EndKey } from '../domain/ends/end.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

export type NewEndChange = EndKey & {
  readonly vendor: string;
  readonly type: EndChangeType;
  /** Distinguishes it from other changes of its type. */
  readonly mark: string;
  readonly knownAt: Instant;
  readonly recordedAt: Instant;
};

/** How far apart two equal changes must be known to be two: evidence that comes late can shift the time of one. */
const apartMin = '7 days';

/** Records changes and returns the places in the list of those that were not recorded before. */
export async function insertEndChanges(db: Sql, changes: readonly NewEndChange[]): Promise<number[]> {
  if (changes.length === 0) return [];
  const rows = changes.map((row, place) => ({
    place,
    vendor: row.vendor,
    id: row.id,
    scope: row.scope,
    host: row.host ?? '',
    type: row.type,
    mark: row.mark,
    known_at: timestamp(row.knownAt),
    recorded_at: timestamp(row.recordedAt),
  }));
  const fresh = await db<{ place: number }[]>`
    with given as (
      select place, vendor, id, scope, host, type, mark, known_at, recorded_at
      from json_to_recordset(${json(db, rows)}) as t(place integer, vendor text, id text, scope text, host text, type text,
        mark text, known_at timestamptz, recorded_at timestamptz)),
    added as (
      insert into model_end_changes (vendor, id, scope, host, type, mark, known_at, recorded_at)
      select g.vendor, g.id, g.scope, g.host, g.type, g.mark, g.known_at, g.recorded_at from given g
      where not exists (select from model_end_changes c where c.vendor = g.vendor and c.id = g.id and c.scope = g.scope
        and c.host = g.host and c.type = g.type and c.mark = g.mark
        and c.known_at > g.known_at - ${apartMin}::interval and c.known_at < g.known_at + ${apartMin}::interval)
      order by g.place on conflict do nothing returning vendor, id, scope, host, type, mark, known_at)
    select g.place from given g join added a using (vendor, id, scope, host, type, mark, known_at) order by g.place`;
  return fresh.map(({ place }) => place);
}
