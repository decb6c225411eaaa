/**
 * A small scanner for TypeScript declarations that takes linear time. It understands comments, string literals, brackets and
 * `type Name = 'a' | 'b' | Other | (string & {});` over any number of lines, and reports members that it does not understand.
 */

/** A type alias and what the scanner found of it as a union of strings. */
export type UnionDeclaration = {
  readonly name: string;
  /** Its string literals, in order. */
  readonly members: readonly string[];
  /** The last segment of each type that it refers to: `ChatModel` for `Shared.ChatModel`. */
  readonly references: readonly string[];
  /** Members that the scanner does not understand, as source text. */
  readonly unread: readonly string[];
};

type Token = { readonly kind: 'word' | 'text' | 'mark'; readonly text: string };

const wordPattern = /[\w$]+/y;
const blankPattern = /\s+/y;

const openers: ReadonlySet<string> = new Set(['(', '{', '[', '<']);
const closers: ReadonlySet<string> = new Set([')', '}', ']', '>']);

/** The idioms for "or any other string", which make a union open-ended. */
const openStrings: ReadonlySet<string> = new Set(['string', '(string&{})', '({}&string)', 'string&{}']);

/** Every `type Name = …` of a source, in order. A name that is declared twice is listed twice. */
export function scanUnions(source: string): UnionDeclaration[] {
  const tokens = tokenise(source);
  const found: UnionDeclaration[] = [];
  let at = 0;
  while (at + 2 < tokens.length) {
    const name = tokens[at + 1];
    if (isToken(tokens[at], 'word', 'type') && name?.kind === 'word' && isToken(tokens[at + 2], 'mark', '=')) {
      const { parts, end } = splitUnion(tokens, at + 3);
      found.push(readUnion(name.text, parts));
      at = end;
    } else {
      at += 1;
    }
  }
  return found;
}

function tokenise(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const char = source.charAt(at);
    const blank = matchAt(blankPattern, source, at) ?? skipComment(source, at);
    if (blank !== null) {
      at += blank.length;
    } else if (char === "'" || char === '"' || char === '`') {
      const text = readQuoted(source, at);
      if (char !== '`') tokens.push({ kind: 'text', text: unescapeText(text.slice(1, -1)) });
      at += text.length;
    } else {
      const word = matchAt(wordPattern, source, at);
      tokens.push(word === null ? { kind: 'mark', text: char } : { kind: 'word', text: word });
      at += word?.length ?? 1;
    }
  }
  return tokens;
}

function matchAt(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? null;
}

/** The comment that starts at `at`, or null. An unclosed comment extends to the end of the source. */
function skipComment(source: string, at: number): string | null {
  const opening = source.slice(at, at + 2);
  if (opening !== '//' && opening !== '/*') return null;
  const end = source.indexOf(opening === '//' ? '\n' : '*/', at + 2);
  return source.slice(at, end === -1 ? source.length : end + (opening === '//' ? 1 : 2));
}

/** The quoted text that starts at `start`, with its quotes. An unclosed one extends to the end of its line. */
function readQuoted(source: string, start: number): string {
  const quote = source.charAt(start);
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === '\\') at += 1;
    else if (char === quote || (char === '\n' && quote !== '`')) return source.slice(start, at + 1);
  }
  return source.slice(start);
}

/** Unescapes quotes, slashes and backslashes; model ids contain no other escapes. */
function unescapeText(text: string): string {
  return text.replaceAll(/\\(['"\\/])/g, '$1');
}

function isToken(token: Token | undefined, kind: Token['kind'], text: string): boolean {
  return token?.kind === kind && token.text === text;
}

/** Splits the union that starts at `start` at every `|` outside brackets. */
function splitUnion(tokens: readonly Token[], start: number): { parts: Token[][]; end: number } {
  let part: Token[] = [];
  const parts = [part];
  let depth = 0;
  let at = start;
  for (; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    const mark = token.kind === 'mark' ? token.text : '';
    if (openers.has(mark)) depth += 1;
    if (closers.has(mark)) depth -= 1;
    if (depth < 0 || (depth === 0 && mark === ';')) break;
    if (depth === 0 && mark === '|') {
      part = [];
      parts.push(part);
    } else {
      part.push(token);
    }
  }
  return { parts, end: at };
}

function readUnion(name: string, parts: readonly (readonly Token[])[]): UnionDeclaration {
  const members: string[] = [];
  const references: string[] = [];
  const unread: string[] = [];
  for (const part of parts) {
    const [first] = part;
    const text = part.map((token) => token.text).join('');
    if (first === undefined || openStrings.has(text)) continue;
    if (part.length === 1 && first.kind === 'text') members.push(first.text);
    else if (isPath(part)) references.push(part.at(-1)?.text ?? '');
    else unread.push(text);
  }
  return { name, members, references, unread };
}

/** Whether a part is `Name` or `Namespace.Name`. */
function isPath(part: readonly Token[]): boolean {
  const fits = part.every((token, index) => (index % 2 === 0 ? token.kind === 'word' : token.text === '.'));
  return fits && part.length % 2 === 1;
}
