/**
 * The rules of .gitignore files, as documented by Git. Matching takes time proportional to the length of the rule times the
 * length of the path, because the files come from repositories of unknown origin.
 */

type Part =
  | { readonly kind: 'character'; readonly text: string }
  /** `?`: any character but a slash. `star`: any number of them. */
  | { readonly kind: 'one' | 'star' }
  | { readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] }
  /** Leading or middle double stars: nothing, or directories with their slash. */
  | { readonly kind: 'directories' }
  /** Double stars at the end: everything inside. */
  | { readonly kind: 'rest' };

type IgnoreRule = {
  readonly isNegated: boolean;
  readonly onlyDirectories: boolean;
  /** A rule without a slash matches the name alone, at any depth. */
  readonly matchesName: boolean;
  readonly parts: readonly Part[];
};

/** The rules of one .gitignore file. */
export type IgnoreFile = {
  /** The directory that it is in, from the top of the scan, with a trailing slash; empty for the top. */
  readonly directory: string;
  readonly rules: readonly IgnoreRule[];
};

/** Longer rules, in UTF-16 code units, and further rules are not read. */
export const ruleCharactersMax = 1000;
export const rulesMax = 10_000;

export function readIgnoreFile(directory: string, text: string): IgnoreFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/, rulesMax);
  return { directory, rules: lines.flatMap((line) => readRule(line) ?? []) };
}

function readRule(line: string): IgnoreRule | null {
  const trimmed = trimEnd(line);
  if (trimmed === '' || trimmed.startsWith('#') || trimmed.length > ruleCharactersMax) return null;
  const isNegated = trimmed.startsWith('!');
  const whole = isNegated ? trimmed.slice(1) : trimmed;
  const onlyDirectories = whole.endsWith('/');
  const pattern = onlyDirectories ? whole.slice(0, -1) : whole;
  if (pattern === '') return null;
  const matchesName = !pattern.includes('/');
  return { isNegated, onlyDirectories, matchesName, parts: readParts(pattern.replace(/^\//, '')) };
}

/** Spaces at the end do not count, unless a backslash precedes them. */
function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === ' ' && line[end - 2] !== '\\') end -= 1;
  return line.slice(0, end);
}

function readParts(pattern: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < pattern.length) {
    const { part, width } = readPart(pattern, at);
    // Several stars in a row are like one.
    if (part.kind !== 'star' || parts.at(-1)?.kind !== 'star') parts.push(part);
    at += width;
  }
  return parts;
}

function readPart(pattern: string, at: number): { readonly part: Part; readonly width: number } {
  const isSegmentStart = at === 0 || pattern[at - 1] === '/';
  if (isSegmentStart && pattern.startsWith('**/', at)) return { part: { kind: 'directories' }, width: 3 };
  if (isSegmentStart && pattern.slice(at) === '**') return { part: { kind: 'rest' }, width: 2 };
  const char = pattern[at] ?? '';
  if (char === '*') return { part: { kind: 'star' }, width: 1 };
  if (char === '?') return { part: { kind: 'one' }, width: 1 };
  const [text, negation, members] = /^\[([!^]?)(\]?[^\]]*)\]/.exec(pattern.slice(at)) ?? [];
  if (text !== undefined && members !== undefined)
    return { part: { kind: 'class', isNegated: negation !== '', ranges: readRanges(members) }, width: text.length };
  const isEscaped = char === '\\' && at + 1 < pattern.length;
  return {
    part: { kind: 'character', text: isEscaped ? (pattern[at + 1] ?? '') : char },
    width: isEscaped ? 2 : 1,
  };
}

function readRanges(members: string): (readonly [string, string])[] {
  return [...members.matchAll(/\\?(.)(?:-\\?(.))?/gs)].map(([, from = '', to = from]) => [from, to] as const);
}

/**
 * Whether a path is ignored by the files of its directory and those above, given from the top down. The last rule that matches
 * decides. The caller does not enter ignored directories, so that no rule can include a file in one again.
 */
export function isIgnored(files: readonly IgnoreFile[], path: string, isDirectory: boolean): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  for (const { directory, rules } of [...files].reverse()) {
    const inside = path.slice(directory.length);
    const rule = rules.findLast(
      ({ onlyDirectories, matchesName, parts }) =>
        (isDirectory || !onlyDirectories) && matches(parts, matchesName ? name : inside),
    );
    if (rule !== undefined) return !rule.isNegated;
  }
  return false;
}

/** Follows all ways to match at once: `states` are the parts before which the text read so far can stand. */
function matches(parts: readonly Part[], text: string): boolean {
  let states = new Set<number>();
  enter(parts, 0, states);
  for (const char of text) {
    const next = new Set<number>();
    for (const state of states) advance(parts, state, char, next);
    if (next.size === 0) return false;
    states = next;
  }
  return states.has(parts.length);
}

/** Adds a state, and those after parts that may match nothing. */
function enter(parts: readonly Part[], state: number, states: Set<number>): void {
  states.add(state);
  const kind = parts[state]?.kind;
  if (kind === 'star' || kind === 'directories') enter(parts, state + 1, states);
}

function advance(parts: readonly Part[], state: number, char: string, next: Set<number>): void {
  const part = parts[state];
  switch (part?.kind) {
    case undefined:
      return;
    case 'character':
      if (part.text === char) enter(parts, state + 1, next);
      return;
    case 'one':
      if (char !== '/') enter(parts, state + 1, next);
      return;
    case 'class':
      if (char !== '/' && part.ranges.some(([from, to]) => from <= char && char <= to) !== part.isNegated)
        enter(parts, state + 1, next);
      return;
    case 'star':
      if (char !== '/') enter(parts, state, next);
      return;
    case 'directories':
      next.add(state);
      if (char === '/') enter(parts, state + 1, next);
      return;
    case 'rest':
      next.add(state);
      next.add(state + 1);
  }
}
