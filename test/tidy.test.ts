import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../src/package-root.ts';
import {
  fileLinesMax,
  findCircles,
  findDirectoryCircles,
  findImpurities,
  findLayerBreaches,
  findLongFiles,
  findLongFunctions,
  findMisplacedNouns,
  findStrayEnvironment,
  findStraySql,
  findVagueNames,
  findWideSql,
  functionLinesMax,
  readTree,
  sqlColumnsMax,
} from './support/tidy.ts';

const tree = readTree(packageRoot());
const planted = (path: string, text: string) => new Map([...tree, [path, text]]);
const only = (path: string, text: string) => new Map([[path, text]]);

describe('the source tree', () => {
  it('has the product', () => {
    expect(tree.has('src/domain/evaluation/evaluate.ts')).toBe(true);
    expect(tree.has('jobs/poll-feeds.ts')).toBe(true);
  });

  it('imports only down the layers', () => expect(findLayerBreaches(tree)).toEqual([]));
  it('has no circle of imports', () => expect(findCircles(tree)).toEqual([]));
  it('has no circle among the directories of the domain', () => expect(findDirectoryCircles(tree)).toEqual([]));
  it('has a pure domain', () => expect(findImpurities(tree)).toEqual([]));
  it('keeps SQL in the store', () => expect(findStraySql(tree)).toEqual([]));
  it('reads the environment and the arguments at its entry points', () =>
    expect(findStrayEnvironment(tree)).toEqual([]));
  it(`has no file over ${fileLinesMax} lines`, () => expect(findLongFiles(tree)).toEqual([]));
  it(`has no function over ${functionLinesMax} lines`, () => expect(findLongFunctions(tree)).toEqual([]));
  it(`has no line of SQL over ${sqlColumnsMax} columns`, () => expect(findWideSql(tree)).toEqual([]));
  it('has no file with a name that means nothing', () => expect(findVagueNames(tree)).toEqual([]));
  it('numbers its decisions without gaps, in the file name and in the heading', () => {
    const directory = join(packageRoot(), 'docs', 'decisions');
    const names = readdirSync(directory).sort();
    const headings = names.map((name) => /^# (\d+)\. \S/.exec(readFileSync(join(directory, name), 'utf8'))?.[1]);
    const numbers = names.map((name) => Number(name.slice(0, 4)));
    expect(numbers).toEqual(names.map((_name, index) => index + 1));
    expect(headings).toEqual(numbers.map(String));
  });
  it('uses the same nouns in every layer', () => expect(findMisplacedNouns(tree)).toEqual([]));
});

describe('a planted breach is found', () => {
  it.each([
    ['of HTTP in the domain', 'src/domain/x.ts', "import { serve } from '../http/app.ts';"],
    ['of a service in the store, type only', 'src/store/x.ts', "import type { Deps } from '../services/deps.ts';"],
    ['of HTTP in a service, dynamic', 'src/services/x.ts', "const app = await import('../http/app.ts');"],
    ['of the store in the domain, re-exported', 'src/domain/x.ts', "export { openDatabase } from '../store/db.ts';"],
    ['from the store to the network layer', 'src/store/x.ts', "import { makeClient } from '../net/client.ts';"],
    ['from the network layer to the store', 'src/net/x.ts', "import type { Sql } from '../store/db.ts';"],
    ['a node module in the domain', 'src/domain/x.ts', "import { createHash } from 'node:crypto';"],
    ['a package in the domain', 'src/domain/x.ts', "import { ulid } from 'ulid';"],
    ['the store from HTTP', 'src/http/x.ts', "import { findFeed } from '../store/feeds.ts';"],
    ['the driver in a service', 'src/services/x.ts', "import postgres from 'postgres';"],
    ['HTTP in a job', 'jobs/x.ts', "import { createApp } from '../src/http/app.ts';"],
    ['the configuration in a service', 'src/services/x.ts', "import type { Config } from '../config.ts';"],
    ['the store in a command', 'src/cli/x.ts', "import { findFeed } from '../store/feeds.ts';"],
    ['HTTP in a command', 'src/cli/x.ts', "import { createApp } from '../http/app.ts';"],
    ['the start of the program in a command', 'src/cli/x.ts', "import { serve } from '../main.ts';"],
    ['HTTP in the runtime', 'src/runtime.ts', "import { createApp } from './http/app.ts';"],
    ['the store in the start of the program', 'src/main.ts', "import { migrate } from './store/migrate.ts';"],
    ['the driver in an entry point', 'src/cli.ts', "import postgres from 'postgres';"],
  ])('an import: %s', (_name, path, text) => {
    expect(findLayerBreaches(planted(path, text))).toHaveLength(1);
  });

  it('a file that belongs to no layer', () => {
    expect(findLayerBreaches(planted('src/x.ts', ''))).toEqual(['src/x.ts belongs to no layer']);
    expect(findLayerBreaches(planted('src/x/x.ts', ''))).toEqual(['src/x/x.ts belongs to no layer']);
  });

  it('a circle of three, one of it type only', () => {
    const circle = new Map([
      ['src/domain/a.ts', "import { b } from './b.ts';"],
      ['src/domain/b.ts', "import type { C } from './c.ts';"],
      ['src/domain/c.ts', "import { a } from './a.ts';"],
    ]);
    expect(findCircles(circle)).toEqual(['src/domain/a.ts → src/domain/b.ts → src/domain/c.ts → src/domain/a.ts']);
  });

  it('a circle of directories whose files are in none', () => {
    const circle = new Map([
      ['src/domain/a/one.ts', "import { two } from '../b/two.ts';"],
      ['src/domain/b/two.ts', "import { three } from '../three.ts';"],
      ['src/domain/three.ts', "import type { Four } from './a/four.ts';"],
      ['src/domain/a/four.ts', ''],
    ]);
    expect(findCircles(circle)).toEqual([]);
    expect(findDirectoryCircles(circle)).toHaveLength(1);
  });

  it.each([
    'const now = Date.now();',
    'const now = new Date();',
    'const chance = Math.random();',
    'const port = process.env.PORT;',
    'async function wait() {}',
  ])('an impure domain: %s', (text) => expect(findImpurities(only('src/domain/x.ts', text))).not.toEqual([]));

  it.each(['await db`select 1`;', 'await tx<{ a: number }[]>`select 1`;', 'sql.unsafe(text);'])(
    'SQL outside the store: %s',
    (text) => {
      expect(findStraySql(only('src/services/x.ts', text))).toHaveLength(1);
    },
  );

  it('the environment in a service, the arguments in a command', () => {
    expect(findStrayEnvironment(only('src/services/x.ts', 'const key = process.env.KEY;'))).toHaveLength(1);
    expect(findStrayEnvironment(only('src/cli/x.ts', 'const [name] = process.argv;'))).toHaveLength(1);
  });

  it('a line of SQL that is one column over', () => {
    expect(findWideSql(only('src/store/x.ts', 'a'.repeat(sqlColumnsMax)))).toEqual([]);
    expect(findWideSql(only('src/store/x.ts', 'a'.repeat(sqlColumnsMax + 1)))).toHaveLength(1);
  });

  it('a long file and a long function, one line over', () => {
    expect(findLongFiles(only('src/x.ts', 'a\n'.repeat(fileLinesMax)))).toEqual([]);
    expect(findLongFiles(only('src/x.ts', 'a\n'.repeat(fileLinesMax + 1)))).toHaveLength(1);
    const body = (lines: number) => `function f() {\n${'  a;\n'.repeat(lines - 2)}}\n`;
    expect(findLongFunctions(only('src/x.ts', body(functionLinesMax)))).toEqual([]);
    expect(findLongFunctions(only('src/x.ts', body(functionLinesMax + 1)))).toHaveLength(1);
    expect(
      findLongFunctions(only('src/x.ts', body(functionLinesMax + 1).replace('function f()', 'const f = async () =>'))),
    ).toHaveLength(1);
  });

  it('a file called utils, a barrel, a noun of one layer only', () => {
    expect(findVagueNames(only('src/services/utils.ts', ''))).toHaveLength(1);
    expect(findVagueNames(only('src/http/index.ts', ''))).toHaveLength(1);
    expect(findMisplacedNouns(planted('src/http/wishes/wishes.ts', ''))).toHaveLength(1);
  });
});
