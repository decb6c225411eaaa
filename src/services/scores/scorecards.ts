import type { Instant } from '../../domain/instant.ts';
import { type Outcome, outcomes } from '../../domain/outcome.ts';
import { type Decider, deciders } from '../../domain/scores/decider.ts';
import { type ForecastStanding, forecastStandings } from '../../domain/scores/forecast.ts';
import {
  calibrationBins,
  type Interval,
  intervalOf,
  logProbabilityMin,
  type PeerScore,
  peerScoreOf,
  type Score,
  type Share,
  scoreOf,
  shareOf,
} from '../../domain/scores/score.ts';
import type { Sql } from '../../store/db.ts';
import {
  findKeptScorecard,
  keepScorecard,
  listKeptScorecards,
  listStaleScorecards,
  lockScorecard,
} from '../../store/kept-scorecards.ts';
import type { PredictorRow } from '../../store/predictors.ts';
import {
  type ClaimCount,
  countClaims,
  countSelfStated,
  type DecidedPeerSums,
  type ForecastSums,
  type ScoredMoment,
  type SelfStatedCount,
  sumForecasts,
  sumPeers,
} from '../../store/scorecards.ts';
import type { Deps } from '../deps.ts';
import { getPredictor, listPredictors } from '../predictions/predictors.ts';

/** Claims with the outcomes yes and no. `hitRate` and its interval are null if there are none. */
export type Hits = {
  readonly right: number;
  readonly wrong: number;
  readonly hitRate: number | null;
  readonly interval: Interval | null;
};

/** The results of a predictor, as recorded and known at a moment. */
export type Results = {
  readonly claims: {
    readonly recorded: number;
    readonly unresolved: number;
    /** The unresolved ones whose deadline has passed. */
    readonly overdue: number;
    readonly disputed: number;
    readonly withdrawn: number;
    /** The resolved ones that were recorded in hindsight. */
    readonly hindsight: number;
    /** Left out of every other figure: only the statement that a claim was made from shows its outcome. */
    readonly selfStated: number;
    readonly outcomes: Readonly<Record<Outcome, number>>;
  };
  /** Of the claims with outcome yes or no that were recorded in time: those with a scored forecast. */
  readonly coverage: Share;
  /** Claims without a stated probability: those recorded in time, and those recorded in hindsight. */
  readonly plain: Hits;
  readonly plainHindsight: Hits;
  readonly forecasts: Readonly<Record<ForecastStanding, number>>;
  readonly score: Score;
  readonly peer: PeerScore;
  readonly hindsightScore: Score;
};

export type Scorecard = Results & { readonly predictor: PredictorRow };

/** Every claim, or only those that one decider settled. */
type ResultsName = Decider | 'all';

/** Only the predictions that are resolved by a decider; null: all predictions, those without a resolution included. */
export type ScorecardQuery = { readonly asOf: Instant | null; readonly decidedBy: Decider | null };

/**
 * The scorecard of a predictor at `asOf`, or now if it is null, from the resolutions current then. That of now is the kept one,
 * if nothing that it is made of has changed. Refuses with `not_found`.
 */
export async function getPredictorScorecard(
  deps: Deps,
  predictorId: string,
  { asOf, decidedBy }: ScorecardQuery,
): Promise<Scorecard> {
  const name = decidedBy ?? 'all';
  const now = asOf ?? deps.now();
  if (asOf === null) {
    const kept = await findKeptScorecard(deps.db.reads, predictorId, now);
    if (kept !== null) return { predictor: kept.predictor, ...readResults(kept.results)[name] };
  }
  const predictor = await getPredictor(deps, predictorId, asOf);
  const { results } = await computeResults(deps.db.sql, predictor.id, { asOf, now });
  return { predictor, ...results[name] };
}

/**
 * The scorecards of predictors at `asOf`, or now if it is null, in the order of `listPredictors`. Those that are not kept, such
 * as all of a past moment, are computed.
 */
export async function listPredictorScorecards(
  deps: Deps,
  page: { asOf: Instant | null; after: string | null; limit: number },
): Promise<Scorecard[]> {
  const predictors = await listPredictors(deps, page);
  const ids = predictors.map(({ id }) => id);
  const kept = page.asOf === null ? await listKeptScorecards(deps.db.reads, ids, deps.now()) : [];
  const results = new Map(kept.map(({ predictor, results }) => [predictor.id, readResults(results).all]));
  const cards: Scorecard[] = [];
  for (const predictor of predictors) {
    const known = results.get(predictor.id);
    if (known !== undefined) cards.push({ predictor, ...known });
    else cards.push(await getPredictorScorecard(deps, predictor.id, { asOf: page.asOf, decidedBy: null }));
  }
  return cards;
}

