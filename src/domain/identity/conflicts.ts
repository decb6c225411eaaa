import type { EntryOf, FamilyGrammar, IdentityEntry } from './entries.ts';
import { isSizeWord } from './name.ts';
import { listReservedProblems } from './reserved.ts';
import type { FamilyData, IdentityData } from './schema.ts';
import { splitTokens } from './tokens.ts';
import { normaliseVersion } from './version.ts';

/** Why an entry is rejected, with a JSON Pointer to the field: `/tier`. */
export type EntryProblem = { readonly detail: string; readonly pointer: string };

/**
 * The conflict between an entry and the data that it would be added to, or null. `listProblems` finds what makes any
 * identity data invalid, such as duplicates.
 */
export function findConflict(data: IdentityData, entry: IdentityEntry): EntryProblem | null {
  switch (entry.kind) {
    case 'alias':
    case 'not_a_model':
      return data.aliases.some(({ id }) => id === entry.id)
        ? { detail: `alias ${entry.id} is already defined; GET /v1/identity shows what it means`, pointer: '/id' }
        : null;
    case 'vendor':
      return findVendorConflict(data, entry);
    case 'namespace':
      return findVendor(data, entry.vendor) ?? findNamespaceConflict(data, entry);
    case 'family':
      return findVendor(data, entry.vendor) ?? findFamilyConflict(data, entry.vendor, entry);
    case 'tier':
      return findTierConflict(data, entry);
    case 'channel':
      return findChannelConflict(data, entry);
    case 'limited':
      return findLimitedConflict(data, entry);
  }
}

function findVendor(data: IdentityData, vendor: string): EntryProblem | null {
  if (data.vendors.some(({ id }) => id === vendor)) return null;
  return { detail: `vendor ${vendor} is not known; add it with an entry of the kind vendor`, pointer: '/vendor' };
}

function findVendorConflict(data: IdentityData, entry: EntryOf<'vendor'>): EntryProblem | null {
  if (data.vendors.some(({ id }) => id === entry.id))
    return {
      detail: `vendor ${entry.id} is already defined; add to it with an entry of the kind family`,
      pointer: '/id',
    };
  for (const [at, namespace] of (entry.namespaces ?? []).entries()) {
    const problem = findPlaceConflict(data, entry.id, namespace);
    if (problem !== null) return { detail: problem, pointer: `/namespaces/${at}` };
  }
  for (const [feed, hosts] of Object.entries(entry.own ?? {})) {
    const pointer = `/own/${feed}`;
    const problem = findFeedProblem(data, feed);
    if (problem !== null) return { detail: problem, pointer };
    for (const [at, host] of hosts.entries()) {
      const owner = findOwner(data, feed, host);
      if (owner !== undefined) return { detail: `${host} belongs to ${owner} in ${feed}`, pointer: `${pointer}/${at}` };
    }
  }
  for (const [at, family] of entry.families.entries()) {
    const problem = findFamilyConflict(data, entry.id, family);
    if (problem !== null) return { ...problem, pointer: `/families/${at}${problem.pointer}` };
  }
  const { id, namespaces = [], own = {} } = entry;
  const vendors = [{ id, namespaces, own, sharedHosts: [], source: '' }];
  for (const detail of listReservedProblems({ ...data, vendors })) return { detail, pointer: '/id' };
  return null;
}

function findNamespaceConflict(data: IdentityData, entry: EntryOf<'namespace'>): EntryProblem | null {
  const { vendor, namespace, own = [] } = entry;
  const place = findPlaceConflict(data, vendor, namespace);
  if (place !== null) return { detail: place, pointer: '/namespace' };
  for (const [at, feed] of own.entries()) {
    const pointer = `/own/${at}`;
    const problem = findFeedProblem(data, feed);
    if (problem !== null) return { detail: problem, pointer };
    const owner = findOwner(data, feed, namespace);
    if (owner !== undefined) return { detail: `${namespace} already belongs to ${owner} in ${feed}`, pointer };
  }
  const known = data.vendors.some((row) => row.id === vendor && row.namespaces.includes(namespace));
  return known && own.length === 0
    ? { detail: `namespace ${namespace} is already defined for ${vendor}`, pointer: '/namespace' }
    : null;
}

