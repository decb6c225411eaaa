import type { Syntax } from './syntax.ts';

type CodeSyntax = Extract<Syntax, { kind: 'code' }>;

/** A part of source code. Comments, spaces, numbers and regular expressions give no token. */
export type Token = {
  readonly kind: 'word' | 'string' | 'mark';
  /** Of a string, the text between its quotes, with its escapes as written. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
};

type State = {
  readonly text: string;
  readonly syntax: CodeSyntax;
  readonly tokens: Token[];
  at: number;
  line: number;
  /** For each template that is open: how many braces are open in its expression. */
  readonly templates: number[];
};

/** Splits source code into tokens in one pass. Text that is not valid gives some tokens, too, and never an error. */
export function readTokens(text: string, syntax: CodeSyntax): Token[] {
  const state: State = { text, syntax, tokens: [], at: 0, line: 1, templates: [] };
  while (state.at < text.length) readToken(state);
  return state.tokens;
}

const wordPattern = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const numberPattern = /\d[\w.]*/y;

function readToken(state: State): void {
  const { text, syntax, at } = state;
  const char = text[at] ?? '';
  const word = matchAt(wordPattern, text, at);
  if (word !== null) push(state, 'word', word, word.length);
  else if (/\s/.test(char)) skip(state, 1);
  else if (skipComment(state) || skipNumber(state)) return;
  else if (char === '`' && syntax.backtick !== null) readBacktick(state);
  else if (syntax.quotes.includes(char)) readString(state, char);
  else if (char === "'" && syntax.hasCharacters) skipCharacter(state);
  else if (char === '/' && syntax.hasRegularExpressions && skipRegularExpression(state)) return;
  else readMark(state, char);
}

function skipNumber(state: State): boolean {
  const number = matchAt(numberPattern, state.text, state.at);
  if (number !== null) skip(state, number.length);
  return number !== null;
}

function readMark(state: State, char: string): void {
  const { templates } = state;
  const depth = templates.at(-1);
  if (depth === 0 && char === '}') {
    templates.pop();
    skip(state, 1);
    readTemplate(state, false);
    return;
  }
  if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
  if (depth !== undefined && char === '}') templates[templates.length - 1] = depth - 1;
  push(state, 'mark', char, 1);
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function push(state: State, kind: Token['kind'], text: string, width: number): void {
  state.tokens.push({ kind, text, line: state.line });
  skip(state, width);
}

/** Moves on, and counts the lines. */
function skip(state: State, width: number): void {
  const end = Math.min(state.at + width, state.text.length);
  for (let i = state.at; i < end; i++) if (state.text.charCodeAt(i) === lineFeed) state.line += 1;
  state.at = end;
}

const lineFeed = 10;

function skipComment(state: State): boolean {
  const { text, syntax, at } = state;
  if (syntax.hasBlockComments && text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2);
    skip(state, (end === -1 ? text.length : end + 2) - at);
    return true;
  }
  if (!syntax.lineComments.some((start) => text.startsWith(start, at))) return false;
  const end = text.indexOf('\n', at);
  skip(state, (end === -1 ? text.length : end) - at);
  return true;
}

function readString(state: State, quote: string): void {
  const { text, at, syntax } = state;
  const triple = quote.repeat(3);
  if (syntax.hasTripleQuotes && text.startsWith(triple, at)) {
    const end = text.indexOf(triple, at + 3);
    const stop = end === -1 ? text.length : end;
    push(state, 'string', text.slice(at + 3, stop), stop + 3 - at);
    return;
  }
  let end = at + 1;
  while (end < text.length && text[end] !== quote && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
  // A quote without its pair on the line, such as an apostrophe in a text.
  if (text[end] !== quote) skip(state, 1);
  else push(state, 'string', text.slice(at + 1, end), end + 1 - at);
}

/** `'x'` and `'\n'` are characters; any other single quote is a lifetime or an apostrophe. */
function skipCharacter(state: State): void {
  skip(state, matchAt(characterPattern, state.text, state.at)?.length ?? 1);
}

const characterPattern = /'(?:\\[^\n]{1,8}?|[^'\\\n])'/y;

function readBacktick(state: State): void {
  if (state.syntax.backtick === 'template') {
    skip(state, 1);
    readTemplate(state, true);
    return;
  }
  const end = state.text.indexOf('`', state.at + 1);
  const stop = end === -1 ? state.text.length : end;
  push(state, 'string', state.text.slice(state.at + 1, stop), stop + 1 - state.at);
}

/** The text of a template up to its end or its next expression. Only a template without expressions is a literal. */
function readTemplate(state: State, isWhole: boolean): void {
  const { text, at } = state;
  let end = at;
  while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
  const line = state.line;
  const part = text.slice(at, end);
  const opens = text[end] === '$';
  skip(state, end - at + (opens ? 2 : 1));
  if (isWhole && !opens) state.tokens.push({ kind: 'string', text: part, line });
  else state.tokens.push({ kind: 'mark', text: '`', line });
  if (opens) state.templates.push(0);
}

/** Its length is bounded, because a line with many slashes is tried at each of them. */
const regularExpression = /\/(?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n]){0,200}\]|[^/\\[\n]){1,1000}\/[a-z]*/y;
const wordsBeforeExpression: ReadonlySet<string> = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
]);

/** A slash begins a regular expression where a value is expected; elsewhere it divides. */
function skipRegularExpression(state: State): boolean {
  const last = state.tokens.at(-1);
  const expectsValue =
    last === undefined ||
    (last.kind === 'mark' && !')]}'.includes(last.text)) ||
    (last.kind === 'word' && wordsBeforeExpression.has(last.text));
  const found = expectsValue ? matchAt(regularExpression, state.text, state.at) : null;
  if (found === null) return false;
  skip(state, found.length);
  return true;
}
