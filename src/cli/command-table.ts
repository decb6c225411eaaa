/** The commands of the program and their options: the parser, the help and the messages about mistakes use this table. */

type OptionRow = {
  readonly type: 'boolean' | 'string';
  readonly multiple?: boolean;
  readonly short?: string;
  /** The placeholder for the value in the help text. */
  readonly value?: string;
  readonly meaning: string;
};

export const optionTable = {
  json: { type: 'boolean', meaning: 'print the result as JSON' },
  full: { type: 'boolean', meaning: 'evaluate every prediction, including those that are not due' },
  force: { type: 'boolean', meaning: 'replace the file if it exists' },
  help: { type: 'boolean', short: 'h', meaning: 'print this text' },
  version: { type: 'boolean', meaning: 'print the version' },
  truth: { type: 'string', value: '<file>', meaning: 'the true outcomes to compare with' },
  predictions: { type: 'string', value: '<file>', meaning: 'the claims, as a seed file; default: the shipped article' },
  policy: {
    type: 'string',
    multiple: true,
    value: '<name>',
    meaning: 'evidence policy: default, three-origins or first-party; repeatable',
  },
  without: {
    type: 'string',
    multiple: true,
    value: '<feed>',
    meaning: 'replay a second time without that feed and list the differences; repeatable',
  },
  origin: { type: 'string', multiple: true, value: '<name>', meaning: 'measure this origin only; repeatable' },
  'archives-only': { type: 'boolean', meaning: 'omit the ledger and the SDK histories that ship with Outturn' },
  order: {
    type: 'string',
    value: '<order>',
    meaning: 'order of payloads: time (default), feeds, or the seed of a random order',
  },
  markdown: { type: 'boolean', meaning: 'print the figures as the tables of docs/accuracy.md' },
  'leave-one-out': { type: 'boolean', meaning: 'evaluate each claim with coverage measured without its own models' },
  verify: {
    type: 'boolean',
    meaning: 'also evaluate from scratch after each payload, and report any difference',
  },
  name: { type: 'string', value: '<name>', meaning: 'the name of the new key' },
  scopes: {
    type: 'string',
    value: '<read,write,…>',
    meaning: 'scopes of the new key: read, write, resolve, feeds, webhooks or admin',
  },
  expires: {
    type: 'string',
    value: '<date>',
    meaning: 'when the new key expires: a date (00:00 UTC) or an RFC 3339 date-time',
  },
  sarif: { type: 'boolean', meaning: 'print the result as SARIF 2.1.0, for code hosts' },
  suggest: { type: 'boolean', meaning: 'print what to replace ids by, as Markdown for a pull request' },
  url: { type: 'string', value: '<address>', meaning: 'use the Outturn at that address, with the key in OUTTURN_KEY' },
  watch: { type: 'string', value: '<name>', meaning: 'register the ids as the watch of that name' },
  offline: { type: 'boolean', meaning: 'use the reviewed ends that ship with Outturn, and no database' },
  'fail-within': {
    type: 'string',
    value: '<days>',
    meaning: 'exit with 1 if an id has ended, or ends within so many days',
  },
} as const satisfies Readonly<Record<string, OptionRow>>;

export type OptionName = keyof typeof optionTable;

export type CommandHelp = {
  /** Its forms, one per line. */
  readonly synopses: readonly string[];
  readonly meaning: string;
  readonly argumentsMax: number;
  /** The options that it accepts besides `--help` and `--version`. */
  readonly options: readonly OptionName[];
  /** A page or a remark to show in the help of this command. */
  readonly more?: string;
};

