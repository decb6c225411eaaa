import { readTokens, type Token } from './lexer.ts';
import { pythonSyntax, type Syntax } from './syntax.ts';

/** A whole literal of a file, and what its place says about its use. */
export type Literal = {
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The name of what it is assigned to, compared with or passed to: a variable, a field, an option, a function. */
  readonly key: string | null;
  /** Whether it is the name of a field of an object, not a value. */
  readonly isField: boolean;
  /** Whether the program only looks for it in another text: `id.startsWith('gpt-4')`. */
  readonly isPart: boolean;
};

type CodeSyntax = Extract<Syntax, { kind: 'code' }>;

/** What a bracket belongs to. */
type Bracket = { readonly open: string; readonly key: string | null; readonly callee: string | null };

/** The string literals of source code, JSON or TOML. `isWanted` says by its text alone whether a literal is needed. */
export function readCodeLiterals(
  text: string,
  syntax: CodeSyntax,
  isWanted: (text: string) => boolean = () => true,
): Literal[] {
  const tokens = readTokens(text, syntax);
  const brackets: Bracket[] = [];
  const literals: Literal[] = [];
  for (const [index, { kind, text: token, line }] of tokens.entries()) {
    if (kind === 'string' && isWanted(token))
      literals.push({ text: token, line, ...describePlace(tokens, index, brackets.at(-1)) });
    else if (kind === 'mark' && '([{'.includes(token)) brackets.push(openBracket(tokens, index, brackets.at(-1)));
    else if (kind === 'mark' && ')]}'.includes(token)) brackets.pop();
  }
  return literals;
}

/** The literals in the code cells of a notebook. The lines are those of the file. */
export function readNotebookLiterals(text: string, json: CodeSyntax): Literal[] {
  return readCodeLiterals(text, json).flatMap((literal) => {
    if (literal.key !== 'source') return [];
    const source = literal.text.replaceAll('\\n', '\n').replaceAll('\\"', '"').replaceAll('\\\\', '\\');
    return readCodeLiterals(source, pythonSyntax).map((inner) => ({ ...inner, line: literal.line }));
  });
}

function openBracket(tokens: readonly Token[], index: number, outer: Bracket | undefined): Bracket {
  const open = tokens[index]?.text ?? '';
  const callee = open === '(' ? wordsBefore(tokens, index) : null;
  return { open, callee, key: keyBefore(tokens, index, outer) ?? (open === '(' ? null : inheritedKey(outer)) };
}

/** The elements of a list in a list, and a list that is an argument, belong to the name of the outer one. */
function inheritedKey(outer: Bracket | undefined): string | null {
  if (outer === undefined || outer.open === '{') return null;
  return outer.open === '(' ? outer.callee : outer.key;
}

type Place = Pick<Literal, 'key' | 'isField' | 'isPart'>;

function describePlace(tokens: readonly Token[], index: number, bracket: Bracket | undefined): Place {
  const isField = bracket?.open === '{' && isFieldName(tokens, index);
  const isPart = isSearched(tokens, index, bracket);
  if (isField) return { key: bracket?.key ?? null, isField, isPart };
  return { key: keyBefore(tokens, index, bracket) ?? inheritedKey(bracket), isField, isPart };
}

function isFieldName(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1];
  const before = tokens[index - 1]?.text;
  if (next?.kind !== 'mark' || before === '?') return false;
  return next.text === ':' || (next.text === '=' && tokens[index + 2]?.text === '>');
}

const searches: ReadonlySet<string> = new Set([
  ...['startsWith', 'endsWith', 'includes', 'contains', 'indexOf', 'lastIndexOf', 'match', 'search', 'replace'],
  ...['replaceAll', 'split', 'startswith', 'endswith', 'find', 'strip', 'removeprefix', 'removesuffix', 'HasPrefix'],
  ...['HasSuffix', 'Contains', 'TrimPrefix', 'StartsWith', 'EndsWith', 'starts_with', 'ends_with', 'hasPrefix'],
  ...['hasSuffix', 'str_starts_with', 'str_contains', 'RegExp', 'strip_prefix', 'start_with', 'compile', 'test'],
]);

