import { formatInstant } from '../domain/instant.ts';
import type { BacktestRow } from '../services/backtest/rows.ts';
import type { BacktestScore } from '../services/backtest/summary.ts';
import type { BacktestReport } from './backtest.ts';
import { renderTable } from './table.ts';

const whyCharsMax = 110;

/** The report as text: payloads, predictions, scores. */
export function renderBacktest(report: BacktestReport): string {
  const { readings, leftOut, predictions, worth } = report;
  return [
    'Payloads',
    ...renderTable(
      readings
        .filter((row) => row.result !== 'ok' || !row.name.endsWith('as published by then'))
        .map((row) => [
          formatInstant(row.observedAt),
          row.feed,
          row.result,
          `${row.items} items${row.lost > 0 ? `, ${row.lost} unreadable` : ''}`,
          row.detail ?? '',
        ]),
    ),
    ...leftOut.map((file) => `  left out: ${file.name} (${file.why})`),
    '',
    'Predictions',
    ...renderTable(predictions.map(predictionCells)),
    '',
    'Score',
    ...renderTable([
      ['', ...scoreHeads],
      ['all', ...scoreCells(report.score)],
      ...Object.entries(report.byPolicy).map(([name, score]) => [`policy ${name}`, ...scoreCells(score)]),
      ...Object.entries(report.byOperator).map(([name, score]) => [`operator ${name}`, ...scoreCells(score)]),
      ...Object.entries(report.byVendor).map(([name, score]) => [`vendor ${name}`, ...scoreCells(score)]),
      ...Object.entries(report.byFeed).map(([name, score]) => [`feed ${name}`, ...scoreCells(score)]),
    ]),
    ...proofLines(report.proof),
    ...(worth === undefined
      ? []
      : [
          '',
          `Without ${worth.without.join(', ')}: ${worth.changed.length} predictions end differently`,
          ...renderTable(worth.changed.map((row) => [row.slug, row.policy, row.with, '→', row.without])),
        ]),
  ].join('\n');
}

function proofLines(proof: BacktestReport['proof']): string[] {
  if (proof === undefined) return [];
  const { evaluations, missed, answers, moved } = proof;
  return [
    '',
    'Verification',
    `  full evaluation after each payload (${evaluations} evaluations): ${missed.length} found results that the incremental evaluation had missed`,
    `  answers as of the time of each payload, repeated at the end (${answers} answers): ${moved.length} had changed`,
    ...[...missed, ...moved].map((line) => `  ${line}`),
  ];
}

function predictionCells(row: BacktestRow): string[] {
  const outcome = row.outcome === null ? 'open' : `${row.outcome} ${row.effectiveAt ?? ''}`;
  const late = row.daysLate === null ? '' : `${row.daysLate.toFixed(1)} d late`;
  return [
    row.slug,
    row.policy,
    row.judgement ?? '',
    outcome,
    row.proposedAt === null ? '' : `proposed ${row.proposedAt}`,
    row.knownAt === null ? '' : `known ${row.knownAt}`,
    late,
    row.outcome === null || row.judgement === 'wrong' ? row.why.slice(0, whyCharsMax) : row.feeds.join(', '),
  ];
}

export const scoreHeads: readonly string[] = [
  'claims',
  'right',
  'wrong',
  'premature',
  'misdated',
  'undetermined',
  'median late',
  'worst late',
  'median reads',
  'worst reads',
];

export function scoreCells(score: BacktestScore): string[] {
  const days = (value: number | null): string => (value === null ? '' : `${value.toFixed(1)} d`);
  const { claims, right, wrong, premature, misdated, undetermined } = score;
  return [
    ...[claims, right, wrong, premature, misdated, undetermined].map(String),
    days(score.medianDaysLate),
    days(score.worstDaysLate),
    `${score.medianReadsLate ?? ''}`,
    `${score.worstReadsLate ?? ''}`,
  ];
}

/** The report as JSON; docs/backtest.md describes the fields. */
export function backtestToJson(report: BacktestReport) {
  const { readings, leftOut, predictions, score, byPolicy, byFeed, byOperator, byVendor, proof, worth } = report;
  return {
    payloads: readings.map((reading) => ({
      ...reading,
      observedAt: undefined,
      observed_at: formatInstant(reading.observedAt),
    })),
    left_out: leftOut,
    predictions: predictions.map(rowToJson),
    score: scoreToJson(score),
    by_policy: mapValues(byPolicy, scoreToJson),
    by_feed: mapValues(byFeed, scoreToJson),
    by_operator: mapValues(byOperator, scoreToJson),
    by_vendor: mapValues(byVendor, scoreToJson),
    ...(proof === undefined ? {} : { proof }),
    ...(worth === undefined ? {} : { worth }),
  };
}

function rowToJson(row: BacktestRow) {
  return {
    slug: row.slug,
    policy: row.policy,
    operator: row.operator,
    vendors: row.vendors,
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
    reads_late: row.readsLate,
  };
}

function scoreToJson(score: BacktestScore) {
  const { medianDaysLate, worstDaysLate, medianReadsLate, worstReadsLate, ...counts } = score;
  return {
    ...counts,
    median_days_late: medianDaysLate,
    worst_days_late: worstDaysLate,
    median_reads_late: medianReadsLate,
    worst_reads_late: worstReadsLate,
  };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
