import type { IdentityData } from './schema.ts';

/**
 * Predictions can name a vendor by an id that the identity data does not define yet. The file reserves the ids of known
 * companies, so that such an id keeps its meaning: a vendor that uses a reserved id must have a namespace of that
 * company, and no other vendor may use these namespaces.
 */
export function* listReservedProblems(data: IdentityData): Generator<string> {
  const reserved = new Map(data.reserved.map((row) => [row.id, row]));
  const companies = new Map(data.reserved.flatMap((row) => row.namespaces.map((name) => [name, row] as const)));
  for (const { id, namespaces, own } of data.vendors) {
    const names = [...namespaces, ...Object.values(own).flat()];
    const row = reserved.get(id);
    if (row !== undefined && !names.some((name) => row.namespaces.includes(name)))
      yield `vendor ${id} is reserved for ${row.name}, whose namespaces are ${row.namespaces.join(', ')}: name one of them or choose another id`;
    for (const name of names) {
      const company = companies.get(name);
      if (company !== undefined && company.id !== id)
        yield `namespace ${name} is ${company.name}'s, for which the vendor id ${company.id} is reserved`;
    }
  }
}
