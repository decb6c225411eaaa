import type { PendingQuery, Row } from 'postgres';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';

/** What lists of predictions can be sorted by; a leading hyphen sorts descending. */
export const predictionSorts = [
  'recorded_at',
  '-recorded_at',
  'made_at',
  '-made_at',
  'resolve_by',
  '-resolve_by',
  'resolved_at',
  '-resolved_at',
] as const;

export type PredictionSort = (typeof predictionSorts)[number];

/**
 * The place of a prediction in a sorted list: the value that the list is sorted by, and its id. `none`: the prediction has no
 * such value. For the order of recording, the value is the sequence number.
 */
export type PredictionPlace = readonly [number | 'none', string];

type Fragment = PendingQuery<Row[]>;

/** The value that a list is sorted by; infinite if there is none. */
export function sortValue(db: Sql, sort: PredictionSort, asOf: Instant | null): Fragment {
  return sorted(db, sort, asOf).value;
}

/** Sorts by a value and then by id. Predictions without the value come last in both directions. */
export function orderClause(db: Sql, sort: PredictionSort, asOf: Instant | null): Fragment {
  const { value, id, isDescending } = sorted(db, sort, asOf);
  const direction = isDescending ? db`desc` : db``;
  return db`${value} ${direction}, ${id} ${direction}`;
}

/** The condition for the predictions after a place in that order. */
export function afterClause(
  db: Sql,
  { sort, asOf, after }: { sort: PredictionSort; asOf: Instant | null; after: PredictionPlace | null },
): Fragment {
  if (after === null) return db``;
  const { value, id, none, isDescending } = sorted(db, sort, asOf);
  const [at, afterId] = after;
  const from = at === 'none' ? none : isRecordingOrder(sort) ? db`${at}::bigint` : db`${timestamp(at)}`;
  return db`and (${value}, ${id}) ${isDescending ? db`<` : db`>`} (${from}, ${afterId})`;
}

function sorted(db: Sql, sort: PredictionSort, asOf: Instant | null) {
  const isDescending = sort.startsWith('-');
  const none = isDescending ? db`'-infinity'::timestamptz` : db`'infinity'::timestamptz`;
  return { ...sortedValue(db, sort, { asOf, none }), none, isDescending };
}

export function isRecordingOrder(sort: PredictionSort): boolean {
  return sort === 'recorded_at' || sort === '-recorded_at';
}

/** Each pair of value and id ends an index, so that a page costs the same wherever it starts. */
function sortedValue(
  db: Sql,
  sort: PredictionSort,
  { asOf, none }: { asOf: Instant | null; none: Fragment },
): { value: Fragment; id: Fragment } {
  switch (sort) {
    case 'recorded_at':
    case '-recorded_at':
      return { value: db`p.seq`, id: db`p.id` };
    case 'made_at':
    case '-made_at':
      return { value: db`p.made_from`, id: db`p.id` };
    case 'resolve_by':
    case '-resolve_by':
      if (asOf === null) return { value: db`coalesce(p.resolve_by, ${none})`, id: db`p.id` };
      return { value: db`coalesce(c.resolve_by, ${none})`, id: db`c.prediction_id` };
    case 'resolved_at':
    case '-resolved_at':
      return { value: db`coalesce(${resolvedAt(db, asOf)}, ${none})`, id: db`p.id` };
  }
}

/** When the resolution that is current now, or was at `asOf`, was recorded. */
function resolvedAt(db: Sql, asOf: Instant | null): Fragment {
  if (asOf === null) return db`p.resolved_at`;
  return db`(select r.decided_at from ${currentResolution(db, asOf)})`;
}

/** The resolution `r` that is current at a moment, if there is one, for subqueries of statements over `fromPredictions`. */
export function currentResolution(db: Sql, asOf: Instant): Fragment {
  return db`(select r.* from resolutions r where r.prediction_id = p.id and r.criterion_version = c.version
    and r.known_at <= ${timestamp(asOf)} order by r.seq desc limit 1) r`;
}

/** Only predictions whose current resolution was recorded in a range. */
export function resolvedAtFilter(
  db: Sql,
  { gte, lt, asOf }: { gte: Instant | undefined; lt: Instant | undefined; asOf: Instant | null },
): Fragment {
  const at = resolvedAt(db, asOf);
  const from = gte === undefined ? db`` : db`and coalesce(${at}, '-infinity'::timestamptz) >= ${timestamp(gte)}`;
  return db`${from} ${lt === undefined ? db`` : db`and coalesce(${at}, 'infinity'::timestamptz) < ${timestamp(lt)}`}`;
}
