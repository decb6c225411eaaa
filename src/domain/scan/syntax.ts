/** How the literals of a kind of file are written. */
export type Syntax =
  | {
      readonly kind: 'code';
      /** Characters that begin and end a string on one line. */
      readonly quotes: string;
      /** Whether a single quote encloses one character only, or names a lifetime. */
      readonly hasCharacters: boolean;
      /** Whether three quotes begin a string of several lines. */
      readonly hasTripleQuotes: boolean;
      /** `template`: a backtick begins a text with expressions in `${}`. `raw`: a text without escapes. */
      readonly backtick: 'template' | 'raw' | null;
      readonly hasRegularExpressions: boolean;
      readonly lineComments: readonly string[];
      readonly hasBlockComments: boolean;
    }
  | { readonly kind: 'notebook' | 'yaml' | 'properties' | 'shell' };

type CodeSyntax = Extract<Syntax, { kind: 'code' }>;

const plain: CodeSyntax = {
  kind: 'code',
  quotes: '"',
  hasCharacters: false,
  hasTripleQuotes: false,
  backtick: null,
  hasRegularExpressions: false,
  lineComments: ['//'],
  hasBlockComments: true,
};

const script: CodeSyntax = { ...plain, quotes: '"\'', backtick: 'template', hasRegularExpressions: true };
const compiled: CodeSyntax = { ...plain, hasCharacters: true, hasTripleQuotes: true };
const bothQuotes: CodeSyntax = { ...plain, quotes: '"\'', hasTripleQuotes: true };
const hashed: CodeSyntax = { ...bothQuotes, lineComments: ['#'], hasBlockComments: false };
const dashed: CodeSyntax = { ...plain, quotes: '"\'', lineComments: ['--'] };

/** The syntax of Python, for the cells of notebooks. */
export const pythonSyntax: CodeSyntax = hashed;

const syntaxes: readonly (readonly [string, Syntax])[] = [
  ['js mjs cjs jsx ts mts cts tsx vue svelte astro', script],
  ['go', { ...compiled, hasTripleQuotes: false, backtick: 'raw' }],
  ['java kt kts scala swift cs fs c h cc cpp hpp rs zig m mm proto', compiled],
  ['dart groovy gradle', bothQuotes],
  ['php', { ...bothQuotes, lineComments: ['//', '#'] }],
  ['py pyi rb rake gemspec r jl ex exs pl pm nix ps1 psm1 toml', hashed],
  ['tf tfvars hcl', { ...plain, lineComments: ['#', '//'] }],
  ['lua sql hs elm', dashed],
  ['clj cljs cljc edn', { ...plain, lineComments: [';'], hasBlockComments: false }],
  ['json jsonc json5 jsonl ndjson', { ...plain, quotes: '"\'' }],
  ['ipynb', { kind: 'notebook' }],
  ['yaml yml', { kind: 'yaml' }],
  ['ini cfg conf properties env', { kind: 'properties' }],
  ['sh bash zsh fish ksh', { kind: 'shell' }],
];

const byExtension: ReadonlyMap<string, Syntax> = new Map(
  syntaxes.flatMap(([extensions, syntax]) => extensions.split(' ').map((extension) => [extension, syntax] as const)),
);

/** Files that a package manager writes. They name packages and hashes. */
const lockFiles: ReadonlySet<string> = new Set([
  ...['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'composer.lock', 'packages.lock.json'],
  ...['pubspec.lock', 'flake.lock', 'deno.lock', '.terraform.lock.hcl', 'mix.lock', 'project.assets.json'],
]);

/** How the file of this name is read; null for other files, lock files and files that a program has shortened. */
export function syntaxOf(fileName: string): Syntax | null {
  const name = fileName.toLowerCase();
  if (lockFiles.has(name) || /[.-]min\.[cm]?js$|-lock\.(json|ya?ml)$|\.lock$/.test(name)) return null;
  if (/^\.env(\..+)?$|^\.envrc$/.test(name)) return { kind: 'properties' };
  if (/^(docker|container)file(\..+)?$|\.(docker|container)file$|^(gnu)?makefile$/.test(name)) return { kind: 'shell' };
  return byExtension.get(/\.([a-z0-9]+)$/.exec(name)?.[1] ?? '') ?? null;
}

/** Directories that are never read: what a program installed or keeps. */
const skippedDirectories: ReadonlySet<string> = new Set([
  ...['.git', '.hg', '.svn', 'node_modules', 'bower_components', '.venv', 'venv', '__pycache__', '.tox', '.terraform'],
]);

export function isSkippedDirectory(name: string): boolean {
  return skippedDirectories.has(name);
}

/** The longest average line of a file of code that a person wrote, in UTF-16 code units. */
export const codeLineCharactersMax = 400;

/** Whether a program has shortened the code: its lines are far longer than those that a person writes. */
export function isMinified(syntax: Syntax, text: string): boolean {
  if (syntax.kind !== 'code' || !syntax.hasRegularExpressions || text.length < 4 * codeLineCharactersMax) return false;
  return text.length / text.split('\n').length > codeLineCharactersMax;
}

/** Whether the bytes are those of a binary file: text has no zero byte. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, binaryProbeBytes).includes(0);
}

/** The bytes at the start of a file that are searched for a zero byte. */
const binaryProbeBytes = 8192;
