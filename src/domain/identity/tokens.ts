import { parseDate } from '../instant.ts';
import type { SnapshotFormat } from './schema.ts';

/** One word of a name, and the separator before it. The separator is empty if the word is joined to the one before. */
export type Token = { readonly text: string; readonly join: string };

/** A stamp found in a name: its text, its day if it gives one, and the other words. */
export type Snapshot = { readonly text: string; readonly day: string | null; readonly rest: readonly Token[] };

/** Separates the words around a removed stamp, so that they are not read together as a version. */
const gapJoin = '|';

const separators = new Set(['-', '_', ':', '@', ' ', '~', '+', '(', ')']);

/** Splits at separators, and at dots that are not between two digits. One pass. */
export function splitTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let join = '';
  let start = 0;
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    if (char !== undefined && !isSeparator(text, i, char)) continue;
    if (i > start) tokens.push({ text: text.slice(start, i), join });
    if (i > start || join === '') join = char ?? '';
    start = i + 1;
  }
  return tokens;
}

function isSeparator(text: string, at: number, char: string): boolean {
  if (char === '.') return !(isDigit(text[at - 1]) && isDigit(text[at + 1]));
  return separators.has(char);
}

export function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** Finds the first stamp in one of the family's formats, trying the most specific format first. */
export function findSnapshot(tokens: readonly Token[], formats: readonly SnapshotFormat[]): Snapshot | null {
  for (const format of formatOrder) {
    if (!formats.includes(format)) continue;
    const { width, read } = readers[format];
    for (let i = 0; i + width <= tokens.length; i++) {
      const stamp = tokens.slice(i, i + width);
      if (stamp.some(({ join }, at) => at > 0 && join !== '-' && join !== '_')) continue;
      const day = read(stamp.map(({ text }) => text));
      if (day !== false) return cutOut(tokens, i, width, day);
    }
  }
  return null;
}

function cutOut(tokens: readonly Token[], at: number, width: number, day: string | null): Snapshot {
  const stamp = tokens.slice(at, at + width);
  const text = stamp.map((token, i) => (i === 0 ? token.text : token.join + token.text)).join('');
  const after = tokens.slice(at + width).map((token, i) => (i === 0 ? { ...token, join: gapJoin } : token));
  return { text, day, rest: [...tokens.slice(0, at), ...after] };
}

const formatOrder: readonly SnapshotFormat[] = [
  'YYYY-MM-DD',
  'YYYYMMDD',
  'YYMMDD',
  'MM-YYYY',
  'MM-DD',
  'MMDD',
  'YYMM',
  'NNN',
];

/**
 * The number of words of a format, and how to read its day. `read` gives null if the text has no day, and false if it
 * has another format.
 */
const readers: Record<SnapshotFormat, { width: number; read: (parts: string[]) => string | null | false }> = {
  'YYYY-MM-DD': { width: 3, read: ([year, month, day]) => toDay(year, month, day) },
  YYYYMMDD: {
    width: 1,
    read: ([all = '']) => all.length === 8 && toDay(all.slice(0, 4), all.slice(4, 6), all.slice(6)),
  },
  YYMMDD: {
    width: 1,
    read: ([all = '']) => all.length === 6 && toDay(`20${all.slice(0, 2)}`, all.slice(2, 4), all.slice(4)),
  },
  'MM-YYYY': { width: 2, read: ([month, year]) => toDay(year, month, '01') !== false && null },
  'MM-DD': { width: 2, read: ([month, day]) => toDay(leapYear, month, day) !== false && null },
  MMDD: { width: 1, read: ([all = '']) => all.length === 4 && dayOfYear(all) },
  YYMM: { width: 1, read: ([all = '']) => all.length === 4 && monthOfCentury(all) },
  NNN: { width: 1, read: ([all = '']) => /^0\d\d$/.test(all) && null },
};

/** The year to assume if a stamp has none: a leap year, so that 29 February is a day. */
const leapYear = '2024';

/** The first year that occurs in stamps. */
const yearMin = '2019';

function toDay(year = '', month = '', day = ''): string | false {
  if (!/^20\d\d$/.test(year) || year < yearMin || month.length !== 2 || day.length !== 2) return false;
  const text = `${year}-${month}-${day}`;
  return parseDate(text) === null ? false : text;
}

function dayOfYear(all: string): null | false {
  return toDay(leapYear, all.slice(0, 2), all.slice(2)) !== false && null;
}

function monthOfCentury(all: string): null | false {
  return toDay(`20${all.slice(0, 2)}`, all.slice(2), '01') !== false && null;
}
