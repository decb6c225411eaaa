type Route = { readonly method: string; readonly path: string };

/** A parameter with a suffix in the router's syntax. */
const suffixPattern = /^:\w+\{\.\+\\(\.\w+)\}$/;

/** Converts a path of the API document (`/badges/{id}.svg`) to the router's syntax. The parameter then includes the suffix. */
export function routeOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}(?:(\.\w+))?/g, (_found, name: string, suffix: string | undefined) =>
    suffix === undefined ? `:${name}` : `:${name}{.+\\${suffix}}`,
  );
}

/**
 * Returns a function from a path to its methods, including OPTIONS and HEAD; empty if no route matches. A path without parameters
 * takes precedence over one with parameters for every method, as in OpenAPI: `batch` is not the id of a prediction.
 */
export function methodsByPath(routes: readonly Route[]): (path: string) => string[] {
  const byPath = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    if (method === 'ALL') continue;
    const methods = byPath.get(path) ?? new Set<string>();
    methods.add(method);
    if (method === 'GET') methods.add('HEAD');
    byPath.set(path, methods);
  }
  const tables = new Map<number, { segments: string[]; methods: string[] }[]>();
  for (const [path, methods] of byPath) {
    const segments = path.split('/');
    tables.set(segments.length, [...(tables.get(segments.length) ?? []), { segments, methods: [...methods] }]);
  }
  return (path) => {
    const requested = path.split('/');
    const found =
      byPath.get(path) ??
      new Set(
        (tables.get(requested.length) ?? [])
          .filter(({ segments }) => matches(segments, requested))
          .flatMap(({ methods }) => methods),
      );
    return found.size === 0 ? [] : [...found, 'OPTIONS'];
  };
}

function matches(segments: readonly string[], requested: readonly string[]): boolean {
  return segments.every((segment, index) => {
    const text = requested[index] ?? '';
    if (!segment.startsWith(':')) return segment === text;
    const suffix = suffixPattern.exec(segment)?.[1] ?? '';
    return text.length > suffix.length && text.endsWith(suffix);
  });
}
