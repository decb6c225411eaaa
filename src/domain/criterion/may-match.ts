import type { PartialName } from '../identity/model-id.ts';
import type { Criterion, ModelPattern } from './criterion.ts';
import { matchesVersion, type VersionStyleOf } from './pattern.ts';
import { patternsOf } from './watch.ts';

/**
 * Whether a partially recognised name may turn out to be a model that the pattern matches: every known part fits, and
 * the unknown words may fit. Such a name never settles a YES, but holds a NO back.
 */
export function mayMatchPattern(pattern: ModelPattern, reading: PartialName, styleOf: VersionStyleOf): boolean {
  if (pattern.vendor !== 'any' && pattern.vendor !== reading.vendor) return false;
  return (
    mayBeFamily(pattern.family, reading) &&
    mayBeVersion(pattern, reading, styleOf) &&
    mayBeTierOf(pattern.tier, reading)
  );
}

/** Whether a partially recognised name may turn out to be a model that some leaf of a criterion matches. */
export function mayMatchCriterion(criterion: Criterion, reading: PartialName, styleOf: VersionStyleOf): boolean {
  return patternsOf(criterion).some((pattern) => mayMatchPattern(pattern, reading, styleOf));
}

/** Whether a name may belong to a family; `any` is a wildcard. The vendor is not compared. */
export function mayBeFamily(wanted: string, { family, unknown }: PartialName): boolean {
  if (wanted === 'any') return true;
  return family === null ? containsFamily(unknown, wanted) : family === wanted;
}

/** A shorter word is not searched for inside others: `gpt` is found in `chatgpt`, but `o` only as a word or in `o5`. */
const insideLettersMin = 3;

/**
 * Whether a name contains every longer word of a family's name. A family without a longer word, such as `o`, must be a
 * word of the name, alone or followed by a number.
 */
function containsFamily(name: readonly string[], family: string): boolean {
  const words = family.split('-');
  const long = words.filter((word) => word.length >= insideLettersMin);
  if (long.length > 0) return long.every((part) => name.some((word) => word.includes(part)));
  return words.every((part) => name.some((word) => word.startsWith(part) && /^\d*$/.test(word.slice(part.length))));
}

function mayBeVersion(
  pattern: ModelPattern,
  { vendor, family, version }: PartialName,
  styleOf: VersionStyleOf,
): boolean {
  if (version === null || family === null) return true;
  return matchesVersion(pattern, { vendor, family, version }, styleOf);
}

function mayBeTierOf(wanted: ModelPattern['tier'], reading: PartialName): boolean {
  if (wanted === 'any') return true;
  return wanted === null ? mayBeTier(null, reading) : wanted.some((tier) => mayBeTier(tier, reading));
}

/** Whether the tier can consist of words of the name: its known tier words, alone or with some of the unknown words. */
function mayBeTier(tier: string | null, { tiers, unknown }: PartialName): boolean {
  const known = tiers.length === 0 ? null : tiers.join('-');
  if (tier === known) return true;
  if (tier === null) return false;
  const knownWords = new Set(known?.split('-'));
  return tier.split('-').every((part) => knownWords.has(part) || unknown.some((word) => word.includes(part)));
}
