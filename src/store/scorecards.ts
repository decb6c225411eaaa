import type { PendingQuery, Row } from 'postgres';
import { resolverName } from '../domain/evaluation/resolution.ts';
import type { Instant } from '../domain/instant.ts';
import type { Decider } from '../domain/scores/decider.ts';
import type { ForecastStanding } from '../domain/scores/forecast.ts';
import type { BinSums, PeerSums } from '../domain/scores/score.ts';
import type { Sql } from './db.ts';
import { timestamp } from './postgres-types.ts';
import { editAt } from './prediction-words.ts';
import type { Outcome } from './resolutions.ts';

/** A moment as a parameter. Without one, everything that is recorded counts, even if the clock of the node that recorded it is ahead. */
function knownBy(db: Sql, asOf: Instant | null) {
  return asOf === null ? db`'infinity'::timestamptz` : db`${timestamp(asOf)}::timestamptz`;
}

/**
 * A CTE with the resolution of each prediction in `ids` at a moment, under the criterion that was current then: the same
 * as `viewPredictions` shows. The outcome and the decider are null without a resolution of that criterion. Claims that were made
 * from a statement are left out until other evidence resolves them; with `selfStated`, all others are.
 */
function withAnswers(db: Sql, ids: PendingQuery<Row[]>, asOf: Instant | null, { selfStated = false } = {}) {
  const then = knownBy(db, asOf);
  return db`
    answers as materialized (
      select l.id, l.version, l.written_at, l.resolve_by, l.resolution_id,
        case when l.resolved_version = l.version then l.outcome end as outcome,
        case when l.resolved_version = l.version then case l.decided_by when ${resolverName} then 'resolver' else 'people' end end
          as decider,
        l.first_known_at, l.withdrawn, effective_from(l.effective_at) as answer_from, effective_to(l.effective_at) as answer_to
      from (
        select distinct on (i.id) i.id, k.version, k.created_at as written_at, k.resolve_by, s.id as resolution_id,
          p.from_end is not null and coalesce(s.self_stated, true) as self_stated,
          s.criterion_version as resolved_version,
          s.outcome, s.decided_by, s.effective_at, min(s.known_at) over (partition by i.id) as first_known_at,
          exists (select from prediction_words x where x.prediction_id = i.id and x.withdrawn_at <= ${then}) as withdrawn
        from (${ids}) i join predictions p on p.id = i.id
        join criteria k on k.prediction_id = i.id and k.created_at <= ${then}
        left join resolutions s on s.prediction_id = i.id and s.known_at <= ${then}
        order by i.id, k.version desc, s.seq desc nulls last
      ) l where l.self_stated = ${selfStated}
    )`;
}

/** The standing of `forecasts f` of a prediction in `answers a`. It follows the rule of `standingOfForecast`. */
function forecastStanding(db: Sql) {
  return db`case
    when a.withdrawn then 'unanswered'
    when a.outcome is null then 'waiting'
    when a.outcome in ('ambiguous', 'annulled') then 'unanswered'
    when f.criterion_version <> a.version then 'other_criterion'
    when f.made_until > a.answer_from or f.made_from >= a.answer_from then 'too_late'
    when a.first_known_at < f.recorded_at or a.answer_to <= f.recorded_at then 'hindsight'
    else 'scored'
  end`;
}

/** A number of predictions of one predictor that a scorecard does not distinguish. */
export type ClaimCount = {
  /** Null: not resolved. */
  readonly outcome: Outcome | null;
  readonly decider: Decider | null;
  readonly hindsight: boolean;
  /** Whether its predictor stated no probability. */
  readonly plain: boolean;
  /** Whether its predictor made a forecast that is scored. */
  readonly forecast: boolean;
  readonly disputed: boolean;
  readonly withdrawn: boolean;
  /** Whether it is neither resolved nor withdrawn although its deadline has passed. */
  readonly overdue: boolean;
  readonly predictions: number;
  /** The earliest deadline after `now` of those that are neither resolved nor withdrawn. */
  readonly nextDeadline: Instant | null;
};

/** What counts: what was recorded and known by `asOf` (null: everything), with the deadlines that have passed at `now`. */
export type ScoredMoment = { readonly asOf: Instant | null; readonly now: Instant };

