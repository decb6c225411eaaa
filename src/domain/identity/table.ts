import { datedKey, familyKey, versionKey } from './keys.ts';
import { type Limit, toLimit } from './limited.ts';
import type { NotAModel } from './model-id.ts';
import { listProblems } from './problems.ts';
import { type FamilyData, type IdentityData, identitySchema } from './schema.ts';
import { normaliseVersion, type VersionStyle } from './version.ts';

/** The meaning of a word, or of several joined by dashes, inside a name. */
export type Word =
  | { readonly kind: 'tier' }
  | { readonly kind: 'tier_of'; readonly versions: readonly (string | null)[]; readonly otherwise: Word | null }
  | { readonly kind: 'modifier' | 'channel' | 'preview' | 'rolling' | 'preset' | 'derivative' }
  | { readonly kind: 'move'; readonly to: Family; readonly generation: 'version' | 'tier' };

export type Vocabulary = ReadonlyMap<string, Word>;

/** A family's grammar with its words looked up by text. */
export type Family = Omit<FamilyData, 'tiers' | 'channels' | 'presets' | 'rolling' | 'moves' | 'source'> & {
  readonly words: Vocabulary;
};

export type Alias = {
  readonly means: string | null;
  readonly reason: NotAModel['reason'] | null;
  readonly vendor: string | null;
};

export type Prefix = IdentityData['prefixes'][number];
export type SegmentKind = 'host' | 'region' | 'channel';

export type Guards = {
  /** The reviewed file alone. */
  readonly file: IdentityTable;
  /** The file with the additions that are namespaces or limited models. */
  readonly base: IdentityTable;
  /** The file with the additions that are aliases or names of no model. */
  readonly aliases: IdentityTable;
};

/** The identity data with its look-ups; made by `readIdentityTable`, never changed. */
export type IdentityTable = {
  /** The version that responses report: `2026-11-22.1`, or `2026-11-22.1+3` with additions to the file. */
  readonly version: string;
  /** The reviewed file that it was built from, without additions. */
  readonly file: IdentityData;
  /** The number of the last addition that it contains; 0 for none. */
  readonly revision: number;
  /** If there are additions: the tables that limit their effect. */
  readonly curated: Guards | null;
  readonly feeds: ReadonlyMap<string, 'vendor' | 'host' | 'namespace' | 'mention'>;
  readonly vendors: ReadonlySet<string>;
  readonly namespaces: ReadonlyMap<string, string>;
  /** Keyed by `feed host`; see `findOwner`. */
  readonly owners: ReadonlyMap<string, Owner>;
  readonly segments: ReadonlyMap<string, SegmentKind>;
  readonly marks: IdentityData['marks'];
  /** Longest first, as are the prefix aliases, the suffixes and the names. */
  readonly prefixes: readonly Prefix[];
  readonly suffixes: readonly string[];
  readonly aliases: ReadonlyMap<string, Alias>;
  readonly prefixAliases: readonly (Alias & { readonly id: string })[];
  readonly names: readonly { readonly name: string; readonly family: Family }[];
  readonly families: ReadonlyMap<string, Family>;
  readonly words: Vocabulary;
  readonly revisions: ReadonlySet<string>;
  readonly otherKinds: ReadonlySet<string>;
  readonly colonChannels: ReadonlySet<string>;
  readonly familyWords: ReadonlyMap<string, string>;
  readonly datedVersions: ReadonlyMap<string, string>;
  /** By family and version: the tier that a name without a tier means. */
  readonly standsFor: ReadonlyMap<string, string>;
  readonly limits: readonly Limit[];
  /** The number of words of the longest phrase in the data. */
  readonly phraseWordsMax: number;
};

/** The vendor that publishes in a place. `certain`: no other vendor's models are listed there. */
export type Owner = { readonly vendor: string; readonly certain: boolean };

/**
 * Parsed JSON of `data/identity.json` → the table that `parseModelId` uses.
 * Throws if the data is malformed or has dangling references: such data must not be loaded.
 */
