import { findConflict } from './conflicts.ts';
import type { EntryOf, FamilyGrammar, IdentityEntry } from './entries.ts';
import { listProblems } from './problems.ts';
import { type FamilyData, familySchema, type IdentityData } from './schema.ts';
import { buildTable, type IdentityTable, readIdentityTable } from './table.ts';

/** An addition that is in effect. */
export type Addition = { readonly id: string; readonly entry: IdentityEntry; readonly reason: string };

export type BuiltIdentity = {
  readonly table: IdentityTable;
  /** The data that the table was built from: the file with every addition that does not conflict with it. */
  readonly data: IdentityData;
  /** Additions without effect, and why. Usually a later file says the same or the opposite, and the file wins. */
  readonly idle: ReadonlyMap<string, string>;
};

/**
 * Builds the table of the reviewed file with its additions up to a revision. An addition that conflicts is left out;
 * this is not an error.
 */
export function buildIdentity(file: IdentityData, additions: readonly Addition[], revision: number): BuiltIdentity {
  const idle = new Map<string, string>();
  let data = file;
  for (const addition of additions) {
    const problem = findAdditionProblem(data, addition);
    if (problem === null) data = withEntry(data, addition);
    else idle.set(addition.id, problem);
  }
  const fitting = additions.filter(({ id }) => !idle.has(id));
  const table = data === file ? tableOfFile(file) : buildTable(data);
  if (revision === 0) return { table, data, idle };
  const curated = data === file ? null : buildGuards(file, fitting);
  return { table: { ...table, file, version: `${file.version}+${revision}`, revision, curated }, data, idle };
}

/** Cached because the file does not change while the program runs, and building its table takes a while. */
const fileTables = new WeakMap<IdentityData, IdentityTable>();

function tableOfFile(file: IdentityData): IdentityTable {
  const known = fileTables.get(file) ?? readIdentityTable(file);
  fileTables.set(file, known);
  return known;
}

/** Why an addition conflicts with the data, or null. */
function findAdditionProblem(data: IdentityData, addition: Addition): string | null {
  const conflict = findConflict(data, addition.entry);
  if (conflict !== null) return conflict.detail;
  for (const problem of listProblems(withEntry(data, addition))) return problem;
  return null;
}

/** The tables that bound what additions can do; see `parseModelId`. */
function buildGuards(file: IdentityData, additions: readonly Addition[]): IdentityTable['curated'] {
  const alone = tableOfFile(file);
  const withOnly = (kinds: readonly IdentityEntry['kind'][]): IdentityTable => {
    const some = additions.filter(({ entry }) => kinds.includes(entry.kind));
    return some.length === 0 ? alone : buildTable(some.reduce(withEntry, file));
  };
  return { file: alone, base: withOnly(['namespace', 'limited']), aliases: withOnly(['alias', 'not_a_model']) };
}

/** The data with one addition. The addition's reason becomes the source of the entry. */
export function withEntry(data: IdentityData, { entry, reason }: Omit<Addition, 'id'>): IdentityData {
  switch (entry.kind) {
    case 'alias': {
      const { kind: _kind, match = 'whole', ...alias } = entry;
      return { ...data, aliases: [...data.aliases, { ...alias, match, source: reason }] };
    }
    case 'not_a_model': {
      const { id, match = 'whole', reason: why = 'not_a_model' } = entry;
      return { ...data, aliases: [...data.aliases, { id, match, reason: why, source: reason }] };
    }
    case 'vendor': {
      const { id, namespaces = [], own = {} } = entry;
      const families = entry.families.map((family) => toFamily(id, family, reason));
      const vendor = { id, namespaces, own, sharedHosts: [], source: reason };
      return { ...data, vendors: [...data.vendors, vendor], families: [...data.families, ...families] };
    }
    case 'namespace':
      return withNamespace(data, entry);
    case 'family': {
      const { kind: _kind, vendor, ...family } = entry;
      return { ...data, families: [...data.families, toFamily(vendor, family, reason)] };
    }
    case 'tier':
      return withFamily(data, entry, (family) => ({ ...family, tiers: addTier(family.tiers, entry) }));
    case 'channel':
      if (entry.family === undefined)
        return { ...data, words: { ...data.words, channels: [...data.words.channels, entry.channel] } };
      return withFamily(data, entry, (family) => ({ ...family, channels: [...family.channels, entry.channel] }));
    case 'limited': {
      const { kind: _kind, ...row } = entry;
      return { ...data, limited: [...data.limited, { ...row, source: reason }] };
    }
  }
}

function toFamily(vendor: string, family: FamilyGrammar, source: string): FamilyData {
  return familySchema.parse({ ...family, vendor, source });
}

function withNamespace(data: IdentityData, { vendor, namespace, own: feeds = [] }: EntryOf<'namespace'>): IdentityData {
  const vendors = data.vendors.map((row) => {
    if (row.id !== vendor) return row;
    const namespaces = row.namespaces.includes(namespace) ? row.namespaces : [...row.namespaces, namespace];
    const own = feeds.map((feed): [string, string[]] => [feed, [...(row.own[feed] ?? []), namespace]]);
    return { ...row, namespaces, own: { ...row.own, ...Object.fromEntries(own) } };
  });
  return { ...data, vendors };
}

function withFamily(
  data: IdentityData,
  { vendor, family }: { readonly vendor?: string | undefined; readonly family?: string | undefined },
  change: (row: FamilyData) => FamilyData,
): IdentityData {
  const families = data.families.map((row) => (row.vendor === vendor && row.family === family ? change(row) : row));
  return { ...data, families };
}

/** Adds a tier. If the tier already exists for some versions only, the versions are added to it. */
function addTier(tiers: FamilyData['tiers'], { tier, versions }: EntryOf<'tier'>): FamilyData['tiers'] {
  if (versions === undefined) return [...tiers, tier];
  const known = tiers.find((row) => typeof row !== 'string' && row.tier === tier);
  const more = typeof known === 'object' ? [...known.versions, ...versions] : versions;
  return [...tiers.filter((row) => row !== known), { tier, versions: more }];
}
