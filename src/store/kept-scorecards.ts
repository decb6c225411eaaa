import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import type { PredictorRow } from './predictors.ts';

/** Changes whenever the members of the kept results change, or how they are computed. */
export const scorecardFormat = 3;

/** The kept results of a predictor as JSON text, and the moment at which they change by themselves. */
export type KeptResults = { readonly results: string; readonly until: Instant | null };

type KeptScorecard = { readonly predictor: PredictorRow; readonly results: string };

/** The scorecard of now by one statement; null if it must be computed, or if there is no such predictor. */
export async function findKeptScorecard(db: Sql, predictorId: string, now: Instant): Promise<KeptScorecard | null> {
  const [card] = await listKeptScorecards(db, [predictorId], now);
  return card ?? null;
}

/** The scorecards of now that need not be computed, among those of given predictors. */
export async function listKeptScorecards(
  db: Sql,
  predictorIds: readonly string[],
  now: Instant,
): Promise<KeptScorecard[]> {
  const rows = await db<(PredictorRow & { results: string })[]>`
    select p.id, p.name, p.url, p.created_at as "createdAt", p.edits, p.edited_at as "editedAt", s.results
    from scorecards s join predictors p on p.id = s.predictor_id
    where s.predictor_id = any(${predictorIds}) and s.format = ${scorecardFormat} and s.results is not null
      and (s.until is null or s.until > ${timestamp(now)})
      and not exists (select from scorecard_marks m where m.predictor_id = s.predictor_id)
    order by p.id`;
  return rows.map(({ results, ...predictor }) => ({ predictor, results }));
}

/** Predictors whose kept scorecard is missing a change, or is of a past moment or another format. */
export async function listStaleScorecards(db: Sql, now: Instant, limit: number): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select x.id from (
      select m.predictor_id as id from scorecard_marks m
      union select s.predictor_id from scorecards s where s.until <= ${timestamp(now)}
      union select s.predictor_id from scorecards s where s.format <> ${scorecardFormat}) x
    order by x.id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/**
 * Begins to compute a scorecard: waits for others that compute it, and removes the marks of changes. A change that commits
 * later leaves a new mark.
 */
export async function lockScorecard(db: Sql, predictorId: string): Promise<void> {
  await db`
    with locked as (
      insert into scorecards (predictor_id, format) select id, ${scorecardFormat} from predictors where id = ${predictorId}
      on conflict (predictor_id) do update set format = excluded.format)
    delete from scorecard_marks where predictor_id = ${predictorId}`;
}

export async function keepScorecard(db: Sql, predictorId: string, { results, until }: KeptResults): Promise<void> {
  await db`
    update scorecards set results = ${results}, until = ${timestamp(until)} where predictor_id = ${predictorId}`;
}

/** Marks every scorecard, after rows were written without triggers. */
export async function markEveryScorecard(db: Sql): Promise<void> {
  await db`insert into scorecard_marks (predictor_id) select id from predictors order by id`;
}
