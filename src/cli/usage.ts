import {
  type CommandHelp,
  type CommandName,
  commandNames,
  commandTable,
  optionsOf,
  optionTable,
} from './command-table.ts';

const widthMax = 26;

/** What `outturn --help` prints. */
export function renderUsage(): string {
  const rows = commandNames.flatMap((name) => {
    const { synopses, meaning }: CommandHelp = commandTable[name];
    return renderRow(name === 'keys' ? 'keys create|list|revoke' : (synopses[0] ?? name), meaning);
  });
  return [
    'outturn <command> [options]',
    '',
    ...rows,
    '',
    ...renderRow('--json', optionTable.json.meaning),
    ...renderRow('--help', 'print this text, or that of a command (outturn backtest --help)'),
    ...renderRow('--version', optionTable.version.meaning),
    '',
    'docs/configuration.md lists the environment variables.',
    'Exit codes: 0 success, 1 refused or failed, 2 wrong usage.',
  ].join('\n');
}

/** What `outturn <command> --help` prints. */
export function renderHelp(name: CommandName): string {
  const { synopses, meaning, more }: CommandHelp = commandTable[name];
  const options = optionsOf(name).filter((option) => option !== 'version');
  return [
    ...synopses.map((synopsis) => `outturn ${synopsis}`),
    '',
    `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`,
    ...(more === undefined ? [] : [more]),
    '',
    ...options.flatMap((option) => {
      const row = optionTable[option];
      return renderRow(`--${option}${'value' in row ? ` ${row.value}` : ''}`, row.meaning);
    }),
  ].join('\n');
}

/** A left column that is too wide has a line of its own. */
function renderRow(left: string, right: string): string[] {
  if (left.length > widthMax) return [`  ${left}`, `  ${' '.repeat(widthMax)}  ${right}`];
  return [`  ${left.padEnd(widthMax)}  ${right}`];
}

/** An error in the arguments: the program prints it and where to read more, and exits with code 2. */
export function usageError(detail: string): Error {
  return Object.assign(new Error(detail), { name: 'UsageError' });
}

export function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'UsageError';
}