/** Why a path segment cannot become a namespace of a vendor. */
function findPlaceConflict(data: IdentityData, vendor: string, namespace: string): string | null {
  const { hosts, regions, channels } = data.segments;
  const company = data.reserved.find((row) => row.id !== vendor && row.namespaces.includes(namespace));
  if (company !== undefined)
    return `namespace ${namespace} is ${company.name}'s, for which the vendor id ${company.id} is reserved`;
  const owner = data.vendors.find((row) => row.id !== vendor && row.namespaces.includes(namespace));
  if (owner !== undefined) return `namespace ${namespace} is already defined for ${owner.id}`;
  const other = data.vendors.find((row) => row.id !== vendor && Object.values(row.own).flat().includes(namespace));
  if (other !== undefined) return `${namespace} is a host of ${other.id}`;
  const known = data.vendors.some((row) => row.id === vendor && row.namespaces.includes(namespace));
  if (hosts.includes(namespace) && !known) return `${namespace} is a host, which serves models of several vendors`;
  if (regions.includes(namespace) || channels.includes(namespace)) return `${namespace} is a region or a channel`;
  return null;
}

function findFeedProblem(data: IdentityData, feed: string): string | null {
  const kind = data.feeds[feed];
  if (kind === 'host' || kind === 'namespace') return null;
  const feeds = Object.keys(data.feeds).filter((key) => data.feeds[key] === 'host' || data.feeds[key] === 'namespace');
  return `${feed} is not a type of feed with hosts or namespaces; use one of ${feeds.join(', ')}`;
}

function findOwner(data: IdentityData, feed: string, host: string): string | undefined {
  return data.vendors.find(({ own }) => own[feed]?.includes(host))?.id;
}

function findFamilyConflict(data: IdentityData, vendor: string, entry: FamilyGrammar): EntryProblem | null {
  if (findFamilyRow(data, { vendor, family: entry.family }) !== undefined)
    return { detail: `family ${vendor}/${entry.family} is already defined`, pointer: '/family' };
  for (const [at, name] of entry.names.entries()) {
    const pointer = `/names/${at}`;
    const owner = data.families.find(({ names }) => names.includes(name));
    if (owner !== undefined)
      return {
        detail: `name ${name} is already defined: names of ${owner.vendor}/${owner.family} begin with it`,
        pointer,
      };
    if (data.aliases.some(({ id }) => id === name)) return { detail: `name ${name} is an alias`, pointer };
  }
  return null;
}

function findTierConflict(data: IdentityData, entry: EntryOf<'tier'>): EntryProblem | null {
  const { tier, versions } = entry;
  const family = findFamilyRow(data, entry);
  if (family === undefined) return noFamily(entry);
  const some = family.tiers.find((row) => typeof row !== 'string' && row.tier === tier);
  if (typeof some === 'object') {
    const known = some.versions.map((version) => version ?? 'none').join(', ');
    if (versions === undefined)
      return {
        detail: `${tier} is already a tier of the versions ${known}; set versions to add more`,
        pointer: '/tier',
      };
    const twice = versions.findIndex((version) => some.versions.includes(version));
    if (twice >= 0)
      return {
        detail: `${tier} is already a tier of ${versions[twice] ?? 'models without a version'}`,
        pointer: `/versions/${twice}`,
      };
  }
  const problem = some === undefined ? findWordProblem(data, family, tier) : null;
  if (problem !== null) return { detail: problem, pointer: '/tier' };
  const odd = (versions ?? []).findIndex((version) => version !== null && !isNormalised(version, family));
  if (odd < 0) return null;
  return {
    detail: `${versions?.[odd]} is not a normalised version, such as 4 or 2.5`,
    pointer: `/versions/${odd}`,
  };
}

function findChannelConflict(data: IdentityData, entry: EntryOf<'channel'>): EntryProblem | null {
  const family = entry.family === undefined ? undefined : findFamilyRow(data, entry);
  if (entry.family !== undefined && family === undefined) return noFamily(entry);
  const problem = findWordProblem(data, family, entry.channel);
  return problem === null ? null : { detail: problem, pointer: '/channel' };
}

