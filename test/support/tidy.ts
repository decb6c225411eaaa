import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** The product's sources: path from the package root → text. Checks are functions of this, so that a breach can be planted. */
export type Tree = ReadonlyMap<string, string>;

export const fileLinesMax = 300;
export const functionLinesMax = 50;

/** Floors and what each may import from; `*` is anything. Order is from the bottom up. */
const floors: Readonly<
  Record<string, { readonly floors: readonly string[]; readonly packages: readonly (string | RegExp)[] }>
> = {
  'src/domain': { floors: ['src/domain'], packages: ['zod', 'feedsmith', 'csv-parse/sync', 'yaml'] },
  'src/store': {
    floors: ['src/store', 'src/domain', 'src/package-root.ts'],
    packages: ['postgres', '@electric-sql/pglite', /^node:/],
  },
  'src/net': {
    floors: ['src/net', 'src/domain'],
    packages: ['undici', 'zod', 'tar-stream', 'npm-registry-fetch', /^@npmcli\/config/, /^node:/],
  },
  'src/services': { floors: ['src/services', 'src/store', 'src/net', 'src/domain'], packages: ['zod', 'node:crypto'] },
  'src/http': {
    floors: ['src/http', 'src/services', 'src/domain', 'src/package-root.ts'],
    packages: ['zod', 'yaml', /^hono/, /^@hono\//, /^swagger-ui-dist/, /^node:/],
  },
  jobs: { floors: ['jobs', 'src/services', 'src/domain'], packages: ['node-cron'] },
};

/** Every TypeScript file of the product below the package root. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  const visit = (directory: string): void => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (statSync(path).isDirectory()) visit(path);
      else if (/\.tsx?$/.test(name) && !name.endsWith('.d.ts'))
        tree.set(relative(root, path), readFileSync(path, 'utf8'));
    }
  };
  for (const top of ['src', 'jobs']) visit(join(root, top));
  return tree;
}

/** Static, dynamic, type-only and re-exporting imports alike. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const patterns = [
    /\bfrom\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
    /\bimport\s*['"]([^'"]+)['"]/g,
    /\brequire\s*\(\s*['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function floorOf(path: string): string | undefined {
  return Object.keys(floors).find((floor) => path.startsWith(`${floor}/`));
}

function resolveImport(from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : null;
}

/** Imports that run up or across the floors, or to a package that the floor has no business with. */
export function findFloorBreaches(tree: Tree): string[] {
  const breaches: string[] = [];
  for (const [path, text] of tree) {
    const rule = floors[floorOf(path) ?? ''];
    if (rule === undefined) continue;
    for (const specifier of importsOf(text)) {
      const target = resolveImport(path, specifier);
      const allowed =
        target === null
          ? rule.packages.some((name) => (typeof name === 'string' ? name === specifier : name.test(specifier)))
          : rule.floors.some((floor) => target === floor || target.startsWith(`${floor}/`));
      if (!allowed) breaches.push(`${path} imports ${specifier}`);
    }
  }
  return breaches;
}

/** Circles of imports, type-only ones included: each as the path around. */
export function findCircles(tree: Tree): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) circles.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const specifier of importsOf(tree.get(path) ?? '')) {
      const target = resolveImport(path, specifier);
      if (target !== null && tree.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of tree.keys()) visit(path, []);
  return circles;
}

const impure: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b/, 'reads the clock'],
  [/\bnew Date\(\s*\)/, 'reads the clock'],
  [/\bperformance\.now\b/, 'reads the clock'],
  [/\bMath\.random\b|\bcrypto\b/, 'is random'],
  [/\bprocess\./, 'reads the environment'],
  [/\bPromise\b|\basync\b|\bawait\b|\bsetTimeout\b|\bqueueMicrotask\b/, 'waits'],
  [/\bconsole\./, 'prints'],
];

/** What keeps a domain file from being a pure function of its arguments. */
export function findImpurities(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) => {
    if (!path.startsWith('src/domain/')) return [];
    const code = withoutComments(text).replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
    return impure.filter(([pattern]) => pattern.test(code)).map(([, what]) => `${path} ${what}`);
  });
}

/** Statements anywhere but in the store; tagged templates and raw statements are what they look like here. */
export function findStraySql(tree: Tree): string[] {
  const statement = /\b(?:sql|tx|db)(?:<[^`(]*>)?`|\.unsafe\(/;
  return [...tree]
    .filter(([path, text]) => !path.startsWith('src/store/') && statement.test(withoutComments(text)))
    .map(([path]) => `${path} holds SQL`);
}

/** The environment is read in one file; the entry points hand it over. */
export function findStrayEnvironment(tree: Tree): string[] {
  const allowed = new Set(['src/config.ts', 'src/cli.ts', 'src/runtime.ts', 'src/net/npm-settings.ts']);
  return [...tree]
    .filter(([path, text]) => !allowed.has(path) && /\bprocess\.env\b/.test(withoutComments(text)))
    .map(([path]) => `${path} reads the environment`);
}

export function findLongFiles(tree: Tree): string[] {
  return [...tree].filter(([, text]) => text.trimEnd().split('\n').length > fileLinesMax).map(([path]) => path);
}

/** Functions over the limit, found by indentation, which the formatter guarantees. */
export function findLongFunctions(tree: Tree): string[] {
  const opening = /^(\s*)(?:export )?(?:async )?(?:function\b.*|.*=>\s*)\{$/;
  return [...tree].flatMap(([path, text]) => {
    const lines = text.split('\n');
    return lines.flatMap((line, start) => {
      const indent = opening.exec(line)?.[1];
      if (indent === undefined) return [];
      const length = lines.slice(start).findIndex((next, offset) => offset > 0 && next.startsWith(`${indent}}`)) + 1;
      return length > functionLinesMax ? [`${path}:${start + 1} runs over ${length} lines`] : [];
    });
  });
}

/** File names that say nothing: no utils, no types, no barrels. */
export function findVagueNames(tree: Tree): string[] {
  return [...tree.keys()].filter((path) => /(^|\/)(utils?|helpers?|types|common|misc|index)(\.tsx?$|\/)/.test(path));
}

/** Directories of `src/http` that serve every resource and belong to none. */
const httpMachinery = new Set(['operation', 'openapi', 'server']);

/** The nouns of a layer: the directories directly below it. */
function nounsOf(tree: Tree, layer: string): Set<string> {
  const nouns = [...tree.keys()].flatMap((path) => {
    const [noun, file] = path.startsWith(`${layer}/`) ? path.slice(layer.length + 1).split('/') : [];
    return noun === undefined || file === undefined ? [] : [noun];
  });
  return new Set(nouns);
}

/** Resource directories of `src/http` without a directory of that name in `src/services`, and files of one name under two nouns. */
export function findMisplacedNouns(tree: Tree): string[] {
  const services = nounsOf(tree, 'src/services');
  const missing = [...nounsOf(tree, 'src/http')]
    .filter((noun) => !httpMachinery.has(noun) && !services.has(noun) && !nounsOf(tree, 'src/domain').has(noun))
    .map((noun) => `src/http/${noun} has no counterpart in src/services or src/domain`);
  const misplaced = [...tree.keys()].flatMap((path) => {
    const [, noun, file] = /^src\/http\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (noun === undefined || file === undefined || httpMachinery.has(noun)) return [];
    return [...services]
      .filter((other) => other !== noun && tree.has(`src/services/${other}/${file}`) && !services.has(noun))
      .map((other) => `${path} belongs under ${other}, as in src/services`);
  });
  return [...missing, ...misplaced];
}
