type Route = { readonly method: string; readonly path: string };

/** A name with a suffix, as the router takes it. */
const suffixPattern = /^:\w+\{\.\+\\(\.\w+)\}$/;

/** A path of the document (`/badges/{id}.svg`) as the router takes it; the name then stands for the suffix as well. */
export function routeOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}(?:(\.\w+))?/g, (_found, name: string, suffix: string | undefined) =>
    suffix === undefined ? `:${name}` : `:${name}{.+\\${suffix}}`,
  );
}

/** Says which methods an address takes, OPTIONS and HEAD included; none where nothing is. */
export function methodsByPath(routes: readonly Route[]): (path: string) => string[] {
  const byPath = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    if (method === 'ALL') continue;
    const methods = byPath.get(path) ?? new Set<string>();
    methods.add(method);
    if (method === 'GET') methods.add('HEAD');
    byPath.set(path, methods);
  }
  const table = [...byPath].map(([path, methods]) => ({ segments: path.split('/'), methods: [...methods] }));
  return (path) => {
    const asked = path.split('/');
    const found = new Set(table.filter(({ segments }) => matches(segments, asked)).flatMap(({ methods }) => methods));
    return found.size === 0 ? [] : [...found, 'OPTIONS'];
  };
}

function matches(segments: readonly string[], asked: readonly string[]): boolean {
  if (segments.length !== asked.length) return false;
  return segments.every((segment, index) => {
    const text = asked[index] ?? '';
    if (!segment.startsWith(':')) return segment === text;
    const suffix = suffixPattern.exec(segment)?.[1] ?? '';
    return text.length > suffix.length && text.endsWith(suffix);
  });
}