/** Only this program writes them, and in this format. */
function readResults(text: string): Record<ResultsName, Results> {
  return JSON.parse(text) as Record<ResultsName, Results>;
}

/** The results by decider, from one read of the rows, and the moment at which they change although nothing is recorded: the next deadline. */
async function computeResults(
  db: Sql,
  predictorId: string,
  moment: ScoredMoment,
): Promise<{ readonly results: Record<ResultsName, Results>; readonly until: Instant | null }> {
  const counts = await countClaims(db, predictorId, moment);
  const selfStated = await countSelfStated(db, predictorId, moment.asOf);
  const ask = { asOf: moment.asOf, logProbabilityMin };
  const sums = await sumForecasts(db, predictorId, { ...ask, bins: calibrationBins });
  const peers = await sumPeers(db, predictorId, ask);
  const deadlines = counts.map((row) => row.nextDeadline).filter((deadline) => deadline !== null);
  const results = {
    all: resultsOf({ counts, selfStated, sums, peers }),
    ...tally(deciders, (decider) => {
      const own = <R extends { readonly decider: Decider | null }>(rows: readonly R[]) =>
        rows.filter((row) => row.decider === decider);
      return resultsOf({ counts: own(counts), selfStated: own(selfStated), sums: own(sums), peers: own(peers) });
    }),
  };
  return { results, until: deadlines.length === 0 ? null : Math.min(...deadlines) };
}

type Rows = {
  readonly counts: readonly ClaimCount[];
  readonly selfStated: readonly SelfStatedCount[];
  readonly sums: readonly ForecastSums[];
  readonly peers: readonly DecidedPeerSums[];
};

function resultsOf({ counts, selfStated, sums, peers }: Rows): Results {
  const of = (standing: ForecastStanding) => sums.filter((row) => row.standing === standing);
  const settled = counts.filter(({ outcome, hindsight }) => (outcome === 'yes' || outcome === 'no') && !hindsight);
  return {
    claims: { ...tallyClaims(counts), selfStated: count(selfStated) },
    coverage: shareOf(count(settled.filter((row) => row.forecast)), count(settled)),
    plain: hitsOf(counts.filter((row) => row.plain && !row.hindsight)),
    plainHindsight: hitsOf(counts.filter((row) => row.plain && row.hindsight)),
    forecasts: tally(forecastStandings, (standing) => of(standing).reduce((sum, row) => sum + row.forecasts, 0)),
    score: scoreOf(of('scored')),
    peer: peerScoreOf({
      predictions: peers.reduce((sum, row) => sum + row.predictions, 0),
      difference: peers.reduce((sum, row) => sum + row.difference, 0),
    }),
    hindsightScore: scoreOf(of('hindsight')),
  };
}

/** The number of scorecards that one run keeps. */
const keptPerRunMax = 500;

/**
 * Computes and keeps the scorecards that a change or a deadline has made out of date, each in its own transaction. Returns
 * their number.
 */
export async function keepScorecards(deps: Deps): Promise<number> {
  const stale = await listStaleScorecards(deps.db.sql, deps.now(), keptPerRunMax);
  for (const predictorId of stale) {
    await deps.db.begin(async (tx) => {
      const now = deps.now();
      // Removes the marks first: what is committed after that is marked again, whether or not the sums contain it.
      await lockScorecard(tx, predictorId);
      const { results, until } = await computeResults(tx, predictorId, { asOf: null, now });
      await keepScorecard(tx, predictorId, { results: JSON.stringify(results), until });
    });
  }
  return stale.length;
}

function tallyClaims(counts: readonly ClaimCount[]): Omit<Scorecard['claims'], 'selfStated'> {
  return {
    recorded: count(counts),
    unresolved: count(counts.filter((row) => row.outcome === null && !row.withdrawn)),
    overdue: count(counts.filter((row) => row.overdue)),
    disputed: count(counts.filter((row) => row.disputed)),
    withdrawn: count(counts.filter((row) => row.withdrawn)),
    hindsight: count(counts.filter((row) => row.hindsight)),
    outcomes: tally(outcomes, (outcome) => count(counts.filter((row) => row.outcome === outcome))),
  };
}

function hitsOf(counts: readonly ClaimCount[]): Hits {
  const right = count(counts.filter((row) => row.outcome === 'yes'));
  const wrong = count(counts.filter((row) => row.outcome === 'no'));
  return { right, wrong, hitRate: shareOf(right, right + wrong).share, interval: intervalOf(right, right + wrong) };
}

function count(counts: readonly { readonly predictions: number }[]): number {
  return counts.reduce((sum, row) => sum + row.predictions, 0);
}

function tally<K extends string, V>(names: readonly K[], of: (name: K) => V): Record<K, V> {
  // `names` contains every member of K, so every entry exists.
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<K, V>;
}