export function readIdentityTable(json: unknown): IdentityTable {
  const data = identitySchema.parse(json);
  const problems = [...listProblems(data)];
  if (problems.length > 0) throw new Error(`The identity data contradicts itself: ${problems.join('; ')}.`);
  return buildTable(data);
}

/** Builds the table of data that `listProblems` accepts. */
export function buildTable(data: IdentityData): IdentityTable {
  const families = buildFamilies(data);
  return {
    version: data.version,
    file: data,
    revision: 0,
    curated: null,
    feeds: new Map(Object.entries(data.feeds)),
    vendors: new Set(data.vendors.map(({ id }) => id)),
    namespaces: new Map(data.vendors.flatMap(({ id, namespaces }) => namespaces.map((name) => [name, id] as const))),
    owners: buildOwners(data),
    segments: buildSegments(data),
    marks: data.marks,
    prefixes: longestFirst(data.prefixes, ({ text }) => text),
    suffixes: longestFirst(data.suffixes, (text) => text),
    aliases: new Map(data.aliases.map((alias) => [alias.id, toAlias(alias)])),
    prefixAliases: longestFirst(
      data.aliases.filter(({ match }) => match === 'prefix').map((alias) => ({ ...toAlias(alias), id: alias.id })),
      ({ id }) => id,
    ),
    names: longestFirst(
      [...families.values()].flatMap((family) => family.names.map((name) => ({ name, family }))),
      ({ name }) => name,
    ),
    families,
    words: buildWords(data.words),
    revisions: new Set(data.words.revisions),
    otherKinds: new Set(data.words.otherKinds),
    colonChannels: new Set(data.colonChannels),
    familyWords: new Map(Object.entries(data.familyWords)),
    datedVersions: new Map(data.datedVersions.map((row) => [datedKey(row), row.version])),
    standsFor: new Map(data.standsFor.map((row) => [versionKey(row), row.tier])),
    limits: data.limited.map(toLimit),
    phraseWordsMax: countWordsMax(data),
  };
}

/** How the versions of a family compare; `components` if the table has no such family. */
export function versionStyle(table: IdentityTable, vendor: string, family: string): VersionStyle {
  return table.families.get(familyKey({ vendor, family }))?.style ?? 'components';
}

/**
 * Whether the vendor marks previews in ids, so that an id without a preview word shows that its model is no preview.
 * False if the table has no such family.
 */
export function marksPreviews(table: IdentityTable, vendor: string, family: string): boolean {
  return table.families.get(familyKey({ vendor, family }))?.marksPreviews ?? false;
}

/** The version that a stamp means: `mistral-small-2503` is 3.1 (from the data), `codestral-2501` is 25.01 (by its family). */
export function versionOfStamp(
  table: IdentityTable,
  family: Family,
  tier: string | null,
  snapshot: string | null,
): string | null {
  if (snapshot === null) return null;
  const [, year, month] = (family.stampIsVersion && /^(\d\d)(\d\d)$/.exec(snapshot)) || [];
  const stamped = year === undefined || month === undefined ? null : normaliseVersion(`${year}.${month}`, family.style);
  return table.datedVersions.get(datedKey({ ...family, tier, snapshot })) ?? stamped;
}

/** Feeds are identified by the name of their adapter, with any separator: `models.dev` is `models_dev`. */
export function feedKey(feed: string): string {
  return feed.toLowerCase().replaceAll(/[.-]/g, '_');
}

/** The vendor whose own rows are listed under `host` (a provider or namespace, any case) in that feed, or null. */
export function findOwner(table: IdentityTable, feed: string, host: string): Owner | null {
  const name = host.toLowerCase();
  const key = feedKey(feed);
  const kind = table.feeds.get(key);
  if (kind === 'vendor' || kind === 'mention') return table.vendors.has(name) ? { vendor: name, certain: true } : null;
  return table.owners.get(`${key} ${name}`) ?? null;
}

