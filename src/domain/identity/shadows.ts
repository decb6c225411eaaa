import type { EntryProblem } from './conflicts.ts';
import type { EntryOf, IdentityEntry } from './entries.ts';
import { familyVendor, findFamily, readName } from './name.ts';
import { isReadable, parseModelId } from './parse.ts';
import { readPlace } from './place.ts';
import type { IdentityTable } from './table.ts';
import { splitTokens } from './tokens.ts';

/** The context of a name that is in no feed. */
const nowhere = { feed: '' } as const;

/**
 * Finds what an entry must never do, whatever names are stored: turn a rolling alias, a preset, a derivative or a
 * codename into a release, change the meaning of a recognised name, or claim the start of names that belong to an alias
 * or another family.
 */
export function findShadow(table: IdentityTable, entry: IdentityEntry): EntryProblem | null {
  switch (entry.kind) {
    case 'alias':
      return findAliasProblem(table, entry);
    case 'vendor':
      for (const [at, family] of entry.families.entries()) {
        const problem = findFamilyProblem(table, entry.id, family);
        if (problem !== null) return { ...problem, pointer: `/families/${at}${problem.pointer}` };
      }
      return null;
    case 'family':
      return findFamilyProblem(table, entry.vendor, entry);
    case 'not_a_model':
    case 'namespace':
    case 'tier':
    case 'channel':
    case 'limited':
      return null;
  }
}

function findAliasProblem(table: IdentityTable, { id, means }: EntryOf<'alias'>): EntryProblem | null {
  if (means === undefined) return null;
  const pointer = '/id';
  const known = parseModelId(table.curated?.file ?? table, id, nowhere);
  if (known.outcome === 'model')
    return { detail: `${id} is already read as a model; to correct it, change the reviewed file`, pointer };
  if (!isReadable(known.reason))
    return { detail: `${id} is known as ${known.reason}, which is never evidence of a release`, pointer };
  if (parseModelId(table, id, nowhere).outcome === 'model')
    return { detail: `${id} is already read as a model because of another addition; supersede that addition`, pointer };
  const meant = parseModelId(table, means, nowhere);
  return meant.outcome === 'model'
    ? null
    : { detail: `${means} is not read as a model (${meant.reason})`, pointer: '/means' };
}

type Names = { readonly family: string; readonly names: readonly string[] };

function findFamilyProblem(table: IdentityTable, vendor: string, { family, names }: Names): EntryProblem | null {
  const own = findShadowed(table, vendor, family);
  if (own !== null) return { detail: own, pointer: '/family' };
  for (const [at, name] of names.entries()) {
    const problem = findTakenOff(table, name) ?? findShadowed(table, vendor, name);
    if (problem !== null) return { detail: problem, pointer: `/names/${at}` };
  }
  return null;
}

/** Hosts and regions are removed from a name before its family is looked up. */
function findTakenOff(table: IdentityTable, name: string): string | null {
  const left = readPlace(table, name, nowhere).name;
  return left === name ? null : `${name} is read as "${left}", because it begins with a host, a region or an alias`;
}

/** How a name collides with a known family, or null. */
function findShadowed(table: IdentityTable, vendor: string, name: string): string | null {
  for (const { text } of splitTokens(name)) {
    const other = familyVendor(table, text);
    if (other !== undefined && other !== vendor) return `${name} contains ${text}, which is a family of ${other}`;
    if (table.words.get(text)?.kind === 'derivative') return `${name} contains ${text}, which marks a derivative`;
  }
  const found = findFamily(table, name);
  if (found === null) return null;
  const { family, rest } = found;
  const key = `${family.vendor}/${family.family}`;
  if (family.vendor !== vendor) return `names of ${key} begin like ${name}`;
  const reading = readName(table, family, rest);
  const isOwn = reading.unknown.length > 0 && reading.version === null && reading.snapshot === null;
  return isOwn ? null : `${name} begins like a model of ${key}; add a tier or a channel to that family instead`;
}
