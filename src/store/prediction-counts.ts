import type { PendingQuery, Row } from 'postgres';
import type { Sql } from './db.ts';

/** The predictions of a group, counted by state and by outcome. */
export type PredictionCounts = {
  readonly total: number;
  readonly open: number;
  readonly proposed: number;
  readonly disputed: number;
  readonly resolved: number;
  readonly withdrawn: number;
  readonly yes: number;
  readonly no: number;
  readonly ambiguous: number;
  readonly annulled: number;
};

export const noPredictions: PredictionCounts = {
  total: 0,
  open: 0,
  proposed: 0,
  disputed: 0,
  resolved: 0,
  withdrawn: 0,
  yes: 0,
  no: 0,
  ambiguous: 0,
  annulled: 0,
};

/** The columns of PredictionCounts, for statements that group `prediction_counts c` by name. */
export function countColumns(db: Sql) {
  const sum = (column: PendingQuery<Row[]>) => db`sum(${column})::int`;
  return db`${totalCount(db)} as total, ${sum(db`c.open`)} as open, ${sum(db`c.proposed`)} as proposed,
    ${sum(db`c.disputed`)} as disputed, ${sum(db`c.resolved`)} as resolved, ${sum(db`c.withdrawn`)} as withdrawn,
    ${sum(db`c.yes`)} as yes, ${sum(db`c.no`)} as no, ${sum(db`c.ambiguous`)} as ambiguous, ${sum(db`c.annulled`)} as annulled`;
}

/** The number of predictions of such a group. */
export function totalCount(db: Sql) {
  return db`sum(c.open + c.proposed + c.disputed + c.resolved + c.withdrawn)::int`;
}

export async function countAllPredictions(db: Sql): Promise<PredictionCounts> {
  const rows = await db<PredictionCounts[]>`
    select ${countColumns(db)} from prediction_counts c where c.kind = 'all' group by c.name`;
  return rows[0] ?? noPredictions;
}

/** Counts for each given source that has predictions. */
export async function countBySource(
  db: Sql,
  sourceIds: readonly string[],
): Promise<ReadonlyMap<string, PredictionCounts>> {
  const rows = await db<(PredictionCounts & { readonly sourceId: string })[]>`
    select c.name as "sourceId", ${countColumns(db)}
    from prediction_counts c where c.kind = 'source' and c.name = any(${sourceIds}) group by c.name order by c.name`;
  return new Map(rows.map(({ sourceId, ...counts }) => [sourceId, counts]));
}

/** Adds up to `limit` differences to the counts that they belong to. Returns how many. */
export async function addCountDifferences(db: Sql, limit: number): Promise<number> {
  const rows = await db<{ added: number }[]>`
    with taken as (
      delete from prediction_counts where (kind, name, seq) in (
        select kind, name, seq from prediction_counts where seq > 0 order by seq limit ${limit} for update skip locked)
      returning *),
    added as (
      insert into prediction_counts as c (kind, name, seq, open, proposed, disputed, resolved, withdrawn, yes, no, ambiguous, annulled)
      select kind, name, 0, sum(open), sum(proposed), sum(disputed), sum(resolved), sum(withdrawn), sum(yes), sum(no), sum(ambiguous),
        sum(annulled)
      from taken group by kind, name order by kind, name
      on conflict (kind, name, seq) do update set open = c.open + excluded.open, proposed = c.proposed + excluded.proposed,
        disputed = c.disputed + excluded.disputed, resolved = c.resolved + excluded.resolved,
        withdrawn = c.withdrawn + excluded.withdrawn, yes = c.yes + excluded.yes, no = c.no + excluded.no,
        ambiguous = c.ambiguous + excluded.ambiguous, annulled = c.annulled + excluded.annulled)
    select count(*)::int as added from taken`;
  return rows[0]?.added ?? 0;
}

/** Counts all predictions again. For an import, whose rows fire no triggers. */
export async function recountPredictions(db: Sql): Promise<void> {
  await db`select recount_predictions()`;
}
