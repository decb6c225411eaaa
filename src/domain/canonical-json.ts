/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(withSortedKeys(value));
}

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  // A value with its own JSON form, such as a date.
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  // Without a prototype, `__proto__` is a key like any other.
  const sorted: Record<string, unknown> = Object.create(null);
  for (const [key, inner] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    sorted[key] = withSortedKeys(inner);
  return sorted;
}
