import { type CommandName, isCommandName } from './cli/command-table.ts';
import { type Command, readArguments } from './cli/invocation.ts';
import { isUsageError, renderHelp, renderUsage } from './cli/usage.ts';
import { type Config, findUnknownVariables, readConfig, withoutForeignVariables } from './config.ts';
import { transientReason } from './domain/database-failure.ts';
import { Refusal } from './domain/refusal.ts';
import { makeLog } from './log.ts';
import { programVersion } from './package-root.ts';

const runServe: Command = async ({ config }) => {
  const { serve } = await import('./main.ts');
  await serve(config, (line) => process.stdout.write(`${line}\n`));
  return null;
};

const runOpenapi: Command = async () => {
  const { renderOpenApi } = await import('./http/operations.ts');
  process.stdout.write(renderOpenApi(programVersion()));
  return null;
};

/** Each command loads only the modules that it needs. */
const commands: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => runServe,
  migrate: async () => (await import('./cli/service.ts')).runMigrate,
  seed: async () => (await import('./cli/service.ts')).runSeed,
  poll: async () => (await import('./cli/service.ts')).runPoll,
  resolve: async () => (await import('./cli/service.ts')).runResolve,
  keys: async () => (await import('./cli/keys.ts')).runKeys,
  check: async () => (await import('./cli/check.ts')).runCheck,
  backtest: async () => (await import('./cli/archives.ts')).runBacktest,
  coverage: async () => (await import('./cli/archives.ts')).runCoverage,
  ledger: async () => (await import('./cli/archives.ts')).runLedger,
  backup: async () => (await import('./cli/backup.ts')).runBackup,
  restore: async () => (await import('./cli/backup.ts')).runRestore,
  export: async () => (await import('./cli/export.ts')).runExport,
  import: async () => (await import('./cli/export.ts')).runImport,
  'new-epoch': async () => (await import('./cli/service.ts')).runNewEpoch,
  status: async () => (await import('./cli/status.ts')).runStatus,
  scan: async () => (await import('./cli/scan.ts')).runScan,
  openapi: async () => runOpenapi,
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
      const run = await commands[command]();
      const result = await run({ config, args, options, fail: (text) => failures.push(text) });
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
// A process that ends before the command has finished has failed.
process.exitCode = 1;
void main(given)
  .catch((error: unknown) => failWith(error, given))
  .then((code) => {
    process.exitCode = code;
  });
