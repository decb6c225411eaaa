import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { constants, Script } from 'node:vm';

/**
 * Loads the bundled program with V8's code cache: what V8 compiled when the build ran the program once. Without it, compiling takes
 * a quarter of a start. V8 refuses a cache of another version of itself or of other flags, and compiles as usual then.
 */

type Program = {
  /** With `program.cjs`. The cache is beside it. */
  readonly directory: string;
  readonly cache: ReadonlyMap<string, Buffer>;
  readonly scripts: Map<string, Script>;
  readonly modules: Map<string, { exports: unknown }>;
};

/**
 * How much a function of the embedded database runs before V8 optimizes it, in V8's own unit. By default, Node.js 20 spends more
 * than a second of processor time of every start on functions that hardly run again.
 */
const wasmTieringBudget = 13_000_000;

/** Runs `program.cjs` of the bundle. Returns its scripts, from which `saveCodeCache` keeps what has been compiled until then. */
export function loadProgram(directory: string): ReadonlyMap<string, Script> {
  // Before anything is loaded, because the cache belongs to these flags.
  setFlagsFromString(`--wasm-tiering-budget=${wasmTieringBudget}`);
  const program = { directory, cache: readCodeCache(directory), scripts: new Map(), modules: new Map() };
  load(program, 'program.cjs');
  return program.scripts;
}

function load(program: Program, name: string): unknown {
  const known = program.modules.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  program.modules.set(name, module);
  const path = join(program.directory, name);
  const script = new Script(wrap(readFileSync(path, 'utf8')), {
    filename: path,
    cachedData: program.cache.get(name),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  program.scripts.set(name, script);
  const requireOthers = createRequire(path);
  const require = (id: string): unknown => (id.startsWith('./') ? load(program, id.slice(2)) : requireOthers(id));
  script.runInThisContext()(module.exports, require, module, path, program.directory);
  return module.exports;
}

/** On the first line, so that the lines of stack traces are those of the file. */
function wrap(source: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${source.replace(/^#!.*/, '')}\n})`;
}

function cacheDirectory(directory: string): string {
  return join(directory, '..', 'code-cache');
}

/** Where the cache of this program, version of Node.js and flags is. */
function cacheFile(directory: string): string {
  const hash = createHash('sha256').update(readFileSync(join(directory, 'program.cjs')));
  // The names contain hashes of the contents.
  hash.update(readdirSync(directory).sort().join('\n'));
  hash.update([process.version, process.arch, ...process.execArgv].join('\n'));
  return join(cacheDirectory(directory), `${hash.digest('hex').slice(0, 16)}.bin`);
}

export function hasCodeCache(directory: string): boolean {
  return existsSync(cacheFile(directory));
}

const hashBytes = 32;
/** Before each entry: the length of its name and of its data, in bytes. */
const headBytes = 8;

/** Writes what V8 has compiled of the scripts, and removes the caches of other builds. */
export function saveCodeCache(directory: string, scripts: ReadonlyMap<string, Script>): void {
  const parts = [...scripts].flatMap(([name, script]) => {
    const data = script.createCachedData();
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(name.length, 0);
    head.writeUInt32LE(data.length, headBytes / 2);
    return [head, Buffer.from(name, 'latin1'), data];
  });
  const body = Buffer.concat(parts);
  rmSync(cacheDirectory(directory), { recursive: true, force: true });
  mkdirSync(cacheDirectory(directory), { recursive: true });
  const file = cacheFile(directory);
  writeFileSync(`${file}.unfinished`, Buffer.concat([hashOf(body), body]));
  renameSync(`${file}.unfinished`, file);
}

/** Empty if there is no cache, or a damaged one: V8 does not check the bytes itself. */
function readCodeCache(directory: string): ReadonlyMap<string, Buffer> {
  const cache = new Map<string, Buffer>();
  const file = cacheFile(directory);
  if (!existsSync(file)) return cache;
  const bytes = readFileSync(file);
  const body = bytes.subarray(hashBytes);
  if (!hashOf(body).equals(bytes.subarray(0, hashBytes))) return cache;
  for (let at = 0; at < body.length; ) {
    const nameEnd = at + headBytes + body.readUInt32LE(at);
    const dataEnd = nameEnd + body.readUInt32LE(at + headBytes / 2);
    cache.set(body.toString('latin1', at + headBytes, nameEnd), body.subarray(nameEnd, dataEnd));
    at = dataEnd;
  }
  return cache;
}

function hashOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
