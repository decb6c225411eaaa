/** What `--help` prints. */
export const usage = `outturn <command>

  serve                  run the API, the jobs and the documentation (npm start)
  migrate                apply the pending database migrations
  seed [file]            record the predictions of a seed file (docs/seed.md); the shipped article without a file
  poll [feed]            poll every feed that is due, or one feed now
  resolve [--full]       settle predictions that are due; --full evaluates every prediction
  keys create --name <name> --scopes <read,write,…> [--expires <instant>]
  keys list | keys revoke <id>
  check <criterion.json> print what a criterion means and its verdict now; "-" reads standard input
  backtest <directory>   replay dated payloads and compare the resolutions with the truth (docs/backtest.md)
                         --truth <file>, --predictions <file>, --policy <name>, --without <feed>,
                         --archives-only, --leave-one-out, --order <time|feeds|seed>, --verify, --markdown
  coverage <directory>   measure how late each origin lists releases, from the same archives (docs/accuracy.md); --origin <name>
  ledger check <directory>
                         list where the ledger and the same archives disagree

  export [file]          write all data as lines of JSON (docs/operations.md) to a file or standard output
  import [file]          load an export from a file or standard input into an empty database
  openapi                print the OpenAPI document

  --json                 print machine-readable output
  --help                 print this text

docs/configuration.md lists the environment variables. Exit codes: 0 success, 1 refused or failed, 2 wrong usage.`;

/** An error in the arguments: the program prints it with the usage and exits with code 2. */
export function usageError(detail: string): Error {
  return Object.assign(new Error(detail), { name: 'UsageError' });
}

export function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'UsageError';
}
