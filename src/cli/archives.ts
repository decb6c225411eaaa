import { makeLog } from '../log.ts';
import { backtest } from './backtest.ts';
import { renderAccuracy } from './backtest-accuracy.ts';
import { backtestToJson, renderBacktest } from './backtest-report.ts';
import { measureCoverage } from './coverage.ts';
import { coverageFileText, renderCoverage } from './coverage-report.ts';
import type { Command } from './invocation.ts';
import { checkLedger, renderLedgerCheck } from './ledger.ts';
import { usageError } from './usage.ts';

/** `backtest <directory>` */
export const runBacktest: Command = async ({ config, args: [directory], options }) => {
  if (directory === undefined) throw usageError('backtest needs a directory of dated payloads');
  const report = await backtest({
    directory,
    truth: options.truth,
    predictions: options.predictions,
    without: options.without ?? [],
    policies: options.policy ?? [],
    archivesOnly: options['archives-only'] === true,
    leaveOneOut: options['leave-one-out'] === true,
    verify: options.verify === true,
    order: options.order,
    log: makeLog(config.logLevel === 'info' ? 'error' : config.logLevel),
  });
  if (options.markdown === true) return renderAccuracy(report);
  return options.json === true ? backtestToJson(report) : renderBacktest(report);
};

/** `coverage <directory>` */
export const runCoverage: Command = async ({ args: [directory], options }) => {
  if (directory === undefined) throw usageError('coverage needs a directory of dated payloads');
  const report = measureCoverage({ directory, origins: options.origin ?? [], now: Date.now() });
  if (options.json !== true) return renderCoverage(report);
  process.stdout.write(`${coverageFileText(report)}\n`);
  return null;
};

/** `ledger check <directory>` */
export const runLedger: Command = async ({ args: [verb, directory], options }) => {
  if (verb !== 'check' || directory === undefined) throw usageError('ledger check needs a directory of dated payloads');
  const result = checkLedger(directory);
  return options.json === true ? result : renderLedgerCheck(result);
};