function isSearched(tokens: readonly Token[], index: number, bracket: Bracket | undefined): boolean {
  const next = tokens[index + 1];
  if (next?.kind === 'word' && next.text === 'in') return true;
  if (next?.text === '+' || tokens[index - 1]?.text === '+') return true;
  return bracket?.open === '(' && searches.has(lastWord(bracket.callee));
}

/** `openai.chat` of `openai.chat(`, so that both words describe the argument. Null if no name precedes. */
function wordsBefore(tokens: readonly Token[], index: number): string | null {
  const name = tokens[index - 1];
  if (name?.kind !== 'word') return null;
  const dot = tokens[index - 2];
  const owner = tokens[index - 3];
  return dot?.text === '.' && owner?.kind === 'word' ? `${owner.text}.${name.text}` : name.text;
}

function lastWord(name: string | null): string {
  return name?.split('.').at(-1) ?? '';
}

/** Marks between a name and its value or default: `=`, `:`, `=>`, `==`, `??`, `||`; a union of types: `|`. */
const joins = '=:>!<?|&';

/** The alternatives before one that are skipped in search of their name, and the marks in a row. */
const alternativesMax = 100;
const joinsMax = 8;

function skipJoins(tokens: readonly Token[], from: number): number {
  let at = from;
  while (from - at < joinsMax && isMark(tokens[at], joins)) at -= 1;
  return at;
}

/** The name that a value is assigned to or compared with, if it stands before it. */
function keyBefore(tokens: readonly Token[], index: number, bracket: Bracket | undefined): string | null {
  let at = index - 1;
  const before = tokens[at];
  if (before === undefined) return null;
  if (before.text === ',' && before.kind === 'mark') return keyOfArgument(tokens, at, bracket);
  if (before.kind !== 'mark' || !joins.includes(before.text)) return null;
  at = skipJoins(tokens, at);
  // Alternatives before this one: the strings of a union, or the other branch of a condition.
  for (let i = 0; i < alternativesMax && tokens[at]?.kind === 'string' && isMark(tokens[at - 1], joins); i++)
    at = skipJoins(tokens, at - 1);
  if (tokens[at]?.text === ']' && tokens[at - 1]?.kind === 'string') at -= 1;
  if (tokens[at + 1]?.text === '?' && tokens[at + 2]?.text !== '?') return keyOfCondition(tokens, at);
  const name = tokens[at];
  return name === undefined || name.kind === 'mark' ? null : name.text;
}

/** The tokens of a condition before its question mark that are searched for the name of its value. */
const conditionTokensMax = 20;

/** `model` of `model = isFast ? 'o3' : 'o1'`, from the last token of the condition. */
function keyOfCondition(tokens: readonly Token[], end: number): string | null {
  for (let at = end; at > 0 && end - at < conditionTokensMax; at--) {
    const { kind, text } = tokens[at] ?? { kind: 'mark', text: ';' };
    if (kind !== 'mark') continue;
    if (';{},'.includes(text)) return null;
    const name = tokens[at - 1];
    if ('=:'.includes(text) && name?.kind !== 'mark' && !isMark(tokens[at + 1], '=>')) return name?.text ?? null;
  }
  return null;
}

function isMark(token: Token | undefined, marks: string): boolean {
  return token?.kind === 'mark' && marks.includes(token.text);
}

const readers: ReadonlySet<string> = new Set([
  ...['getenv', 'get', 'env', 'getEnv', 'Getenv', 'GetEnv', 'setdefault', 'getString', 'getProperty', 'setenv', 'set'],
]);

/** `getenv('MODEL', 'gpt-4o')` and `['--model', 'gpt-4o']`: the literal before is the name of this one. */
function keyOfArgument(tokens: readonly Token[], comma: number, bracket: Bracket | undefined): string | null {
  const name = tokens[comma - 1];
  if (name?.kind !== 'string') return null;
  if (/^--?[a-z]/.test(name.text)) return name.text;
  return bracket?.open === '(' && readers.has(lastWord(bracket.callee)) ? name.text : null;
}