/** Counts the predictions recorded by a moment that had the predictor then, by their outcome at that moment. */
export async function countClaims(db: Sql, predictorId: string, { asOf, now }: ScoredMoment): Promise<ClaimCount[]> {
  const then = knownBy(db, asOf);
  return await db<ClaimCount[]>`
    with ${withAnswers(db, claimsBy(db, predictorId, asOf), asOf)}, counted as (
      select a.outcome, a.decider, a.outcome is not null and (a.first_known_at < a.written_at or a.answer_to <= a.written_at) as hindsight,
        not exists (select from forecasts f
          where f.predictor_id = ${predictorId} and f.prediction_id = a.id and f.recorded_at <= ${then}) as plain,
        exists (select from forecasts f where f.predictor_id = ${predictorId} and f.prediction_id = a.id
          and f.recorded_at <= ${then} and ${forecastStanding(db)} = 'scored') as forecast,
        a.outcome is not null
          and exists (select from disputes d where d.resolution_id = a.resolution_id and d.known_at <= ${then}) as disputed,
        a.withdrawn, case when a.outcome is null and not a.withdrawn then a.resolve_by end as deadline
      from answers a)
    select c.outcome, c.decider, c.hindsight, c.plain, c.forecast, c.disputed, c.withdrawn,
      coalesce(c.deadline <= ${timestamp(now)}, false) as overdue, count(*)::int as predictions,
      min(c.deadline) filter (where c.deadline > ${timestamp(now)}) as "nextDeadline"
    from counted c
    group by 1, 2, 3, 4, 5, 6, 7, 8 order by 1, 2, 3, 4, 5, 6, 7, 8`;
}

/** The predictions recorded by a moment that had the predictor then. */
function claimsBy(db: Sql, predictorId: string, asOf: Instant | null) {
  const edit = asOf === null ? db`p.edits` : editAt(db, asOf);
  return db`
    select p.id from predictions p join prediction_words w on w.prediction_id = p.id and w.edit = ${edit}
    where w.predictor_id = ${predictorId} and p.recorded_at <= ${knownBy(db, asOf)}`;
}

/** The number of a predictor's claims that are left out because only the statement that they were made from shows their outcome. */
export type SelfStatedCount = { readonly decider: Decider | null; readonly predictions: number };

export async function countSelfStated(db: Sql, predictorId: string, asOf: Instant | null): Promise<SelfStatedCount[]> {
  return await db<SelfStatedCount[]>`
    with ${withAnswers(db, claimsBy(db, predictorId, asOf), asOf, { selfStated: true })}
    select a.decider, count(*)::int as predictions from answers a group by 1 order by 1`;
}

/** Sums over the forecasts with one standing in one probability bin, of predictions that one decider settled. */
export type ForecastSums = BinSums & { readonly standing: ForecastStanding; readonly decider: Decider | null };

/** Sums over the predictions that one decider settled. */
export type DecidedPeerSums = PeerSums & { readonly decider: Decider | null };

type Forecasted = { readonly asOf: Instant | null; readonly logProbabilityMin: number };

/** The predictions that a predictor had forecast by a moment. */
function forecastBy(db: Sql, predictorId: string, asOf: Instant | null) {
  return db`select distinct prediction_id as id from forecasts
    where predictor_id = ${predictorId} and recorded_at <= ${knownBy(db, asOf)}`;
}

/** The probability of `forecasts f`. Values whose square the database cannot represent count as 0, which changes no figure. */
function statedProbability(db: Sql) {
  return db`case when f.probability < 1e-12 then 0 else f.probability end`;
}

/** The logarithm of the probability given to the outcome, for a row with a probability and with 1 or 0 as `came`. */
function logarithm(db: Sql, logProbabilityMin: number) {
  return db`ln(greatest(1 - abs(probability - came), ${logProbabilityMin}::float8))`;
}

