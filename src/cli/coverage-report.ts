import { chanceOf, missAt, toNumber } from '../domain/evidence/coverage-miss.ts';
import { type CoverageRow, coverageStepDays } from '../domain/evidence/coverage-table.ts';
import { dayMs } from '../domain/instant.ts';
import { medianOf } from '../domain/scores/backtest.ts';
import { type CoverageReport, coverageToJson } from './coverage.ts';
import { renderTable } from './table.ts';

/**
 * The table as text: for each origin, vendor and fact the number of known models, their lags, and the chance of a miss.
 */
export function renderCoverage(report: CoverageReport): string {
  return [
    'Days from the release to the first read that lists the model, and the chance, in per cent, that a read so many days later still lacks it.',
    '',
    ...renderTable([coverageHeads, ...report.rows.map(coverageCells)]),
    '',
    ...report.sources.map((source) => `  from ${source}`),
    ...report.left.map(({ name, why }) => `  left out: ${name} (${why})`),
  ].join('\n');
}

export const coverageHeads: readonly string[] = [
  ...['origin', 'vendor', 'fact', 'read from', 'to', 'reads', 'known', 'missed', 'median lag', 'worst lag'],
  ...coverageStepDays.map((days) => `${days} d`),
];

export function coverageCells(row: CoverageRow): string[] {
  const lags = row.models.flatMap(({ lag_days: lag }) => (lag === null ? [] : [lag]));
  const days = (value: number | null) => (value === null ? '' : value.toFixed(1));
  return [
    ...[
      row.origin,
      row.vendor,
      row.fact,
      row.reads.from.slice(0, 10),
      row.reads.to.slice(0, 10),
      String(row.reads.count),
    ],
    ...[String(row.models.length), String(row.models.length - lags.length)],
    ...[days(medianOf(lags)), days(lags.length === 0 ? null : Math.max(...lags))],
    ...coverageStepDays.map((step) => {
      const miss = missAt(row, step * dayMs);
      return miss === null ? '' : (toNumber(chanceOf(miss)) * 100).toFixed(0);
    }),
  ];
}

/** The file itself, one model per line, so that diffs are readable. */
export function coverageFileText(report: CoverageReport): string {
  const { rows, ...head } = coverageToJson(report);
  const lines = rows.map(({ models, ...row }) => {
    const start = JSON.stringify(row).slice(0, -1);
    return `    ${start},"models":[${models.map((model) => `\n      ${JSON.stringify(model)}`).join(',')}\n    ]}`;
  });
  const open = JSON.stringify(head, null, 2).slice(0, -2);
  return `${open},\n  "rows": [\n${lines.join(',\n')}\n  ]\n}`;
}
