import type { IdentityData } from './schema.ts';

/**
 * Predictions name a vendor by its id, also one that the identity data does not know yet. So that such an id keeps meaning the
 * company that it was recorded for, the file reserves the ids of known vendors: a vendor that takes one must publish under a
 * namespace of that company, and no other vendor may take those namespaces.
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
