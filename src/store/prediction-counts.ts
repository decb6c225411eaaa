import { type Outcome, outcomes } from '../domain/outcome.ts';
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

/** The columns of PredictionCounts, for statements that group `predictions p`. */
export function countColumns(db: Sql) {
  const state = (name: string) => db`(count(*) filter (where p.state = ${name}))::int`;
  const outcome = (name: string) => db`(count(*) filter (where p.outcome = ${name}))::int`;
  return db`count(*)::int as total, ${state('open')} as open, ${state('proposed')} as proposed, ${state('disputed')} as disputed,
    ${state('resolved')} as resolved, ${state('withdrawn')} as withdrawn, ${outcome('yes')} as yes, ${outcome('no')} as no,
    ${outcome('ambiguous')} as ambiguous, ${outcome('annulled')} as annulled`;
}

export async function countAllPredictions(db: Sql): Promise<PredictionCounts> {
  const rows = await db<PredictionCounts[]>`select ${countColumns(db)} from predictions p`;
  return rows[0] ?? noPredictions;
}

/** The states in which predictions are counted as such. Resolved ones are counted by their outcome. */
const countedStates = ['open', 'proposed', 'disputed', 'withdrawn'] as const;

export type CountedMark = (typeof countedStates)[number] | Outcome;

/**
 * The number of predictions with each mark, up to `max` + 1 of each: the statement reads so many entries of an index and no more,
 * however many predictions there are. Resolved predictions count by their outcome, disputed ones only as disputed.
 */
export async function countMarks(db: Sql, max: number): Promise<ReadonlyMap<CountedMark, number>> {
  const limit = max + 1;
  const rows = await db<{ readonly mark: CountedMark; readonly count: number }[]>`
    select s.state as mark, among.count from unnest(${[...countedStates]}::text[]) as s (state)
    cross join lateral (
      select count(*)::int as count from (select from predictions p where p.state = s.state limit ${limit}) one) among
    union all
    select o.outcome, among.count from unnest(${[...outcomes]}::text[]) as o (outcome)
    cross join lateral (
      select count(*)::int as count
      from (select from predictions p where p.outcome = o.outcome and p.state = 'resolved' limit ${limit}) one) among`;
  return new Map(rows.map(({ mark, count }) => [mark, count]));
}

/** Counts for each given source that has predictions. */
export async function countBySource(
  db: Sql,
  sourceIds: readonly string[],
): Promise<ReadonlyMap<string, PredictionCounts>> {
  const rows = await db<(PredictionCounts & { readonly sourceId: string })[]>`
    select p.source_id as "sourceId", ${countColumns(db)}
    from predictions p where p.source_id = any(${sourceIds}) group by p.source_id order by p.source_id`;
  return new Map(rows.map(({ sourceId, ...counts }) => [sourceId, counts]));
}
