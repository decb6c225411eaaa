import { datedKey, familyKey, versionKey } from './keys.ts';
import { listReservedProblems } from './reserved.ts';
import type { IdentityData } from './schema.ts';
import { normaliseVersion } from './version.ts';

/** Lists what makes identity data invalid: duplicates, and references to entries that do not exist. */
export function* listProblems(data: IdentityData): Generator<string> {
  const vendors = new Set(data.vendors.map(({ id }) => id));
  const families = data.families.map(familyKey);
  yield* listTwice('vendor', [...data.vendors.map(({ id }) => id)]);
  yield* listTwice(
    'namespace',
    data.vendors.flatMap(({ namespaces }) => namespaces),
  );
  yield* listReservedProblems(data);
  yield* listTwice('family', families);
  yield* listTwice(
    'name',
    data.families.flatMap(({ names }) => names),
  );
  yield* listTwice(
    'alias',
    data.aliases.map(({ id }) => id),
  );
  yield* listTwice('dated version', data.datedVersions.map(datedKey));
  for (const { vendor, family, moves, style } of data.families) {
    if (!vendors.has(vendor)) yield `family ${family} has a vendor that the file does not define`;
    for (const { to } of moves)
      if (!families.includes(`${vendor}/${to}`)) yield `${family} moves to an undefined family, ${to}`;
    for (const row of data.datedVersions.filter((dated) => dated.vendor === vendor && dated.family === family)) {
      if (normaliseVersion(row.version, style) !== row.version) yield `${datedKey(row)} is not a normalised version`;
    }
  }
  for (const row of data.datedVersions)
    if (!families.includes(familyKey(row))) yield `${datedKey(row)} has an undefined family`;
  yield* listTwice('name of a tier,', data.standsFor.map(versionKey));
  for (const row of data.standsFor) {
    const known = data.families.find((family) => familyKey(family) === familyKey(row));
    if (known === undefined) yield `${versionKey(row)} names a tier of an undefined family`;
    else if (normaliseVersion(row.version, known.style) !== row.version)
      yield `${versionKey(row)} is not a normalised version`;
  }
  for (const row of data.limited) yield* listLimitProblems(data, row);
  for (const { id, means, reason } of data.aliases) {
    if ((means === undefined) === (reason === undefined)) yield `alias ${id} must have either means or reason`;
  }
  for (const { text, as } of data.prefixes) {
    if (as !== undefined && canRepeat(data, text, as)) yield `prefix ${text} could be removed without end`;
  }
}

function* listLimitProblems(data: IdentityData, row: IdentityData['limited'][number]): Generator<string> {
  const { vendor, family, version, from, until } = row;
  const what = `limited ${[vendor, family, version, row.tier, row.name].filter((part) => part != null).join(' ')}`;
  const known = data.families.find((other) => other.vendor === vendor && other.family === family);
  if (family === undefined ? !data.vendors.some(({ id }) => id === vendor) : known === undefined)
    yield `${what} has an undefined ${family === undefined ? 'vendor' : 'family'}`;
  if (version != null && known !== undefined && normaliseVersion(version, known.style) !== version)
    yield `${what} is not a normalised version`;
  if (from !== undefined && until !== undefined && from >= until) yield `${what} ends before it begins`;
}

/**
 * Whether removing this prefix could repeat without end. It cannot if it shortens the text, or if its replacement has
 * the same length and starts no other prefix.
 */
function canRepeat(data: IdentityData, text: string, as: string): boolean {
  if (as.length !== text.length) return as.length > text.length;
  return data.prefixes.some((other) => other.text.startsWith(as) || as.startsWith(other.text));
}

function* listTwice(what: string, keys: readonly string[]): Generator<string> {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) yield `${what} ${key} is defined twice`;
    seen.add(key);
  }
}
