/**
 * Versions of models as vendors write them: numbers with dots and at most one final letter (`5`, `4.10`, `4o`).
 * Compared number by number, or, where the identity table says so (xAI), as decimal fractions.
 */

export type VersionStyle = 'components' | 'decimal';

/** The maximum length of a version, in characters. */
export const versionCharactersMax = 16;

const versionPattern = /^\d+(?:\.\d+){0,3}[a-z]?$/;

/** Whether the text is a comparable version: `5`, `4.1`, `4o`; not `v5`, `5.x` or the empty text. */
export function isVersion(text: string): boolean {
  return text.length <= versionCharactersMax && versionPattern.test(text);
}

/**
 * Normalises a version: removes leading zeros of its numbers and a final `.0` (`3.0` is `3`). For decimals, it also
 * removes final zeros of the fraction (`4.20` is `4.2`).
 */
export function normaliseVersion(version: string, style: VersionStyle = 'components'): string {
  const { numbers, letter } = splitVersion(version);
  if (style === 'decimal' && numbers.length > 1) {
    const fraction = numbers.slice(1).join('').replace(/0+$/, '');
    return `${stripZeros(numbers[0] ?? '')}${fraction === '' ? '' : `.${fraction}`}${letter}`;
  }
  const kept = numbers.map(stripZeros);
  while (kept.length > 1 && kept.at(-1) === '0') kept.pop();
  return `${kept.join('.')}${letter}`;
}

/**
 * Less than 0 when `a` is the older version, 0 when they are the same, more than 0 when it is the newer.
 * Number by number: 4.9 < 4.10, 5 = 5.0, 4 < 4o < 4.1. As decimals: 4.20 = 4.2 < 4.3.
 * A total order over any two texts; never throws.
 */
export function compareVersions(a: string, b: string, style: VersionStyle = 'components'): number {
  const left = splitVersion(a);
  const right = splitVersion(b);
  const byNumbers =
    style === 'decimal' ? compareDecimals(left.numbers, right.numbers) : compareComponents(left.numbers, right.numbers);
  if (byNumbers !== 0) return byNumbers;
  if (left.letter === right.letter) return 0;
  return left.letter < right.letter ? -1 : 1;
}

type VersionParts = { readonly numbers: readonly string[]; readonly letter: string };

/** Parts of versions that were split before: a criterion is compared with the same few hundred versions again and again. */
const knownParts = new Map<string, VersionParts>();
const knownPartsMax = 10_000;

/** A letter (`4o`) orders a version between its number and the next minor version, so it is compared last. */
function splitVersion(version: string): VersionParts {
  const known = knownParts.get(version);
  if (known !== undefined) return known;
  const letter = version.replace(/^[\d.]*/, '');
  const digits = version.slice(0, version.length - letter.length);
  const parts = { numbers: digits.split('.'), letter };
  if (version.length > versionCharactersMax) return parts;
  if (knownParts.size >= knownPartsMax) knownParts.clear();
  knownParts.set(version, parts);
  return parts;
}

function compareComponents(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareDigits(a[i] ?? '0', b[i] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

function compareDecimals(a: readonly string[], b: readonly string[]): number {
  const byWhole = compareDigits(a[0] ?? '0', b[0] ?? '0');
  if (byWhole !== 0) return byWhole;
  const left = a.slice(1).join('');
  const right = b.slice(1).join('');
  const width = Math.max(left.length, right.length);
  return compareText(left.padEnd(width, '0'), right.padEnd(width, '0'));
}

/** Compares whole numbers as text, so that no length of digits loses precision. */
function compareDigits(a: string, b: string): number {
  const left = stripZeros(a);
  const right = stripZeros(b);
  return left.length === right.length ? compareText(left, right) : left.length - right.length;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function stripZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '') || '0';
}
