#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { backtest } from './cli/backtest.ts';
import { backtestToJson, renderBacktest } from './cli/backtest-report.ts';
import { measureCoverage } from './cli/coverage.ts';
import { coverageFileText, renderCoverage } from './cli/coverage-report.ts';
import { exportToFile, importFromFile } from './cli/export.ts';
import { manageKeys } from './cli/keys.ts';
import { usageError } from './cli/usage.ts';
import { type Config, readConfig } from './config.ts';
import { startOfMinute } from './domain/instant.ts';
import { Refusal } from './domain/refusal.ts';
import { renderOpenApi } from './http/operations.ts';
import { prepare, serve } from './main.ts';
import { makeLog, openRuntime, programVersion } from './runtime.ts';
import type { Deps } from './services/deps.ts';
import { pollDueFeeds, pollFeed } from './services/feeds/polls.ts';
import { refreshModels } from './services/models/states.ts';
import { checkCriterion } from './services/predictions/criteria.ts';
import { applySeed, readSeed } from './services/predictions/seed.ts';
import { resolveDue, resolveEverything } from './services/settling/resolver.ts';

const usage = `outturn <command>

  serve                  the API, the jobs, the docs (what npm start runs)
  migrate                bring the database up to this program
  seed [file]            record a seed file (format: docs/seed.md); the shipped article without a file
  poll [feed]            read every feed that is due, or one feed now
  resolve [--full]       settle what is due; --full evaluates every prediction
  keys create --name <name> --scopes <read,write,…> [--expires <instant>]
  keys list | keys revoke <id>
  check <criterion.json> what a criterion means and what it would come to now; "-" reads standard input
  backtest <directory>   replay dated payloads: what would have been resolved when, and was it right (docs/backtest.md)
                         --truth <file>, --predictions <file>, --policy <name>, --without <feed>, --archives-only, --verify
  coverage <directory>   how late each origin lists releases, from the same archives (docs/accuracy.md); --origin <name>

  export [file]          everything, as lines of JSON (docs/operations.md), into a file or to standard output
  import [file]          such an export, from a file or standard input, into an empty database
  openapi                print the API document

  --json                 machine-readable output
  --help                 this text

The environment is described in docs/configuration.md. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.`;

type Options = ReturnType<typeof readArguments>['values'];
type Invocation = { readonly config: Config; readonly args: readonly string[]; readonly options: Options };

const commands: Readonly<Record<string, (call: Invocation) => Promise<unknown>>> = {
  serve: async ({ config }) => {
    await serve(config, (line) => process.stdout.write(`${line}\n`));
    return null;
  },
  migrate: ({ config }) => withDeps(config, async () => ({ migrated: true })),
  seed: ({ config, args }) => withDeps(config, (deps) => seedFrom(config, deps, args[0])),
  poll: ({ config, args }) => withPrepared(config, (deps) => poll(deps, args[0])),
  resolve: ({ config, options }) =>
    withPrepared(config, async (deps) => {
      const counts = await (options.full === true ? resolveEverything(deps) : resolveDue(deps));
      await refreshModels(deps);
      return counts;
    }),
  keys: ({ config, args, options }) => withDeps(config, (deps) => manageKeys(deps, args, options)),
  export: ({ config, args }) => exportToFile(config, args[0]),
  import: ({ config, args }) => importFromFile(config, args[0]),
  openapi: async () => {
    process.stdout.write(renderOpenApi(programVersion()));
    return null;
  },
  check: ({ config, args }) => withPrepared(config, (deps) => check(deps, args[0])),
  backtest: runBacktest,
  coverage: runCoverage,
};

async function runBacktest({ config, args, options }: Invocation): Promise<unknown> {
  const [directory] = args;
  if (directory === undefined) throw usageError('backtest needs a directory of dated payloads');
  const report = await backtest({
    directory,
    truth: options.truth,
    predictions: options.predictions,
    without: options.without ?? [],
    policies: options.policy ?? [],
    archivesOnly: options['archives-only'] === true,
    verify: options.verify === true,
    log: makeLog(config.logLevel === 'info' ? 'error' : config.logLevel),
  });
  return options.json === true ? backtestToJson(report) : renderBacktest(report);
}

