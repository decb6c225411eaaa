import type { BacktestReport } from './cli/backtest.ts';
import { formatInstant } from './domain/instant.ts';
import type { BacktestRow } from './services/backtest/rows.ts';
import type { BacktestScore } from './services/backtest/summary.ts';

/** The report for machines, as docs/backtest.md names it. */
export function backtestToJson(report: BacktestReport) {
  const { readings, left, predictions, score, byPolicy, byFeed, proof, worth } = report;
  return {
    payloads: readings.map((reading) => ({
      ...reading,
      observedAt: undefined,
      observed_at: formatInstant(reading.observedAt),
    })),
    left_out: left,
    predictions: predictions.map(rowToJson),
    score: scoreToJson(score),
    by_policy: mapValues(byPolicy, scoreToJson),
    by_feed: mapValues(byFeed, scoreToJson),
    ...(proof === undefined ? {} : { proof }),
    ...(worth === undefined ? {} : { worth }),
  };
}

function rowToJson(row: BacktestRow) {
  return {
    slug: row.slug,
    policy: row.policy,
    outcome: row.outcome,
    effective_at: row.effectiveAt,
    proposed_at: row.proposedAt,
    disputed_at: row.disputedAt,
    known_at: row.knownAt,
    feeds: row.feeds,
    evidence: row.evidence.map(({ feed, name, observedAt }) => ({ feed, name, observed_at: observedAt })),
    why: row.why,
    reason: row.reason,
    truth: row.truth === null ? null : { outcome: row.truth.outcome, effective_at: row.truth.effectiveAt },
    judgement: row.judgement,
    days_late: row.daysLate,
  };
}

function scoreToJson({ medianDaysLate, worstDaysLate, ...counts }: BacktestScore) {
  return { ...counts, median_days_late: medianDaysLate, worst_days_late: worstDaysLate };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
