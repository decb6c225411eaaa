import type { z } from 'zod';
import { joinPointer } from './json-pointer.ts';
import type { RefusalDetail } from './refusal.ts';

/** The most characters of a field name that an error repeats. */
const nameCharsShown = 100;

/** What an input is called in errors, and where it is. */
export type InputPlace = {
  readonly name: string;
  /** A JSON Pointer as a URI fragment, `#/criterion`. */
  readonly pointer: string;
  /** What one of its members is called. Default: `field`. */
  readonly member?: string;
  /** Error texts for unknown top-level members that callers are likely to try, by name. */
  readonly hints?: Readonly<Record<string, string>>;
};

type Parsed<T> =
  | { readonly data: T; readonly errors?: undefined }
  | { readonly errors: readonly RefusalDetail[]; readonly data?: undefined };

/**
 * Parses untrusted input. Each error is a sentence that names the field: `limit must be 1 or more`. A message of a schema starts
 * with "must", and the name of the field is put before it; any other message is used as a whole sentence.
 */
export function readInput<S extends z.ZodType>(schema: S, value: unknown, place: InputPlace): Parsed<z.output<S>> {
  const parsed = schema.safeParse(value, { error: describeIssue });
  if (parsed.success) return { data: parsed.data };
  return { errors: parsed.error.issues.flatMap((issue) => issueErrors(issue, [], place)) };
}

function issueErrors(issue: z.core.$ZodIssue, above: readonly PropertyKey[], place: InputPlace): RefusalDetail[] {
  const path = [...above, ...issue.path];
  const pointer = joinPointer(place.pointer, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const name = key.slice(0, nameCharsShown);
      const { hints = {}, member = 'field' } = place;
      const hint = path.length === 0 && Object.hasOwn(hints, key) ? hints[key] : undefined;
      const where = path.length === 0 ? '' : ` in ${nameOf(path, place.name)}`;
      return { detail: hint ?? `there is no ${member} ${name}${where}`, pointer: joinPointer(pointer, [name]) };
    });
  }
  const option = issue.code === 'invalid_union' ? findMeantOption(issue.errors) : undefined;
  if (option !== undefined) return option.flatMap((inner) => issueErrors(inner, path, place));
  const isPredicate = issue.message.startsWith('must ');
  return [{ detail: isPredicate ? `${nameOf(path, place.name)} ${issue.message}` : issue.message, pointer }];
}

/** The errors of the only option of a union whose type fits the value, because they are about what the caller meant. */
function findMeantOption(options: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const fitting = options.filter((issues) =>
    issues.every(({ code, path }) => path.length > 0 || !['invalid_type', 'invalid_value'].includes(code)),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** The last name on the path with the indexes after it: `tier`, `tags[0]`. */
function nameOf(path: readonly PropertyKey[], whole: string): string {
  const start = path.findLastIndex((part) => typeof part === 'string');
  const [name, ...indexes] = start === -1 ? [whole, ...path] : path.slice(start);
  return `${String(name).slice(0, nameCharsShown)}${indexes.map((index) => `[${String(index)}]`).join('')}`;
}

/** The message for an issue whose schema has none. A new issue code of zod does not compile until it has a message. */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'must be present' : `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `must ${sizeText(issue.origin, Number(issue.minimum), issue.inclusive === false ? 'above' : 'min')}`;
    case 'too_big':
      return `must ${sizeText(issue.origin, Number(issue.maximum), issue.inclusive === false ? 'below' : 'max')}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `must match ${issue.pattern}` : `must be a valid ${issue.format}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return 'must not have unknown fields';
    case 'invalid_union':
      return issue.input === undefined ? 'must be present' : unionText(issue);
    case 'invalid_key':
    case 'invalid_element':
      // The path ends in the key, so the key is put before the message.
      return issue.issues.map(({ message }) => message).join(' and ');
    case 'invalid_value':
      return issue.input === undefined ? 'must be present' : `must be ${listWords(issue.values.map(String))}`;
    case 'custom':
      return 'must be valid';
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

type Bound = 'min' | 'max' | 'above' | 'below';

function sizeText(origin: string, bound: number, kind: Bound): string {
  const counted = { string: 'characters', array: 'entries', record: 'entries', object: 'entries' }[origin];
  if (counted === undefined) {
    const words = {
      min: `${bound} or more`,
      max: `${bound} or less`,
      above: `above ${bound}`,
      below: `below ${bound}`,
    };
    return `be ${words[kind]}`;
  }
  if (kind === 'min' && bound === 1) return 'not be empty';
  const words = { min: 'at least', max: 'at most', above: 'more than', below: 'fewer than' };
  return `have ${words[kind]} ${bound} ${counted}`;
}

type UnionIssue = Extract<z.core.$ZodRawIssue, { code: 'invalid_union' }>;

/** Lists the values of the discriminator or, without one, what each option requires of the whole value. */
function unionText({ discriminator, options, errors }: UnionIssue): string {
  if (discriminator !== undefined)
    return Array.isArray(options) ? `must be ${listWords(options.map(String))}` : 'must be valid';
  const words = errors.flatMap((issues) =>
    issues.flatMap(({ path, message }) => (path.length === 0 ? [message.replace(/^must be /, '')] : [])),
  );
  return words.length === 0 ? 'must be valid' : `must be ${[...new Set(words)].join(', or ')}`;
}

function listWords(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
}
