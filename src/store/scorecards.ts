import type { PendingQuery, Row } from 'postgres';
import type { Instant } from '../domain/instant.ts';
import type { ForecastStanding } from '../domain/scores/forecast.ts';
import type { BinSums } from '../domain/scores/score.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { editAt } from './prediction-words.ts';
import type { Outcome } from './resolutions.ts';

/**
 * A CTE with the resolution of each prediction in `ids` at a moment, under the criterion that was current then: the same
 * as `viewPredictions` shows. The outcome is null without a resolution of that criterion.
 */
function withAnswers(db: Sql, ids: PendingQuery<Row[]>, at: Instant) {
  const then = timestamp(at);
  return db`
    answers as materialized (
      select l.id, l.version, l.written_at, l.resolution_id, case when l.resolved_version = l.version then l.outcome end as outcome,
        l.first_known_at, l.withdrawn, effective_from(l.effective_at) as answer_from, effective_to(l.effective_at) as answer_to
      from (
        select distinct on (i.id) i.id, k.version, k.created_at as written_at, s.id as resolution_id,
          s.criterion_version as resolved_version,
          s.outcome, s.effective_at, min(s.known_at) over (partition by i.id) as first_known_at,
          exists (select from prediction_words x where x.prediction_id = i.id and x.withdrawn_at <= ${then}) as withdrawn
        from (${ids}) i
        join criteria k on k.prediction_id = i.id and k.created_at <= ${then}
        left join resolutions s on s.prediction_id = i.id and s.known_at <= ${then}
        order by i.id, k.version desc, s.seq desc nulls last
      ) l
    )`;
}

/** A number of predictions of one predictor that a scorecard does not distinguish. */
export type ClaimCount = {
  /** Null: not resolved. */
  readonly outcome: Outcome | null;
  readonly hindsight: boolean;
  /** Whether its predictor stated no probability. */
  readonly plain: boolean;
  readonly disputed: boolean;
  readonly withdrawn: boolean;
  readonly predictions: number;
};

/** Counts the predictions recorded by a moment that had the predictor then, by their outcome at that moment. */
export async function countClaims(db: Sql, predictorId: string, at: Instant): Promise<ClaimCount[]> {
  const then = timestamp(at);
  const claims = db`
    select p.id from predictions p join prediction_words w on w.prediction_id = p.id and w.edit = ${editAt(db, at)}
    where w.predictor_id = ${predictorId} and p.recorded_at <= ${then}`;
  return await db<ClaimCount[]>`
    with ${withAnswers(db, claims, at)}
    select a.outcome, a.outcome is not null and (a.first_known_at < a.written_at or a.answer_to <= a.written_at) as hindsight,
      not exists (select from forecasts f
        where f.predictor_id = ${predictorId} and f.prediction_id = a.id and f.recorded_at <= ${then}) as plain,
      a.outcome is not null
        and exists (select from disputes d where d.resolution_id = a.resolution_id and d.known_at <= ${then}) as disputed,
      a.withdrawn, count(*)::int as predictions
    from answers a
    group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`;
}

/** Sums over the forecasts with one standing in one probability bin. */
export type ForecastSums = BinSums & { readonly standing: ForecastStanding };

/** Sums a predictor's forecasts recorded by a moment, for scoring. It follows the rule of `standingOfForecast`. */
export async function sumForecasts(
  db: Sql,
  predictorId: string,
  ask: { at: Instant; bins: number; logProbabilityMin: number },
): Promise<ForecastSums[]> {
  const then = timestamp(ask.at);
  const forecasted = db`select distinct prediction_id as id from forecasts where predictor_id = ${predictorId} and recorded_at <= ${then}`;
  return await db<ForecastSums[]>`
    with ${withAnswers(db, forecasted, ask.at)}, judged as (
      select f.prediction_id, f.probability, f.made_from, f.seq, a.answer_from,
        case when a.outcome = 'yes' then 1.0::float8 else 0.0::float8 end as came,
        case
          when a.withdrawn then 'unanswered'
          when a.outcome is null then 'waiting'
          when a.outcome in ('ambiguous', 'annulled') then 'unanswered'
          when f.criterion_version <> a.version then 'other_criterion'
          when f.made_until > a.answer_from or f.made_from >= a.answer_from then 'too_late'
          when a.first_known_at < f.recorded_at or a.answer_to <= f.recorded_at then 'hindsight'
          else 'scored'
        end as standing
      from forecasts f join answers a on a.id = f.prediction_id
      where f.predictor_id = ${predictorId} and f.recorded_at <= ${then}
    ), held as (
      select j.standing, j.probability, j.came, j.prediction_id, lead(j.made_from) over said is null as is_last,
        case when j.standing in ('scored', 'hindsight')
          then extract(epoch from coalesce(lead(j.made_from) over said, j.answer_from) - j.made_from)::float8 end as seconds
      from judged j window said as (partition by j.prediction_id, j.standing order by j.made_from, j.seq)
    ), weighed as (
      select h.standing, h.probability, h.came, h.is_last,
        h.seconds / sum(h.seconds) over (partition by h.prediction_id, h.standing) as share
      from held h
    )
    select w.standing, least(floor(w.probability * ${ask.bins}::int), ${ask.bins}::int - 1)::int as bin, count(*)::int as forecasts,
      (count(*) filter (where w.is_last))::int as predictions, coalesce(sum(w.share), 0) as share,
      coalesce(sum(w.share * w.probability), 0) as probability, coalesce(sum(w.share * w.came), 0) as outcome,
      coalesce(sum(w.share * (w.probability - w.came) ^ 2), 0) as squared,
      coalesce(sum(w.share * ln(greatest(1 - abs(w.probability - w.came), ${ask.logProbabilityMin}::float8))), 0) as log,
      coalesce(sum((w.probability - w.came) ^ 2) filter (where w.is_last), 0) as "lastSquared"
    from weighed w group by 1, 2 order by 1, 2`;
}
