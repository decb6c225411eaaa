import { versionKey } from './keys.ts';
import { type Family, type IdentityTable, versionOfStamp, type Word } from './table.ts';
import { findSnapshot, isDigit, splitTokens, type Token } from './tokens.ts';
import { normaliseVersion } from './version.ts';

/** A name as parsed by the grammar of its family. */
export type Reading = {
  readonly family: Family;
  readonly version: string | null;
  readonly tier: string | null;
  /** The known words of the tier; see `PartialName`. */
  readonly tiers: readonly string[];
  /** The words that the data does not define. */
  readonly unknown: readonly string[];
  /** The version, unless unknown words make it uncertain. Never a version that a stamp implies for a known tier. */
  readonly certainVersion: string | null;
  readonly preview: boolean;
  readonly snapshot: string | null;
  readonly snapshotDay: string | null;
  readonly channels: readonly string[];
  /** Why the name is not a model; null if it is one. */
  readonly flaw: 'unrecognised' | 'rolling_alias' | 'preset' | 'derivative' | null;
};

/** The state of the parser. */
type Draft = {
  family: Family;
  version: string | null;
  tiers: string[];
  modifiers: string[];
  sizes: string[];
  channels: string[];
  preview: boolean;
  stamped: boolean;
  moved: boolean;
  seen: Set<Word['kind'] | 'unknown'>;
  unknown: string[];
  /** Whether the previous word was the version. */
  afterVersion: boolean;
  /** Whether an unknown word may belong to the version, or may be why a number is not the version. */
  versionOpen: boolean;
};

/** The family whose name starts the text, and the rest of the text. The longest declared name takes precedence. */
export function findFamily(table: IdentityTable, name: string): { family: Family; rest: string } | null {
  for (const { name: start, family } of table.names) {
    if (!name.startsWith(start)) continue;
    const rest = name.slice(start.length);
    const next = rest[0];
    const fits =
      next === undefined || next === ':' || next === '@'
        ? !family.joins.every((join) => join === '')
        : family.joins.some((join) => (join === '' ? isDigit(next) : join === next));
    if (fits) return { family, rest };
  }
  return null;
}

/** Parses the text after a family's name: first the stamp, then version, tiers, stage and channels in one pass. */
export function readName(table: IdentityTable, family: Family, rest: string): Reading {
  const draft: Draft = {
    family,
    version: null,
    tiers: [],
    modifiers: [],
    sizes: [],
    channels: [],
    preview: false,
    stamped: false,
    moved: false,
    seen: new Set(),
    unknown: [],
    afterVersion: false,
    versionOpen: false,
  };
  const tokens = takeColons(table, splitTokens(rest), draft);
  const stamp = findSnapshot(tokens, family.snapshots);
  draft.stamped = stamp !== null;
  let left = unglueTiers(family, stamp === null ? tokens : stamp.rest);
  while (left.length > 0) left = left.slice(readNext(table, family, left, draft));
  return finish(table, draft, stamp?.text ?? null, stamp?.day ?? null);
}

function takeColons(table: IdentityTable, tokens: readonly Token[], draft: Draft): Token[] {
  return tokens.filter(({ text, join }) => {
    const channel = join === ':' && table.colonChannels.has(text);
    if (channel) draft.channels.push(text);
    return !channel;
  });
}

/** Separates a tier from a version joined to it (`opus4-5`), in families that allow this. */
function unglueTiers(family: Family, tokens: readonly Token[]): Token[] {
  if (!family.gluedTiers) return [...tokens];
  return tokens.flatMap((token) => {
    const letters = /^[a-z]+(?=\d)/.exec(token.text)?.[0];
    if (letters === undefined || family.words.get(letters)?.kind !== 'tier') return [token];
    return [
      { text: letters, join: token.join },
      { text: token.text.slice(letters.length), join: '' },
    ];
  });
}

