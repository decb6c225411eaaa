import { datedKey, familyKey, versionKey } from './keys.ts';
import { listReservedProblems } from './reserved.ts';
import type { IdentityData } from './schema.ts';
import { normaliseVersion } from './version.ts';

/** Whatever keeps identity data from being read: what stands twice, what refers to nothing. */
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
    if (!vendors.has(vendor)) yield `family ${family} belongs to no vendor of the file`;
    for (const { to } of moves) if (!families.includes(`${vendor}/${to}`)) yield `${family} moves to no family, ${to}`;
    for (const row of data.datedVersions.filter((dated) => dated.vendor === vendor && dated.family === family)) {
      if (normaliseVersion(row.version, style) !== row.version) yield `${datedKey(row)} is not written the one way`;
    }
  }
  for (const row of data.datedVersions) if (!families.includes(familyKey(row))) yield `${datedKey(row)} has no family`;
  yield* listTwice('name that stands for a tier,', data.standsFor.map(versionKey));
  for (const row of data.standsFor) {
    const known = data.families.find((family) => familyKey(family) === familyKey(row));
    if (known === undefined) yield `${versionKey(row)} stands for a tier of no family`;
    else if (normaliseVersion(row.version, known.style) !== row.version)
      yield `${versionKey(row)} is not written the one way`;
  }
  for (const row of data.limited) yield* listLimitProblems(data, row);
  for (const { id, means, reason } of data.aliases) {
    if ((means === undefined) === (reason === undefined)) yield `alias ${id} needs either a meaning or a reason`;
  }
  for (const { text, as } of data.prefixes) {
    if (as !== undefined && canRepeat(data, text, as)) yield `prefix ${text} could be taken off for ever`;
  }
}

function* listLimitProblems(data: IdentityData, row: IdentityData['limited'][number]): Generator<string> {
  const { vendor, family, version, from, until } = row;
  const what = `limited ${[vendor, family, version, row.tier, row.name].filter((part) => part != null).join(' ')}`;
  const known = data.families.find((other) => other.vendor === vendor && other.family === family);
  if (family === undefined ? !data.vendors.some(({ id }) => id === vendor) : known === undefined)
    yield `${what} has no ${family === undefined ? 'vendor' : 'family'}`;
  if (version != null && known !== undefined && normaliseVersion(version, known.style) !== version)
    yield `${what} is not written the one way`;
  if (from !== undefined && until !== undefined && from >= until) yield `${what} ends before it begins`;
}

/** Taking prefixes off ends because each makes the text shorter, or leaves one of that length that begins no other. */
function canRepeat(data: IdentityData, text: string, as: string): boolean {
  if (as.length !== text.length) return as.length > text.length;
  return data.prefixes.some((other) => other.text.startsWith(as) || as.startsWith(other.text));
}

function* listTwice(what: string, keys: readonly string[]): Generator<string> {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key)) yield `${what} ${key} stands twice`;
    seen.add(key);
  }
}
