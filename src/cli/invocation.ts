import { parseArgs } from 'node:util';
import type { Config } from '../config.ts';
import { usageError } from './usage.ts';

export type Options = ReturnType<typeof readArguments>['values'];

/** One run of a command. `args` are the positional arguments after its name. */
export type Invocation = { readonly config: Config; readonly args: readonly string[]; readonly options: Options };

/** Prints its result, as text or as JSON, unless that is null. */
export type Command = (invocation: Invocation) => Promise<unknown>;

export function readArguments(argv: readonly string[]) {
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
        order: { type: 'string' },
        markdown: { type: 'boolean' },
        'leave-one-out': { type: 'boolean' },
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