/** Consumes the next words that form one meaning, and returns how many there were. */
function readNext(table: IdentityTable, start: Family, tokens: readonly Token[], draft: Draft): number {
  const ofVersion = readVersion(tokens, draft);
  const { afterVersion } = draft;
  draft.afterVersion = ofVersion > 0;
  if (ofVersion > 0) {
    draft.versionOpen = leavesVersionOpen(draft);
    return ofVersion;
  }
  const phrase = findPhrase(table, start, tokens, draft);
  if (phrase !== null) {
    applyWord(phrase.text, phrase.word, draft);
    return phrase.width;
  }
  const text = tokens[0]?.text ?? '';
  if (readSize(text, draft)) return 1;
  if ((draft.version !== null || draft.stamped) && table.revisions.has(text)) draft.channels.push(text);
  else if (namesAnotherFamily(table, text)) draft.seen.add('derivative');
  else noteUnknown(text, afterVersion, draft);
  return 1;
}

/**
 * Whether a number after an unknown word may be the version. Versions must be allowed after tiers in the family, and
 * the word itself must have no digit: in `claude-nova4-5` the version may be 4.5.
 */
function leavesVersionOpen({ family, unknown }: Draft): boolean {
  return unknown.length > 0 && (family.order === 'first' || unknown.some((word) => /\d/.test(word)));
}

/** A word after a version may belong to it, in a form that the family does not declare yet: `gpt-6-12`, `gpt-4-o`. */
function noteUnknown(text: string, afterVersion: boolean, draft: Draft): void {
  draft.seen.add('unknown');
  draft.unknown.push(text);
  const endsVersion = (/^\d{1,2}(?!\d)/.test(text) && !modelSize.test(text)) || draft.family.letters.includes(text);
  if (afterVersion && endsVersion) draft.versionOpen = true;
}

/** A version: a number of one digit, two such numbers joined by a decimal sign, or a number with a dot. */
function readVersion(tokens: readonly Token[], draft: Draft): number {
  const { family } = draft;
  const first = tokens[0]?.text.replace(/^v(?=\d)/, '') ?? '';
  if (draft.version !== null || !isDigit(first[0])) return 0;
  if (draft.tiers.some((tier) => (family.order === 'first' ? !draft.moved : family.numberedTiers.includes(tier))))
    return 0;
  const letter = family.letters.find((last) => first.endsWith(last)) ?? '';
  const number = first.slice(0, first.length - letter.length);
  if (/^\d{1,2}[.p]\d{1,2}$/.test(number)) {
    const sign = number.includes('p') ? 'p' : '.';
    if (!family.decimals.includes(sign)) return 0;
    draft.version = normaliseVersion(number.replace('p', '.') + letter, family.style);
    return 1;
  }
  if (!/^\d$/.test(number)) return 0;
  const minor = letter === '' ? readMinor(tokens[1], family) : null;
  draft.version = normaliseVersion(`${number}${minor === null ? '' : `.${minor}`}${letter}`, family.style);
  return minor === null ? 1 : 2;
}

function readMinor(token: Token | undefined, family: Family): string | null {
  if (token === undefined || token.text.length > family.minorDigits || !/^(?:\d|[1-9]\d)$/.test(token.text))
    return null;
  const sign = family.decimals.find((decimal) => decimal === token.join);
  return sign === undefined ? null : token.text;
}

type SettledWord = Exclude<Word, { kind: 'tier_of' }>;
type Phrase = { text: string; word: SettledWord; width: number };

/** The longest phrase that is declared by the current family, by the family of the name or among the common words. */
function findPhrase(
  table: IdentityTable,
  start: Family,
  tokens: readonly Token[],
  { family, version }: Draft,
): Phrase | null {
  for (let width = Math.min(table.phraseWordsMax, tokens.length); width > 0; width--) {
    const text = tokens
      .slice(0, width)
      .map((token) => token.text)
      .join('-');
    for (const words of [family.words, start.words, table.words]) {
      const word = settleWord(words.get(text), version);
      if (word !== null) return { text, word, width };
    }
  }
  return null;
}

/** A tier of some versions only counts with those versions. */
function settleWord(word: Word | undefined, version: string | null): SettledWord | null {
  if (word?.kind !== 'tier_of') return word ?? null;
  return word.versions.includes(version) ? { kind: 'tier' } : settleWord(word.otherwise ?? undefined, version);
}

