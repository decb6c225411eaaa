import { type Judgement, medianOf } from '../../domain/scores/backtest.ts';
import type { BacktestRow } from './rows.ts';

/** How often a replay was right and how late; days from the first payload that could show the truth. */
export type BacktestScore = {
  readonly claims: number;
  readonly medianDaysLate: number | null;
  readonly worstDaysLate: number | null;
} & { readonly [Name in Judgement]: number };

const none = { right: 0, wrong: 0, premature: 0, misdated: 0, undetermined: 0 } as const;

/** Counts judgements; rows without a truth are not counted. */
export function scoreRows(rows: readonly BacktestRow[]): BacktestScore {
  const counts: { [Name in Judgement]: number } = { ...none };
  const judged = rows.filter((row) => row.judgement !== null);
  for (const { judgement } of judged) if (judgement !== null) counts[judgement] += 1;
  const days = judged.flatMap((row) => (row.daysLate === null ? [] : [row.daysLate]));
  return {
    claims: judged.length,
    ...counts,
    medianDaysLate: medianOf(days),
    worstDaysLate: days.length === 0 ? null : Math.max(...days),
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

/** What a replay without some feeds lost against the one with all: no longer settled, or later, in days. */
export type FeedWorth = {
  readonly slug: string;
  readonly policy: string;
  readonly with: string;
  readonly without: string;
};

/** The claims that came out otherwise, or became known at another time, in the second of two replays of the same claims. */
export function compareRows(full: readonly BacktestRow[], reduced: readonly BacktestRow[]): FeedWorth[] {
  const told = new Map(reduced.map((row) => [`${row.slug} ${row.policy}`, tell(row)]));
  return full.flatMap((row) => {
    const without = told.get(`${row.slug} ${row.policy}`) ?? 'not replayed';
    return tell(row) === without ? [] : [{ slug: row.slug, policy: row.policy, with: tell(row), without }];
  });
}

function tell(row: BacktestRow): string {
  return row.outcome === null ? 'open' : `${row.outcome} ${row.effectiveAt} known ${row.knownAt}`;
}
