import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** The product's sources: path from the package root → text. Checks are functions of this, so that a breach can be planted. */
export type Tree = ReadonlyMap<string, string>;

export const fileLinesMax = 300;
export const functionLinesMax = 50;

export const sqlColumnsMax = 139;

type Rule = { readonly layers: readonly string[]; readonly packages: readonly (string | RegExp)[] };

/** Layers, from the bottom up, and what each may import: other layers or files, and packages. */
const layers: Readonly<Record<string, Rule>> = {
  'src/domain': { layers: ['src/domain'], packages: ['zod', 'feedsmith', 'csv-parse/sync', 'yaml'] },
  'src/store': {
    layers: ['src/store', 'src/domain', 'src/package-root.ts'],
    packages: ['postgres', /^@electric-sql\/pglite/, 'tar-stream', /^node:/],
  },
  'src/net': {
    layers: ['src/net', 'src/domain'],
    packages: ['undici', 'zod', 'tar-stream', 'npm-registry-fetch', /^@npmcli\/config/, /^node:/],
  },
  'src/services': { layers: ['src/services', 'src/store', 'src/net', 'src/domain'], packages: ['zod', 'node:crypto'] },
  'src/http': {
    layers: ['src/http', 'src/services', 'src/domain', 'src/package-root.ts'],
    packages: [
      'zod',
      'yaml',
      'feedsmith',
      'marked',
      'd3-scale',
      'd3-shape',
      '@resvg/resvg-js',
      /^hono/,
      /^@hono\//,
      /^swagger-ui-dist/,
      /^node:/,
    ],
  },
  jobs: { layers: ['jobs', 'src/services', 'src/domain'], packages: ['node-cron'] },
  'src/cli': {
    layers: [
      ...['src/cli', 'src/services', 'src/domain'],
      ...['src/config.ts', 'src/log.ts', 'src/database.ts', 'src/runtime.ts', 'src/prepare.ts', 'src/package-root.ts'],
    ],
    packages: ['zod', 'ulid', /^node:/],
  },
  'src/bundle': { layers: ['src/bundle'], packages: [/^node:/] },
};

/** Files directly below `src`. They connect the layers, and no layer imports them unless its rule says so. */
const files: Readonly<Record<string, Rule>> = {
  'src/package-root.ts': { layers: [], packages: [/^node:/] },
  'src/log-lines.ts': { layers: [], packages: [] },
  'src/log.ts': { layers: ['src/log-lines.ts', 'src/services/deps.ts'], packages: ['pino'] },
  'src/environment-values.ts': { layers: [], packages: ['zod'] },
  'src/environment.ts': { layers: ['src/environment-values.ts', 'jobs/cron.ts', 'src/domain'], packages: ['zod'] },
  'src/config.ts': { layers: ['src/environment.ts', 'src/domain'], packages: ['zod', /^node:/] },
  'src/secret-file.ts': { layers: ['src/config.ts', 'src/services/access', 'src/domain'], packages: [/^node:/] },
  'src/database.ts': {
    layers: ['src/config.ts', 'src/secret-file.ts', 'src/services/deps.ts', 'src/store', 'src/domain'],
    packages: [],
  },
  'src/runtime.ts': {
    layers: [
      ...['src/config.ts', 'src/secret-file.ts', 'src/package-root.ts'],
      ...['src/services', 'src/store', 'src/net', 'src/domain'],
    ],
    packages: ['ulid', /^node:/],
  },
  'src/prepare.ts': {
    layers: ['src/config.ts', 'src/runtime.ts', 'src/package-root.ts', 'src/services'],
    packages: [/^node:/],
  },
  'src/work.ts': {
    layers: ['src/config.ts', 'src/cli/greeting.ts', 'jobs', 'src/services', 'src/domain'],
    packages: [],
  },
  'src/serving.ts': {
    layers: [
      ...['src/config.ts', 'src/runtime.ts', 'src/secret-file.ts', 'src/work.ts', 'src/cli/process-socket.ts'],
      ...['jobs', 'src/http', 'src/services', 'src/net', 'src/domain'],
    ],
    packages: [/^node:/],
  },
  'src/main.ts': {
    layers: [
      ...['src/config.ts', 'src/log.ts', 'src/database.ts', 'src/runtime.ts', 'src/prepare.ts', 'src/serving.ts'],
      'src/domain',
    ],
    packages: [],
  },
  'src/cli.ts': {
    layers: [
      ...['src/cli', 'src/main.ts', 'src/config.ts', 'src/log.ts', 'src/package-root.ts'],
      ...['src/http/operations.ts', 'src/services', 'src/domain'],
    ],
    packages: [/^node:/],
  },
};