function findLimitedConflict(data: IdentityData, { kind: _kind, ...row }: EntryOf<'limited'>): EntryProblem | null {
  const unknown = findVendor(data, row.vendor);
  if (unknown !== null) return unknown;
  const family = row.family === undefined ? undefined : findFamilyRow(data, row);
  if (row.family !== undefined && family === undefined) return noFamily(row);
  if (row.version != null && family !== undefined && !isNormalised(row.version, family))
    return { detail: `${row.version} is not a normalised version, such as 4 or 2.5`, pointer: '/version' };
  if (row.from !== undefined && row.until !== undefined && row.from >= row.until)
    return { detail: 'until must be after from', pointer: '/until' };
  const key = limitKey(row);
  return data.limited.some((other) => limitKey(other) === key)
    ? { detail: 'the same models are already limited', pointer: '' }
    : null;
}

function limitKey(row: Omit<EntryOf<'limited'>, 'kind'>): string {
  const { vendor, family = '*', version = '*', tier = '*', name = '*', from = '', until = '' } = row;
  return JSON.stringify([vendor, family, version, tier, name, from, until]);
}

type FamilyName = { readonly vendor?: string | undefined; readonly family?: string | undefined };

function findFamilyRow(data: IdentityData, { vendor, family }: FamilyName): FamilyData | undefined {
  return data.families.find((row) => row.vendor === vendor && row.family === family);
}

function noFamily({ vendor, family }: FamilyName): EntryProblem {
  return { detail: `family ${vendor}/${family} is not known`, pointer: '/family' };
}

function isNormalised(version: string, family: FamilyData): boolean {
  return normaliseVersion(version, family.style) === version;
}

/** Why a word cannot become a tier or channel: it could never be matched, or it already has a meaning. */
function findWordProblem(data: IdentityData, family: FamilyData | undefined, word: string): string | null {
  const tokens = splitTokens(word).map(({ text }) => text);
  const [first = ''] = tokens;
  if (tokens.join('-') !== word) return `${word} must be words joined by dashes`;
  if (!/\p{L}/u.test(first) || /^v?\d+(?:[.p]\d+)*$/.test(first) || isVersion(first, family))
    return `${word} begins with a number, which is read as a version or a date`;
  if (isSizeWord(word) && family?.sizes !== 'none') return `${word} is read as a size`;
  const known = listWords(data, family).find(({ texts }) => texts.includes(word));
  if (known !== undefined) return `${word} is already ${known.what}`;
  const fixed = listWords(data, family).filter(({ decides }) => decides);
  for (const token of tokens) {
    const part = fixed.find(({ texts }) => texts.includes(token));
    if (part !== undefined) return `${word} contains ${token}, which is ${part.what}`;
    if (Object.hasOwn(data.familyWords, token.replace(/\d[\d.]*$/, '')))
      return `${word} contains ${token}, which names a family`;
  }
  return null;
}

function isVersion(token: string, family: FamilyData | undefined): boolean {
  return (
    family?.letters.some((letter) => token.endsWith(letter) && /^\d+$/.test(token.slice(0, -letter.length))) === true
  );
}

type KnownWords = {
  readonly what: string;
  readonly texts: readonly string[];
  /** A name with such a word is never a general release. No new word may contain it. */
  readonly decides: boolean;
};

function listWords({ words }: IdentityData, family: FamilyData | undefined): KnownWords[] {
  const all = [
    { what: 'a word for previews', texts: words.preview, decides: true },
    { what: 'a word for rolling aliases', texts: words.rolling, decides: true },
    { what: 'a preset', texts: words.presets, decides: true },
    { what: 'a word for derivatives', texts: words.derivatives, decides: true },
    { what: 'a channel of every family', texts: words.channels, decides: false },
  ];
  if (family === undefined) return all;
  const of = `of ${family.family}`;
  return [
    ...all,
    { what: `a rolling word ${of}`, texts: family.rolling, decides: true },
    { what: `a preset ${of}`, texts: family.presets, decides: true },
    {
      what: `a word that means a family other than ${family.family}`,
      texts: family.moves.map(({ word }) => word),
      decides: true,
    },
    {
      what: `a tier ${of}`,
      texts: family.tiers.map((row) => (typeof row === 'string' ? row : row.tier)),
      decides: false,
    },
    { what: `a modifier ${of}`, texts: family.modifiers, decides: false },
    { what: `a channel ${of}`, texts: family.channels, decides: false },
  ];
}
