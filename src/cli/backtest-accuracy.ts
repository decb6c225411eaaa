import type { BacktestRow } from '../services/backtest/rows.ts';
import type { BacktestScore } from '../services/backtest/summary.ts';
import type { BacktestReport } from './backtest.ts';
import { scoreCells, scoreHeads } from './backtest-report.ts';

/** The figures of a replay as Markdown tables: the section of docs/accuracy.md. */
export function renderAccuracy(report: BacktestReport): string {
  const { predictions, score, byOperator, byVendor, worth } = report;
  const groups = (scores: Record<string, BacktestScore>): string[][] =>
    Object.entries(scores).map(([name, one]) => [`\`${name}\``, ...scoreCells(one)]);
  return [
    ...markdownTable(['operator', ...scoreHeads], [['all', ...scoreCells(score)], ...groups(byOperator)]),
    '',
    ...markdownTable(['vendor', ...scoreHeads], groups(byVendor)),
    '',
    ...markdownTable(
      ['undetermined because', 'true outcome', 'claims', 'vendors'],
      listMissing(predictions).map(({ reason, truth, count, vendors }) => [
        `\`${reason}\``,
        truth,
        String(count),
        vendors.join(', '),
      ]),
    ),
    ...(worth === undefined
      ? []
      : ['', `Without ${worth.without.join(', ')}, ${worth.changed.length} claims end differently.`]),
  ].join('\n');
}

type Missing = {
  readonly reason: string;
  readonly truth: string;
  readonly count: number;
  readonly vendors: readonly string[];
};

/** Why claims stayed undetermined, by reason and true outcome, the most frequent first. */
function listMissing(rows: readonly BacktestRow[]): Missing[] {
  const groups = new Map<string, BacktestRow[]>();
  for (const row of rows.filter(({ judgement }) => judgement === 'undetermined')) {
    const key = `${row.reason} ${row.truth?.outcome}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()]
    .map((group) => ({
      reason: group[0]?.reason ?? '',
      truth: group[0]?.truth?.outcome ?? '',
      count: group.length,
      vendors: [...new Set(group.flatMap(({ vendors }) => vendors))].sort(),
    }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
