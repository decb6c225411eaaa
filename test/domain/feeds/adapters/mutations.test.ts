import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdapterName, adapterNames, findAdapter } from '../../../../src/domain/feeds/adapters/registry.ts';
import type { FeedItem, ParsedPayload } from '../../../../src/domain/feeds/item.ts';
import { Refusal } from '../../../../src/domain/refusal.ts';
import { readGolden, toBytes } from './payloads.ts';

/** Whole payloads as a stranger's copies of them could be: cut, doubled, retyped, with fields and vendors that nobody knows. */

const runs = { seed: 20261122, numRuns: 80 };
const files = readdirSync(new URL('../../../golden/feeds/', import.meta.url));
const { feeds } = JSON.parse(readFileSync(new URL('../../../../data/feeds.json', import.meta.url), 'utf8'));

type Kind = { readonly name: AdapterName; readonly bytes: Uint8Array; readonly text: string; readonly isJson: boolean };

const kinds: readonly Kind[] = adapterNames.map((name) => {
  const file = files.find((candidate) => candidate.startsWith(`${name.replaceAll('_', '-')}.payload.`)) ?? '';
  const bytes = readGolden(file);
  return { name, bytes, text: new TextDecoder().decode(bytes), isJson: file.endsWith('.json') };
});

/** What the parser makes of bytes, or its own refusal; anything else that it throws is thrown on. */
function read(name: AdapterName, bytes: Uint8Array): ParsedPayload | Refusal {
  const options = feeds.find((feed: { adapter: string }) => feed.adapter === name)?.options;
  try {
    const parsed = findAdapter(name)?.parse(bytes, options);
    if (parsed === undefined) throw new Error(`no adapter ${name}`);
    return parsed;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'feed_unparsable') return error;
    throw error;
  }
}

type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree };

const strange: fc.Arbitrary<Tree> = fc.constantFrom<Tree[]>(
  ...[null, true, -1, 1e308, '', '-1', '2025-25-11', 'NaN', '\u0000', '\ud800', 'x'.repeat(600), [], {}],
  ...[[null], { a: { b: null } }, { __proto__: null, constructor: 'x' }, [[[[]]]]],
);
const edits = ['put', 'drop', 'double', 'retype', 'add'] as const;
const edit = fc.record({
  at: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
  how: fc.constantFrom(...edits),
  value: strange,
});
type Edit = { readonly at: readonly number[]; readonly how: (typeof edits)[number]; readonly value: Tree };

function editMember(name: string, child: Tree, how: Edit['how'], value: Tree): [string, Tree][] {
  switch (how) {
    case 'put':
      return [[name, value]];
    case 'drop':
      return [];
    case 'double':
      return [
        [name, child],
        [`${name} again`, child],
      ];
    case 'retype':
      return [[name, retype(child)]];
    case 'add':
      return [
        [name, child],
        ['nobody knows this', value],
      ];
  }
}

function retype(value: Tree): Tree {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value.length : [value];
}

/** Follows `at` down the tree, each number taken round the number of children, and edits what it leads to. */
function applyEdit(tree: Tree, { at, how, value }: Edit): Tree {
  const [turn = 0, ...rest] = at;
  if (typeof tree !== 'object' || tree === null || Object.keys(tree).length === 0) return value;
  const keys = Object.keys(tree);
  const key = keys[turn % keys.length] ?? '';
  const entries = Object.entries(tree).flatMap(([name, child]): [string, Tree][] => {
    if (name !== key) return [[name, child]];
    const isBranch = typeof child === 'object' && child !== null && Object.keys(child).length > 0;
    if (rest.length > 0 && isBranch) return [[name, applyEdit(child, { at: rest, how, value })]];
    return editMember(name, child, how, value);
  });
  return Array.isArray(tree) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
}

/** The same document with the members of every object in another order. */
function turnRound(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(turnRound);
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(
    Object.entries(tree)
      .reverse()
      .map(([key, child]) => [key, turnRound(child)]),
  );
}

