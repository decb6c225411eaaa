import { parseArgs } from 'node:util';
import type { Config } from '../config.ts';
import { nearestWord } from '../domain/nearest-word.ts';
import {
  type CommandName,
  commandNames,
  commandTable,
  isCommandName,
  isOptionName,
  optionsOf,
  optionTable,
} from './command-table.ts';
import { usageError } from './usage.ts';

export type Options = ReturnType<typeof parseStrictly>['values'];

/** One run of a command. */
export type Invocation = {
  readonly config: Config;
  /** The positional arguments after its name. */
  readonly args: readonly string[];
  readonly options: Options;
  /** Records a failure. The result is still printed, followed by the failures, and the exit code is 1. */
  readonly fail: (text: string) => void;
};

/** Its result is printed as text or as JSON, unless it is null. */
export type Command = (invocation: Invocation) => Promise<unknown>;

/** What the arguments ask for. `none` is a call without a command. */
export type Request =
  | { readonly kind: 'none' }
  | { readonly kind: 'version' }
  | { readonly kind: 'help'; readonly command: CommandName | null }
  | {
      readonly kind: 'run';
      readonly command: CommandName;
      readonly args: readonly string[];
      readonly options: Options;
    };

/** Throws a usage error that names the wrong word and the nearest known one. */
export function readArguments(argv: readonly string[]): Request {
  const { tokens } = parseArgs({ args: [...argv], options: optionTable, strict: false, tokens: true });
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const [first, ...args] = words[0] === 'help' ? words.slice(1) : words;
  const command = first === undefined ? null : readCommand(first);
  for (const token of tokens) if (token.kind === 'option') checkOption(token, command);
  const { values: options } = parseStrictly(argv);
  if (options.help === true || words[0] === 'help') return { kind: 'help', command };
  if (options.version === true) return { kind: 'version' };
  if (command === null) return { kind: 'none' };
  const { argumentsMax } = commandTable[command];
  if (args.length > argumentsMax)
    throw usageError(`${command} takes no argument ${JSON.stringify(args[argumentsMax])}`);
  return { kind: 'run', command, args, options };
}

function parseStrictly(argv: readonly string[]) {
  return parseArgs({ args: [...argv], allowPositionals: true, options: optionTable });
}

function readCommand(word: string): CommandName {
  if (isCommandName(word)) return word;
  throw usageError(`there is no command ${JSON.stringify(word)}${suggestion(nearestWord(word, commandNames))}`);
}

type OptionToken = {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
};

function checkOption({ name, rawName, value, inlineValue }: OptionToken, command: CommandName | null): void {
  const known = command === null ? (['json', 'help', 'version'] as const) : optionsOf(command);
  if (!isOptionName(name) || !known.some((option) => option === name)) {
    const nearest = nearestWord(name, known);
    const subject = command === null ? 'there is' : `${command} has`;
    throw usageError(`${subject} no option ${rawName}${suggestion(nearest === null ? null : `--${nearest}`)}`);
  }
  const { type } = optionTable[name];
  if (type === 'boolean' && value !== undefined) throw usageError(`${rawName} takes no value`);
  // "--truth --json" is more likely a forgotten value than a file of that name; "--truth=--json" says so.
  if (type === 'string' && (value === undefined || (value.startsWith('-') && value.length > 1 && inlineValue !== true)))
    throw usageError(`${rawName} needs a value`);
}

function suggestion(nearest: string | null): string {
  return nearest === null ? '' : `; did you mean ${nearest}?`;
}