function longestFirst<T>(items: readonly T[], textOf: (item: T) => string): T[] {
  return items.toSorted((a, b) => textOf(b).length - textOf(a).length);
}

function toAlias(alias: IdentityData['aliases'][number]): Alias {
  return { means: alias.means ?? null, reason: alias.reason ?? null, vendor: alias.vendor ?? null };
}

function buildOwners(data: IdentityData): Map<string, Owner> {
  const owners = new Map<string, Owner>();
  for (const { id, own, sharedHosts } of data.vendors) {
    for (const [feed, hosts] of Object.entries(own)) {
      for (const host of hosts) owners.set(`${feed} ${host}`, { vendor: id, certain: !sharedHosts.includes(host) });
    }
  }
  return owners;
}

function buildSegments({ segments }: IdentityData): Map<string, SegmentKind> {
  const listed = (kind: SegmentKind, names: readonly string[]) => names.map((name) => [name, kind] as const);
  return new Map([
    ...listed('channel', segments.channels),
    ...listed('region', segments.regions),
    ...listed('host', segments.hosts),
  ]);
}

function buildWords(words: IdentityData['words']): Map<string, Word> {
  const listed = (kind: Exclude<Word['kind'], 'tier_of' | 'move'>, names: readonly string[]) =>
    names.map((name) => [name, { kind }] as const);
  return new Map<string, Word>([
    ...listed('channel', words.channels),
    ...listed('preview', words.preview),
    ...listed('preset', words.presets),
    ...listed('rolling', words.rolling),
    ...listed('derivative', words.derivatives),
  ]);
}

/** Families refer to each other through `moves`, so their words are added once all families exist. */
function buildFamilies(data: IdentityData): Map<string, Family> {
  const words = new Map(data.families.map((family) => [familyKey(family), new Map<string, Word>()]));
  const families = new Map<string, Family>();
  for (const row of data.families) {
    const { tiers: _t, channels: _c, presets: _p, rolling: _r, moves: _m, source: _o, ...grammar } = row;
    families.set(familyKey(row), { ...grammar, words: words.get(familyKey(row)) ?? new Map() });
  }
  for (const row of data.families) {
    for (const [text, word] of listFamilyWords(row, families)) words.get(familyKey(row))?.set(text, word);
  }
  return families;
}

function* listFamilyWords(row: FamilyData, families: ReadonlyMap<string, Family>): Generator<[string, Word]> {
  for (const channel of row.channels) yield [channel, { kind: 'channel' }];
  for (const preset of row.presets) yield [preset, { kind: 'preset' }];
  for (const rolling of row.rolling) yield [rolling, { kind: 'rolling' }];
  for (const modifier of row.modifiers) yield [modifier, { kind: 'modifier' }];
  for (const tier of row.tiers) {
    if (typeof tier === 'string') yield [tier, { kind: 'tier' }];
    else yield [tier.tier, toTierOf(row, tier)];
  }
  for (const { word, to, generation } of row.moves) {
    const target = families.get(familyKey({ vendor: row.vendor, family: to }));
    if (target !== undefined) yield [word, { kind: 'move', to: target, generation }];
  }
}

/** In other versions, the word keeps the meaning that the family's channels or the common words give it. */
function toTierOf(row: FamilyData, { tier, versions }: { tier: string; versions: readonly (string | null)[] }): Word {
  return { kind: 'tier_of', versions, otherwise: row.channels.includes(tier) ? { kind: 'channel' } : null };
}

function countWordsMax(data: IdentityData): number {
  const phrases = data.families.flatMap(({ tiers, modifiers, channels, presets, rolling, moves }) => [
    ...tiers.map((tier) => (typeof tier === 'string' ? tier : tier.tier)),
    ...modifiers,
    ...channels,
    ...presets,
    ...rolling,
    ...moves.map(({ word }) => word),
  ]);
  const all = [...phrases, ...Object.values(data.words).flat()];
  return Math.max(1, ...all.map((phrase) => phrase.split('-').length));
}
