import type { EntryOf, FamilyGrammar, IdentityEntry } from './entries.ts';
import { findFamily } from './name.ts';
import { readPlace } from './place.ts';
import type { SnapshotFormat } from './schema.ts';
import type { IdentityTable } from './table.ts';
import { splitTokens } from './tokens.ts';

/** Why an entry matches no stored name, or which change would help: a closed set. */
export const hintCodes = [
  'longer_name',
  'joined_version',
  'other_grammar',
  'longer_word',
  'other_family',
  'every_version',
  'prefix_match',
  'without_namespace',
  'unknown_words',
  'no_version',
  'no_family',
  'known_as',
  'not_read_yet',
  'no_such_name',
] as const;

export type HintCode = (typeof hintCodes)[number];

/** A stored name that is not read as a model. */
export type UnreadName = { readonly name: string; readonly feed: string; readonly host: string | null };

/** A small change to an entry that may match more names; `change` describes it. */
export type Variant = { readonly code: HintCode; readonly entry: IdentityEntry; readonly change: string };

type Change<T> = { readonly code: HintCode; readonly fields: Partial<T>; readonly change: string };

/**
 * The entries to try instead of a given one, simplest first: a small fixed set, made for the names that the entry does
 * not match.
 */
export function listVariants(table: IdentityTable, entry: IdentityEntry, unread: readonly UnreadName[]): Variant[] {
  switch (entry.kind) {
    case 'alias':
    case 'not_a_model':
      return listAliasVariants(entry);
    case 'tier':
    case 'channel':
      return [...listWordVariants(table, entry, unread)];
    case 'family':
      return listGrammars(entry, unread).map(({ fields, ...rest }) => ({ ...rest, entry: { ...entry, ...fields } }));
    case 'vendor':
      return entry.families.flatMap((family, at) =>
        listGrammars(family, unread).map(({ fields, ...rest }) => ({
          ...rest,
          entry: { ...entry, families: entry.families.with(at, { ...family, ...fields }) },
        })),
      );
    case 'namespace':
    case 'limited':
      return [];
  }
}

function listAliasVariants(entry: EntryOf<'alias' | 'not_a_model'>): Variant[] {
  const leaf = entry.id.slice(entry.id.lastIndexOf('/') + 1);
  const ids = leaf === entry.id || leaf === '' ? [entry.id] : [leaf, entry.id];
  const variants = ids.flatMap((id): Variant[] => [
    { code: 'without_namespace', entry: { ...entry, id }, change: `${id} without its prefix` },
    { code: 'prefix_match', entry: { ...entry, id, match: 'prefix' }, change: `${id} with \`match: prefix\`` },
  ]);
  return variants.filter((variant) => JSON.stringify(variant.entry) !== JSON.stringify(entry));
}

function* listWordVariants(
  table: IdentityTable,
  entry: EntryOf<'tier' | 'channel'>,
  unread: readonly UnreadName[],
): Generator<Variant> {
  if (entry.kind === 'tier' && entry.versions !== undefined) {
    const { versions: _versions, ...every } = entry;
    yield { code: 'every_version', entry: every, change: `${entry.tier} as a tier of every version` };
  }
  const word = entry.kind === 'tier' ? entry.tier : entry.channel;
  const longer = mostFrequent(unread.flatMap(({ name }) => listLongerPhrases(name, word)));
  if (longer !== null)
    yield { code: 'longer_word', entry: withWord(entry, longer), change: `the longer word ${longer}` };
  const families = unread.flatMap(({ name, feed, host }) => {
    const found = findFamily(table, readPlace(table, name, { feed, host }).name);
    return found === null ? [] : [`${found.family.vendor}/${found.family.family}`];
  });
  const [vendor, family] = mostFrequent(families)?.split('/') ?? [];
  if (vendor === undefined || family === undefined || entry.family === undefined) return;
  if (vendor === entry.vendor && family === entry.family) return;
  yield {
    code: 'other_family',
    entry: { ...entry, vendor, family },
    change: `${word} in the family ${vendor}/${family}`,
  };
}

function withWord(entry: EntryOf<'tier' | 'channel'>, word: string): IdentityEntry {
  return entry.kind === 'tier' ? { ...entry, tier: word } : { ...entry, channel: word };
}

/** The word joined with the one before it, and joined with the one after it. */
function listLongerPhrases(name: string, word: string): string[] {
  const tokens = splitTokens(name.toLowerCase()).map(({ text }) => text);
  const width = splitTokens(word).length;
  return tokens.flatMap((_token, at) => {
    if (tokens.slice(at, at + width).join('-') !== word) return [];
    const before = tokens[at - 1];
    const after = tokens[at + width];
    return [
      ...(after === undefined || /^\d/.test(after) ? [] : [`${word}-${after}`]),
      ...(before === undefined || /\d|\//.test(before) ? [] : [`${before}-${word}`]),
    ];
  });
}

const dated: readonly SnapshotFormat[] = ['YYYY-MM-DD', 'YYYYMMDD', 'YYMMDD'];

/** Other grammars that a family's names may follow: each way to continue the name, alone and with one more rule. */
function listGrammars(family: FamilyGrammar, unread: readonly UnreadName[]): Change<FamilyGrammar>[] {
  const longer = mostFrequent(unread.flatMap(({ name }) => listLongerNames(name, family.names)));
  const begins: Change<FamilyGrammar>[] = [
    { code: 'other_grammar', fields: {}, change: '' },
    { code: 'joined_version', fields: { joins: ['', '-'] }, change: `${family.names[0]} with a joined version` },
  ];
  if (longer !== null)
    begins.push({
      code: 'longer_name',
      fields: { names: [longer], joins: [''] },
      change: `${longer} with a joined version`,
    });
  const rules: Change<FamilyGrammar>[] = [
    { code: 'other_grammar', fields: {}, change: '' },
    { code: 'other_grammar', fields: { snapshots: [...dated, 'MMDD'] }, change: 'month and day stamps' },
    { code: 'other_grammar', fields: { snapshots: [...dated, 'YYMM'] }, change: 'year and month stamps' },
    { code: 'other_grammar', fields: { sizes: 'tier' }, change: 'sizes as tiers' },
    { code: 'other_grammar', fields: { unversioned: 'model' }, change: 'models without a version' },
  ];
  return begins
    .flatMap((begin) =>
      rules.map((rule) => ({
        code: begin.code,
        fields: { ...begin.fields, ...rule.fields },
        change: [begin.change, rule.change].filter((text) => text !== '').join(', '),
      })),
    )
    .slice(1);
}

/** In `kimi-k2-0905`, the longer name of `kimi` is `kimi-k`, before the version. */
function listLongerNames(name: string, starts: readonly string[]): string[] {
  const leaf = name.toLowerCase().slice(name.lastIndexOf('/') + 1);
  return starts.flatMap((start) => {
    const at = leaf.indexOf(start);
    const more = at < 0 ? null : /^[-_.]?[a-z]+(?=\d)/.exec(leaf.slice(at + start.length));
    return more === null ? [] : [start + more[0]];
  });
}

/** The most frequent text; among equals, the alphabetically first. */
function mostFrequent(texts: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return first?.[0] ?? null;
}