async function runCoverage({ args, options }: Invocation): Promise<unknown> {
  const [directory] = args;
  if (directory === undefined) throw usageError('coverage needs a directory of dated payloads');
  const report = measureCoverage({ directory, origins: options.origin ?? [], now: Date.now() });
  if (options.json !== true) return renderCoverage(report);
  process.stdout.write(`${coverageFileText(report)}\n`);
  return null;
}

async function withDeps<T>(config: Config, run: (deps: Deps) => Promise<T>): Promise<T> {
  const runtime = await openRuntime(config, makeLog(config.logLevel === 'info' ? 'warn' : config.logLevel));
  try {
    return await run(runtime.deps);
  } finally {
    await runtime.close();
  }
}

async function withPrepared<T>(config: Config, run: (deps: Deps) => Promise<T>): Promise<T> {
  return await withDeps(config, async (deps) => {
    await prepare(config, deps);
    return await run(deps);
  });
}

async function seedFrom(config: Config, deps: Deps, file: string | undefined): Promise<unknown> {
  if (file !== undefined) return await applySeed(deps, readSeed(parseFile(file)));
  await prepare({ ...config, seed: 'article' }, deps);
  return { seeded: true };
}

async function poll(deps: Deps, feed: string | undefined): Promise<unknown> {
  if (feed === undefined) return await pollDueFeeds(deps, startOfMinute(deps.now()));
  const { poll: row, resolutions } = await pollFeed(deps, feed);
  return {
    feed,
    result: row.result,
    items: row.items,
    new: row.newItems,
    changed: row.changedItems,
    vanished: row.vanishedItems,
    error: row.errorDetail ?? row.suspectReason,
    resolutions,
  };
}

async function check(deps: Deps, file: string | undefined): Promise<unknown> {
  if (file === undefined) throw usageError('check needs a file with a criterion');
  const { text, polarity, evaluation, warnings } = await checkCriterion(deps, {
    criterion: parseFile(file),
    madeAt: null,
    asOf: null,
  });
  return {
    criterion_text: text,
    polarity,
    verdict: evaluation.verdict,
    effective_at: evaluation.effectiveAt,
    warnings,
    explanation: evaluation.explanation,
  };
}

function parseFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch {
    throw new Refusal('not_found', `cannot read ${path}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('invalid_json', `${path} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
}

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv);
  const [name, ...args] = positionals;
  if (values.help === true || name === undefined) {
    process.stdout.write(`${usage}\n`);
    return values.help === true ? 0 : 2;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return fail(2, `there is no command ${name}\n\n${usage}`);
  const result = await command({
    config: readConfig(process.env),
    args,
    options: values,
  });
  if (result !== null && result !== undefined)
    process.stdout.write(values.json === true ? `${JSON.stringify(result)}\n` : `${render(result)}\n`);
  return 0;
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        full: { type: 'boolean' },
        help: { type: 'boolean' },
        truth: { type: 'string' },
        predictions: { type: 'string' },
        policy: { type: 'string', multiple: true },
        without: { type: 'string', multiple: true },
        origin: { type: 'string', multiple: true },
        'archives-only': { type: 'boolean' },
        verify: { type: 'boolean' },
        name: { type: 'string' },
        scopes: { type: 'string' },
        expires: { type: 'string' },
      },
    });
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
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

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof Refusal)
    return fail(
      1,
      [error.message, ...error.errors.slice(0, 20).map((line) => `  ${line.pointer}: ${line.detail}`)].join('\n'),
    );
  if (error instanceof Error && error.name === 'UsageError') return fail(2, `${error.message}\n\n${usage}`);
  return fail(1, error instanceof Error ? (error.stack ?? error.message) : String(error));
});