/** Sums a predictor's forecasts recorded by a moment, for scoring. */
export async function sumForecasts(
  db: Sql,
  predictorId: string,
  { asOf, bins, logProbabilityMin }: Forecasted & { readonly bins: number },
): Promise<ForecastSums[]> {
  return await db<ForecastSums[]>`
    with ${withAnswers(db, forecastBy(db, predictorId, asOf), asOf)}, judged as (
      select f.prediction_id, a.decider, ${statedProbability(db)} as probability, f.made_from, f.seq, a.answer_from,
        case when a.outcome = 'yes' then 1.0::float8 else 0.0::float8 end as came, ${forecastStanding(db)} as standing
      from forecasts f join answers a on a.id = f.prediction_id
      where f.predictor_id = ${predictorId} and f.recorded_at <= ${knownBy(db, asOf)}
    ), held as (
      select j.standing, j.decider, j.probability, j.came, j.prediction_id, lead(j.made_from) over said is null as is_last,
        case when j.standing in ('scored', 'hindsight')
          then extract(epoch from coalesce(lead(j.made_from) over said, j.answer_from) - j.made_from)::float8 end as seconds
      from judged j window said as (partition by j.prediction_id, j.standing order by j.made_from, j.seq)
    ), weighed as (
      select h.standing, h.decider, h.prediction_id, h.probability, h.came, h.is_last,
        h.seconds / sum(h.seconds) over (partition by h.prediction_id, h.standing) as share
      from held h
    )
    select w.standing, w.decider, least(floor(w.probability * ${bins}::int), ${bins}::int - 1)::int as bin, count(*)::int as forecasts,
      count(distinct w.prediction_id)::int as claims, (count(*) filter (where w.is_last))::int as predictions,
      coalesce(sum(w.share), 0) as share,
      coalesce(sum(w.share * w.probability), 0) as probability, coalesce(sum(w.share * w.came), 0) as outcome,
      coalesce(sum(w.share * (w.probability - w.came) ^ 2), 0) as squared,
      coalesce(sum(w.share * ${logarithm(db, logProbabilityMin)}), 0) as log,
      coalesce(sum((w.probability - w.came) ^ 2) filter (where w.is_last), 0) as "lastSquared"
    from weighed w group by 1, 2, 3 order by 1, 2, 3`;
}

/**
 * Sums the differences between the scored forecasts of a predictor and those of the others, over the predictions that both
 * forecast. Running totals over the forecasts of a prediction in order of time: its cost grows with their number, not with
 * its square.
 */
export async function sumPeers(
  db: Sql,
  predictorId: string,
  { asOf, logProbabilityMin }: Forecasted,
): Promise<DecidedPeerSums[]> {
  return await db<DecidedPeerSums[]>`
    with ${withAnswers(db, forecastBy(db, predictorId, asOf), asOf)}, judged as (
      select f.prediction_id, a.decider, f.predictor_id, f.predictor_id = ${predictorId} as own, f.made_from, f.seq,
        ${statedProbability(db)} as probability, a.answer_from, case when a.outcome = 'yes' then 1.0::float8 else 0.0::float8 end as came,
        ${forecastStanding(db)} as standing
      from forecasts f join answers a on a.id = f.prediction_id where f.recorded_at <= ${knownBy(db, asOf)}
    ), said as (
      select j.prediction_id, j.decider, j.predictor_id, j.own, j.made_from, j.seq, j.answer_from,
        ${logarithm(db, logProbabilityMin)} as log
      from judged j where j.standing = 'scored'
    ), steps as (
      select s.prediction_id, s.decider, s.own, s.made_from, s.seq, s.answer_from,
        s.log - coalesce(lag(s.log) over mine, 0) as change, (lag(s.log) over mine is null)::int as joined
      from said s window mine as (partition by s.prediction_id, s.predictor_id order by s.made_from, s.seq)
    ), stood as (
      select t.prediction_id, t.decider, extract(epoch from coalesce(lead(t.made_from) over line, t.answer_from) - t.made_from)::float8
          as seconds,
        sum(t.change) filter (where t.own) over line as log, sum(t.change) filter (where not t.own) over line as others,
        sum(t.joined) filter (where not t.own) over line as peers
      from steps t window line as (partition by t.prediction_id order by t.made_from, t.seq)
    ), compared as (
      select o.prediction_id, o.decider, sum(o.seconds * (o.log - o.others / o.peers)) / sum(o.seconds) as difference
      from stood o where o.log is not null and o.peers > 0 and o.seconds > 0 group by 1, 2
    )
    select c.decider, count(*)::int as predictions, coalesce(sum(c.difference), 0) as difference from compared c
    group by 1 order by 1`;
}