/** Imports that no rule allows, each with its reason. */
const exceptions: ReadonlySet<string> = new Set([
  // A backtest plays archives through the services on a database in memory, which it opens itself.
  'src/cli/backtest.ts → src/store/db.ts',
  'src/cli/backtest.ts → src/store/migrate.ts',
  // A key made in a shell is recorded with the same JSON as one made over HTTP.
  'src/cli/keys.ts → src/http/access/api-keys.ts',
  // A criterion is checked in a shell by the parser of the API, with its errors and its result.
  'src/cli/check.ts → src/http/operation/body.ts',
  'src/cli/check.ts → src/http/predictions/criteria.ts',
]);

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
    /^\s*(?:import|export)\b[^'";]*\bfrom\s*['"]([^'"]+)['"]/gm,
    /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
    /\bimport\s*['"]([^'"]+)['"]/g,
    /\brequire\s*\(\s*['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function ruleOf(path: string): Rule | undefined {
  const layer = Object.keys(layers).find((name) => path.startsWith(`${name}/`));
  return layer === undefined ? files[path] : layers[layer];
}

function resolveImport(from: string, specifier: string): string | null {
  return specifier.startsWith('.') ? normalize(join(dirname(from), specifier)) : null;
}

/** Imports of a layer or a package that the importing layer must not use, and files that belong to no layer. */
export function findLayerBreaches(tree: Tree): string[] {
  const breaches: string[] = [];
  for (const [path, text] of tree) {
    const rule = ruleOf(path);
    if (rule === undefined) breaches.push(`${path} belongs to no layer`);
    for (const specifier of rule === undefined ? [] : importsOf(text)) {
      const target = resolveImport(path, specifier);
      const allowed =
        target === null
          ? rule?.packages.some((name) => (typeof name === 'string' ? name === specifier : name.test(specifier)))
          : rule?.layers.some((layer) => target === layer || target.startsWith(`${layer}/`)) ||
            exceptions.has(`${path} → ${target}`);
      if (!allowed) breaches.push(`${path} imports ${specifier}`);
    }
  }
  return breaches;
}

/** Import cycles, including those of type-only imports, each as a path. */
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

/** Import cycles among the directories of the domain. Files directly below it count as one directory. */
export function findDirectoryCircles(tree: Tree): string[] {
  const directoryOf = (path: string) => /^src\/domain\/(?:([^/]+)\/)?/.exec(path)?.[1] ?? 'domain';
  const directories = new Map<string, string>();
  for (const [path, text] of tree) {
    if (!path.startsWith('src/domain/')) continue;
    const own = directoryOf(path);
    const targets = importsOf(text).map((specifier) => directoryOf(resolveImport(path, specifier) ?? path));
    const imports = targets.filter((target) => target !== own).map((target) => `import './${target}';`);
    directories.set(own, `${directories.get(own) ?? ''}${imports.join('')}`);
  }
  return findCircles(directories);
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

/** What prevents a domain file from being a pure function of its arguments. */
export function findImpurities(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) => {
    if (!path.startsWith('src/domain/')) return [];
    const code = withoutComments(text).replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
    return impure.filter(([pattern]) => pattern.test(code)).map(([, what]) => `${path} ${what}`);
  });
}

/** SQL outside the store, recognised by tagged templates and raw statements. */
export function findStraySql(tree: Tree): string[] {
  const statement = /\b(?:sql|tx|db)(?:<[^`(]*>)?`|\.unsafe\(/;
  return [...tree]
    .filter(([path, text]) => !path.startsWith('src/store/') && statement.test(withoutComments(text)))
    .map(([path]) => `${path} holds SQL`);
}

/** Uses of the environment and the arguments outside the entry points, which read them and pass them on. */
export function findStrayEnvironment(tree: Tree): string[] {
  const allowed = new Set([
    ...['src/config.ts', 'src/cli.ts', 'src/runtime.ts'],
    // npm's library for reading its settings changes a variable; npm-settings.ts restores it.
    'src/net/npm-settings.ts',
    // It runs the program as a command would, with settings of its own.
    'src/bundle/make-code-cache.ts',
  ]);
  return [...tree]
    .filter(([path, text]) => !allowed.has(path) && /\bprocess\.(env|argv)\b/.test(withoutComments(text)))
    .map(([path]) => `${path} reads the environment`);
}

/** Lines of the store that are too wide to read. The formatter does not break lines inside a statement. */
export function findWideSql(tree: Tree): string[] {
  return [...tree].flatMap(([path, text]) =>
    path.startsWith('src/store/')
      ? text.split('\n').flatMap((line, index) => (line.length > sqlColumnsMax ? [`${path}:${index + 1}`] : []))
      : [],
  );
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
      return length > functionLinesMax ? [`${path}:${start + 1} has ${length} lines`] : [];
    });
  });
}

/** File names without meaning: no utils, no types, no barrels. */
export function findVagueNames(tree: Tree): string[] {
  return [...tree.keys()].filter((path) => /(^|\/)(utils?|helpers?|types|common|misc|index)(\.tsx?$|\/)/.test(path));
}

/** Directories of `src/http` that serve every resource, so they have no counterpart in the services. */
const httpMachinery = new Set(['operation', 'openapi', 'pages', 'server']);

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