function applyWord(text: string, word: SettledWord, draft: Draft): void {
  draft.seen.add(word.kind);
  switch (word.kind) {
    case 'tier':
      draft.tiers.push(text);
      return;
    case 'modifier':
      draft.modifiers.push(text);
      return;
    case 'channel':
    case 'preset':
      draft.channels.push(text);
      return;
    case 'preview':
      draft.preview = true;
      return;
    case 'move':
      moveTo(word.to, word.generation, draft);
      return;
    case 'rolling':
    case 'derivative':
  }
}

function moveTo(family: Family, generation: 'version' | 'tier', draft: Draft): void {
  draft.family = family;
  draft.moved = true;
  if (generation === 'version' || draft.version === null) return;
  draft.tiers.unshift(draft.version);
  draft.version = null;
}

/** The number of experts of a mixture model: `16e`. Never a tier. */
const expertCount = /^\d{1,3}e$/;

/** `70b`, `8x7b`, `e4b`, `1t05` (1.05 trillion), or the active part of a mixture, `a22b`. */
const modelSize = /^(?:(?:[ae]?\d{1,4}(?:[.p]\d{1,2})?|\d{1,2}x\d{1,3})[bmt]|\d{1,2}[bt]\d{1,2})$/;

export function isSizeWord(word: string): boolean {
  return expertCount.test(word) || modelSize.test(word);
}

/** Consumes a size; a second one must be the active part of the first. */
function readSize(text: string, draft: Draft): boolean {
  if (draft.family.sizes === 'none') return false;
  if (expertCount.test(text)) {
    draft.channels.push(text);
    return true;
  }
  if (!modelSize.test(text) || (draft.sizes.length > 0 && !text.startsWith('a'))) return false;
  draft.sizes.push(text.replace('p', '.').replace(/^(\d+)([bt])(\d+)$/, '$1.$3$2'));
  return true;
}

/** Whether a word names a family, with or without a version joined to it: `qwen3`, `llama3.3`. */
export function namesAnotherFamily(table: IdentityTable, word: string): boolean {
  return familyVendor(table, word) !== undefined;
}

export function familyVendor(table: IdentityTable, word: string): string | undefined {
  return table.familyWords.get(word.replace(/\d[\d.]*$/, ''));
}

function finish(table: IdentityTable, draft: Draft, snapshot: string | null, snapshotDay: string | null): Reading {
  const { family, channels, unknown } = draft;
  const preview = draft.preview || family.preview;
  const tiers = listTierParts(draft);
  const named = tiers.length === 0 ? null : tiers.join('-');
  const version = draft.version ?? versionOfStamp(table, family, named, snapshot);
  const tier = named ?? (version === null ? null : (table.standsFor.get(versionKey({ ...family, version })) ?? null));
  const flaw = findFlaw(draft, tier, version, snapshot);
  const certainVersion = draft.versionOpen ? null : draft.version;
  return { family, version, tier, tiers, unknown, certainVersion, preview, snapshot, snapshotDay, channels, flaw };
}

function listTierParts({ family, tiers, modifiers, sizes, channels }: Draft): string[] {
  const asTier = tiers.length === 0 && family.sizes === 'tier';
  const size = sizes.join('-');
  if (!asTier) channels.push(...sizes);
  return [...tiers, ...(asTier && size !== '' ? [family.sizeSynonyms[size] ?? size] : []), ...modifiers];
}

function findFlaw(
  { family, seen }: Draft,
  tier: string | null,
  version: string | null,
  snapshot: string | null,
): Reading['flaw'] {
  if (seen.has('derivative')) return 'derivative';
  if (seen.has('unknown')) return 'unrecognised';
  if (seen.has('rolling')) return 'rolling_alias';
  if (seen.has('preset')) return 'preset';
  if (version !== null || (tier !== null && family.unversionedTiers.includes(tier))) return null;
  if (family.unversioned === 'model' || (snapshot !== null && family.unversioned === 'rolling_alias')) return null;
  return family.unversioned;
}