export const commandTable = {
  serve: {
    synopses: ['serve'],
    meaning: 'run the API, the jobs and the documentation (npm start)',
    argumentsMax: 0,
    options: [],
    more: 'It stops on SIGINT or SIGTERM. docs/configuration.md lists the variables it reads.',
  },
  migrate: {
    synopses: ['migrate'],
    meaning: 'apply the pending database migrations',
    argumentsMax: 0,
    options: ['json'],
  },
  seed: {
    synopses: ['seed [file]'],
    meaning: 'record the predictions of a seed file; default: the shipped article',
    argumentsMax: 1,
    options: ['json'],
    more: 'docs/seed.md describes the format; "-" reads standard input.',
  },
  poll: {
    synopses: ['poll [feed]'],
    meaning: 'poll every feed that is due, or one feed now',
    argumentsMax: 1,
    options: ['json'],
  },
  resolve: {
    synopses: ['resolve [--full]'],
    meaning: 'settle the predictions that are due',
    argumentsMax: 0,
    options: ['full', 'json'],
  },
  keys: {
    synopses: ['keys create --name <name> --scopes <read,write,…> [--expires <date>]', 'keys list', 'keys revoke <id>'],
    meaning: 'manage API keys',
    argumentsMax: 2,
    options: ['name', 'scopes', 'expires', 'json'],
    more: 'A new key is printed once.',
  },
  check: {
    synopses: ['check <criterion.json>'],
    meaning: 'print a criterion in words and its current verdict',
    argumentsMax: 1,
    options: ['json'],
    more: 'The file holds the body of POST /v1/criteria/check, or only its criterion; "-" reads standard input.',
  },
  backtest: {
    synopses: ['backtest <directory>'],
    meaning: 'replay dated payloads and compare the resolutions with the truth',
    argumentsMax: 1,
    options: [
      ...(['truth', 'predictions', 'policy', 'without', 'archives-only', 'leave-one-out', 'order'] as const),
      ...(['verify', 'markdown', 'json'] as const),
    ],
    more: 'docs/backtest.md describes the directory and the files.',
  },
  coverage: {
    synopses: ['coverage <directory>'],
    meaning: 'measure how late each origin lists releases, from archived payloads',
    argumentsMax: 1,
    options: ['origin', 'json'],
    more: 'docs/accuracy.md describes the measurement.',
  },
  ledger: {
    synopses: ['ledger check <directory>'],
    meaning: 'list where the ledger and archived payloads disagree',
    argumentsMax: 2,
    options: ['json'],
  },
  backup: {
    synopses: ['backup <file>'],
    meaning: 'back up the embedded database with its secrets, while the server runs or not',
    argumentsMax: 1,
    options: ['force', 'json'],
    more: 'docs/operations.md describes backup and restore. A PostgreSQL server has pg_dump.',
  },
  restore: {
    synopses: ['restore <file>'],
    meaning: 'restore a backup into an empty OUTTURN_DATA_DIR',
    argumentsMax: 1,
    options: ['json'],
    more: 'It begins a new epoch of the event log. docs/operations.md describes backup and restore.',
  },
  export: {
    synopses: ['export [file]'],
    meaning: 'write all data as lines of JSON to a file or standard output',
    argumentsMax: 1,
    options: ['json'],
    more: 'docs/operations.md describes backup and restore.',
  },
  import: {
    synopses: ['import [file]'],
    meaning: 'load an export from a file or standard input into an empty database',
    argumentsMax: 1,
    options: ['json'],
    more: 'docs/operations.md describes backup and restore.',
  },
  'new-epoch': {
    synopses: ['new-epoch'],
    meaning: 'begin a new epoch of the event log after a restore (import does this itself)',
    argumentsMax: 0,
    options: ['json'],
    more: 'Readers of the log are then notified that it was restored. docs/operations.md describes backup and restore.',
  },
  status: {
    synopses: ['status'],
    meaning: 'print the state of the running server, or of its database',
    argumentsMax: 0,
    options: ['json'],
    more: 'It changes nothing.',
  },
  scan: {
    synopses: ['scan <path>'],
    meaning: 'list the model ids that a repository uses, and when they end',
    argumentsMax: 1,
    options: ['fail-within', 'url', 'offline', 'watch', 'suggest', 'sarif', 'json'],
    more: 'docs/scan.md describes what is found, the output and the exit codes.',
  },
  openapi: { synopses: ['openapi'], meaning: 'print the OpenAPI document', argumentsMax: 0, options: [] },
} as const satisfies Readonly<Record<string, CommandHelp>>;

export type CommandName = keyof typeof commandTable;

export const commandNames: readonly CommandName[] = Object.keys(commandTable).filter(isCommandName);

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commandTable, word);
}

export function isOptionName(word: string): word is OptionName {
  return Object.hasOwn(optionTable, word);
}

/** Every option that a command accepts. */
export function optionsOf(name: CommandName): readonly OptionName[] {
  return [...commandTable[name].options, 'help', 'version'];
}
