import { expect, it } from 'vitest';
import type { BacktestReport } from '../../src/cli/backtest.ts';
import { renderBacktest } from '../../src/cli/backtest-report.ts';
import { scoreRows } from '../../src/services/backtest/summary.ts';
import { at } from '../support/timelines.ts';

const row = {
  slug: 'gpt-5',
  policy: 'default',
  operator: 'released',
  vendors: ['openai'],
  outcome: 'yes',
  effectiveAt: '2025-08-07',
  proposedAt: '2025-08-07T20:00:00Z',
  disputedAt: null,
  knownAt: '2025-08-08T21:00:00Z',
  feeds: ['litellm', 'models-dev'],
  evidence: [],
  why: 'openai/gpt-5 was released',
  reason: 'released_in_window',
  truth: { outcome: 'yes', effectiveAt: '2025-08-07' },
  judgement: 'right',
  daysLate: 1.04,
  readsLate: 3,
} as const;
const open = {
  ...row,
  slug: 'o5',
  outcome: null,
  effectiveAt: null,
  proposedAt: null,
  knownAt: null,
  feeds: [],
  why: 'a NO waits for litellm',
  judgement: 'undetermined',
  daysLate: null,
  readsLate: null,
} as const;

it('the text report of a backtest is aligned in columns', () => {
  const rows = [row, open];
  const payload = { feed: 'litellm', name: 'p', observedAt: at('2025-08-07T20:00:00Z'), items: 9, lost: 1 };
  const report: BacktestReport = {
    readings: [
      { ...payload, result: 'ok', detail: null },
      { ...payload, result: 'suspect', detail: 'half of it is gone' },
      { ...payload, feed: 'ledger', name: 'ledger as published by then', result: 'ok', detail: null },
    ],
    leftOut: [{ name: 'README.md', why: 'no time' }],
    predictions: rows,
    score: scoreRows(rows),
    byPolicy: { default: scoreRows(rows) },
    byFeed: { litellm: scoreRows([row]) },
    byOperator: { released: scoreRows(rows) },
    byVendor: { openai: scoreRows(rows) },
    worth: { without: ['litellm'], changed: [{ slug: 'gpt-5', policy: 'default', with: 'yes', without: 'open' }] },
  };
  expect(renderBacktest(report).split('\n')).toEqual([
    'Payloads',
    '  2025-08-07T20:00:00Z  litellm  ok       9 items, 1 unreadable',
    '  2025-08-07T20:00:00Z  litellm  suspect  9 items, 1 unreadable  half of it is gone',
    '  left out: README.md (no time)',
    '',
    'Predictions',
    '  gpt-5  default  right         yes 2025-08-07  proposed 2025-08-07T20:00:00Z  known 2025-08-08T21:00:00Z  1.0 d late  litellm, models-dev',
    '  o5     default  undetermined  open                                                                                   a NO waits for litellm',
    '',
    'Score',
    '                     claims  right  wrong  premature  misdated  undetermined  median late  worst late  median reads  worst reads',
    '  all                2       1      0      0          0         1             1.0 d        1.0 d       3             3',
    '  policy default     2       1      0      0          0         1             1.0 d        1.0 d       3             3',
    '  operator released  2       1      0      0          0         1             1.0 d        1.0 d       3             3',
    '  vendor openai      2       1      0      0          0         1             1.0 d        1.0 d       3             3',
    '  feed litellm       1       1      0      0          0         0             1.0 d        1.0 d       3             3',
    '',
    'Without litellm: 1 predictions end differently',
    '  gpt-5  default  yes  →  open',
  ]);
});