const facts = ({ raw: _raw, ...item }: FeedItem): object => item;
const byKey = (parsed: ParsedPayload | Refusal): object[] => {
  if (parsed instanceof Refusal) throw parsed;
  return [...parsed.items].sort((a, b) => (a.key < b.key ? -1 : 1)).map(facts);
};

function expectSound(parsed: ParsedPayload | Refusal): void {
  if (parsed instanceof Refusal) return;
  const keys = parsed.items.map((item) => item.key);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { key, name, released, attributes } of parsed.items) {
    expect([typeof key, typeof name, key === '', name === '']).toEqual(['string', 'string', false, false]);
    expect(JSON.stringify([key, name, released]).includes('\\u0000')).toBe(false);
    for (const value of Object.values(attributes ?? {})) {
      expect(typeof value === 'boolean' || (Number.isFinite(value) && value >= 0)).toBe(true);
    }
  }
  for (const { why } of parsed.lost) expect(why).not.toBe('');
}

describe.each(kinds.filter((kind) => kind.isJson))('a copy of the payload of $name', ({ name, bytes, text }) => {
  const tree: Tree = JSON.parse(text);

  it('with parts dropped, duplicated, retyped, nulled or added is read or rejected, and every item is valid', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (list) => {
        const mutated = list.reduce<Tree>(applyEdit, tree);
        const parsed = read(name, toBytes(JSON.stringify(mutated)));
        expectSound(parsed);
        expect(read(name, toBytes(JSON.stringify(mutated)))).toEqual(parsed);
      }),
      runs,
    );
  });

  it('with reordered members, spaces, other line endings and a byte order mark gives the same items', () => {
    if (name === 'npm_sdk') return expectSound(read(name, toBytes(`\uFEFF${text}\n`)));
    const plain = byKey(read(name, bytes));
    const other = byKey(read(name, toBytes(`\uFEFF${JSON.stringify(turnRound(tree), null, 3)}\r\n \n`)));
    expect(other.length).toBe(plain.length);
    expect(other.map((item) => JSON.stringify(item, keysInOrder))).toEqual(
      plain.map((item) => JSON.stringify(item, keysInOrder)),
    );
  });

  it('truncated anywhere is rejected', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.trimEnd().length - 1 }), (end) => {
        expect(read(name, toBytes(text.slice(0, end)))).toBeInstanceOf(Refusal);
      }),
      { ...runs, numRuns: 40 },
    );
  });
});

const keysInOrder = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

describe.each(kinds.filter((kind) => !kind.isJson))('a copy of the payload of $name', ({ name, bytes, text }) => {
  const cut = fc.record({
    from: fc.nat(text.length),
    length: fc.nat(300),
    put: fc.constantFrom('', '<', '"', '\u0000', '&#0;', '\n\n', '<x>', ','),
  });

  it('with parts cut out and inserted is read or rejected, and every item is valid', () => {
    fc.assert(
      fc.property(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
        const mutated = cuts.reduce(
          (left, { from, length, put }) => left.slice(0, from) + put + left.slice(from + length),
          text,
        );
        expectSound(read(name, toBytes(mutated)));
      }),
      runs,
    );
  });

  it('with a byte order mark, other line endings and trailing blank lines gives the same items', () => {
    const other = `\uFEFF${text
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n')
      .replaceAll('\n', '\r\n')}\r\n\r\n`;
    expect(byKey(read(name, toBytes(other))).length).toBe(byKey(read(name, bytes)).length);
  });
});

describe('unexpected rows in a list of models', () => {
  it.each([
    ['litellm', { 'gpt-77': null, 'zz/new': { litellm_provider: 'an unknown vendor', mode: 'chat' } }],
    ['models_dev', { 'nobody-knows': { models: { 'gpt-77': {} } }, broken: null }],
  ] as const)('do not affect the other rows of %s', (name, more) => {
    const kind = kinds.find((candidate) => candidate.name === name);
    const bytes = kind?.bytes ?? new Uint8Array();
    const plain = byKey(read(name, bytes));
    const parsed = read(name, toBytes(JSON.stringify({ ...JSON.parse(kind?.text ?? ''), ...more })));
    expect(byKey(parsed)).toEqual(expect.arrayContaining(plain));
  });
});
