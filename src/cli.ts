#!/usr/bin/env node
import { runBacktest, runCoverage, runLedger } from './cli/archives.ts';
import { runBackup, runRestore } from './cli/backup.ts';
import { runCheck } from './cli/check.ts';
import { type CommandName, isCommandName } from './cli/command-table.ts';
import { runExport, runImport } from './cli/export.ts';
import { type Command, readArguments } from './cli/invocation.ts';
import { runKeys } from './cli/keys.ts';
import { runScan } from './cli/scan.ts';
import { runMigrate, runNewEpoch, runPoll, runResolve, runSeed } from './cli/service.ts';
import { runStatus } from './cli/status.ts';
import { isUsageError, renderHelp, renderUsage } from './cli/usage.ts';
import { type Config, findUnknownVariables, readConfig, withoutForeignVariables } from './config.ts';
import { transientReason } from './domain/database-failure.ts';
import { Refusal } from './domain/refusal.ts';
import { renderOpenApi } from './http/operations.ts';
import { serve } from './main.ts';
import { makeLog, programVersion } from './runtime.ts';

const runServe: Command = async ({ config }) => {
  await serve(config, (line) => process.stdout.write(`${line}\n`));
  return null;
};

const runOpenapi: Command = async () => {
  process.stdout.write(renderOpenApi(programVersion()));
  return null;
};

const commands: Readonly<Record<CommandName, Command>> = {
  serve: runServe,
  migrate: runMigrate,
  seed: runSeed,
  poll: runPoll,
  resolve: runResolve,
  keys: runKeys,
  check: runCheck,
  backtest: runBacktest,
  coverage: runCoverage,
  ledger: runLedger,
  backup: runBackup,
  restore: runRestore,
  export: runExport,
  import: runImport,
  'new-epoch': runNewEpoch,
  status: runStatus,
  scan: runScan,
  openapi: runOpenapi,
};

/** Details of a refusal that are printed. */
const errorLinesMax = 20;

async function main(argv: readonly string[]): Promise<number> {
  const request = readArguments(argv);
  switch (request.kind) {
    case 'none':
      process.stdout.write(`${renderUsage()}\n`);
      return 2;
    case 'help':
      process.stdout.write(`${request.command === null ? renderUsage() : renderHelp(request.command)}\n`);
      return 0;
    case 'version':
      process.stdout.write(`${programVersion()}\n`);
      return 0;
    case 'run': {
      const { command, args, options } = request;
      const config = readConfig(command === 'scan' ? withoutForeignVariables(process.env) : process.env);
      warnOfUnknownVariables(config);
      const failures: string[] = [];
      const result = await commands[command]({ config, args, options, fail: (text) => failures.push(text) });
      if (result !== null && result !== undefined)
        process.stdout.write(options.json === true ? `${JSON.stringify(result)}\n` : `${render(result)}\n`);
      for (const text of failures) fail(1, text);
      return failures.length === 0 ? 0 : 1;
    }
  }
}

function warnOfUnknownVariables(config: Config): void {
  const unknown = findUnknownVariables(process.env);
  if (unknown.length === 0) return;
  const log = makeLog(config.logLevel);
  for (const { name, nearest } of unknown)
    log.warn(
      { variable: name },
      `${name} has no effect: there is no such variable${nearest === null ? '' : `; did you mean ${nearest}?`}`,
    );
}

function render(result: unknown): string {
  if (typeof result !== 'object' || result === null) return String(result);
  return Object.entries(result)
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value)}`)
    .join('\n');
}

function fail(code: number, text: string): number {
  process.stderr.write(`outturn: ${text}\n`);
  return code;
}

function failWith(error: unknown, argv: readonly string[]): number {
  if (error instanceof Refusal) {
    const details = error.errors.slice(0, errorLinesMax).map((line) => `  ${line.pointer}: ${line.detail}`);
    return fail(1, [error.message, ...details].join('\n'));
  }
  const reason = transientReason(error);
  if (reason !== null && error instanceof Error) return fail(1, `${reason} (${error.message}): try again`);
  if (isUsageError(error)) return fail(2, `${error.message}\nRun "${helpCommand(argv)}" to read how it is used.`);
  return fail(1, error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function helpCommand(argv: readonly string[]): string {
  const command = argv.find(isCommandName);
  return command === undefined ? 'outturn --help' : `outturn ${command} --help`;
}

const given = process.argv.slice(2);
process.exitCode = await main(given).catch((error: unknown) => failWith(error, given));
