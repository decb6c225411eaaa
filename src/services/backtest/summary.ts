import { type Judgement, medianOf } from '../../domain/scores/backtest.ts';
import type { BacktestRow } from './rows.ts';

/** How often a replay was right, and how late. Days count from the first payload that could show the truth. */
export type BacktestScore = {
  readonly claims: number;
  readonly medianDaysLate: number | null;
  readonly worstDaysLate: number | null;
  readonly medianReadsLate: number | null;
  readonly worstReadsLate: number | null;
} & { readonly [Name in Judgement]: number };

const none = { right: 0, wrong: 0, premature: 0, misdated: 0, undetermined: 0 } as const;

/** Counts judgements; rows without a truth are not counted. */
export function scoreRows(rows: readonly BacktestRow[]): BacktestScore {
  const counts: { [Name in Judgement]: number } = { ...none };
  const withTruth = rows.filter((row) => row.judgement !== null);
  for (const { judgement } of withTruth) if (judgement !== null) counts[judgement] += 1;
  const days = withTruth.flatMap((row) => (row.daysLate === null ? [] : [row.daysLate]));
  const reads = withTruth.flatMap((row) => (row.readsLate === null ? [] : [row.readsLate]));
  return {
    claims: withTruth.length,
    ...counts,
    medianDaysLate: medianOf(days),
    worstDaysLate: days.length === 0 ? null : Math.max(...days),
    medianReadsLate: medianOf(reads),
    worstReadsLate: reads.length === 0 ? null : Math.max(...reads),
  };
}

/** The score of each group of rows, by name. */
export function scoreBy(
  rows: readonly BacktestRow[],
  groupsOf: (row: BacktestRow) => readonly string[],
): Record<string, BacktestScore> {
  const groups = new Map<string, BacktestRow[]>();
  for (const row of rows) for (const name of groupsOf(row)) groups.set(name, [...(groups.get(name) ?? []), row]);
  return Object.fromEntries(
    [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => [name, scoreRows(group)]),
  );
}

/** A claim whose result differs between the replay with all feeds and the one without some. */
export type FeedWorth = {
  readonly slug: string;
  readonly policy: string;
  readonly with: string;
  readonly without: string;
};

/** The claims with another outcome, or another time at which it became known, in the second of two replays. */
export function compareRows(full: readonly BacktestRow[], reduced: readonly BacktestRow[]): FeedWorth[] {
  const results = new Map(reduced.map((row) => [`${row.slug} ${row.policy}`, resultText(row)]));
  return full.flatMap((row) => {
    const without = results.get(`${row.slug} ${row.policy}`) ?? 'not replayed';
    return resultText(row) === without ? [] : [{ slug: row.slug, policy: row.policy, with: resultText(row), without }];
  });
}

function resultText(row: BacktestRow): string {
  return row.outcome === null ? 'open' : `${row.outcome} ${row.effectiveAt} known ${row.knownAt}`;
}
