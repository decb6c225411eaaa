import type { EndMove } from '../domain/ends/end.ts';
import type { EndHistory } from '../domain/ends/record.ts';
import type { EndScope } from '../domain/feeds/stated-end.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** The most ends that a record is computed from; about ten times as many as the shipped feeds ever stated. */
const historiesMax = 20_000;

type StoredHistory = {
  readonly vendor: string;
  readonly kind: string | null;
  readonly dateFrom: Instant | null;
  readonly dateTo: Instant | null;
  readonly endedAt: Instant | null;
  readonly movedFrom: readonly EndMove[];
  readonly contradicted: EndHistory['contradicted'];
};

/** What became of every end of a scope, as known at `asOf`, or now. */
export async function listEndHistories(
  db: Sql,
  filter: { readonly scope: EndScope; readonly vendor: string | undefined },
  asOf: Instant | null,
): Promise<EndHistory[]> {
  const until = asOf === null ? db`true` : db`e.known_from <= ${timestamp(asOf)}`;
  const rows = await db<StoredHistory[]>`
    select h.vendor, h.kind, h.date_from as "dateFrom", h.date_to as "dateTo", h.ended_at as "endedAt",
      h.facts->'movedFrom' as "movedFrom", h.contradicted
    from (
      select distinct on (e.vendor, e.family, e.id, e.host) e.*,
        coalesce(json_agg(e.facts->'contradicted'->'status') filter (where e.facts->'contradicted'->>'status' is not null)
          over (partition by e.vendor, e.family, e.id, e.host), '[]') as contradicted
      from model_ends e
      where ${until} and e.scope = ${filter.scope} ${filter.vendor === undefined ? db`` : db`and e.vendor = ${filter.vendor}`}
      order by e.vendor, e.family, e.id, e.host, e.known_from desc) h
    order by h.vendor, h.family, h.id, h.host limit ${historiesMax}`;
  return rows.map(({ vendor, kind, dateFrom, dateTo, endedAt, movedFrom, contradicted }) => ({
    vendor,
    date: dateFrom === null || dateTo === null ? null : { from: dateFrom, to: dateTo, precision: 'day' },
    isEarliest: kind === 'earliest',
    endedAt,
    movedFrom,
    contradicted,
  }));
}
