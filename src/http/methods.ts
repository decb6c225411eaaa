type Route = { readonly method: string; readonly path: string };

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
  return segments.every((segment, index) => (segment.startsWith(':') ? asked[index] !== '' : segment === asked[index]));
}
