import { expect, test } from 'vitest';
import { z } from 'zod';
import { readInput } from '../../src/domain/input.ts';

const place = { name: 'the body', pointer: '#' };

const circle = z.strictObject({ kind: z.literal('circle'), radius: z.number() });
const square = z.strictObject({ kind: z.literal('square'), side: z.number() });
const shape = z.discriminatedUnion('kind', [circle, square]);

test.each<[string, z.ZodType, unknown, string, string]>([
  ['a missing field', z.object({ name: z.string() }), {}, 'name must be present', '#/name'],
  ['a missing choice', z.object({ sort: z.enum(['a', 'b']) }), {}, 'sort must be present', '#/sort'],
  ['a missing union', z.object({ url: z.union([z.string(), z.int()]) }), {}, 'url must be present', '#/url'],
  ['another type', z.object({ name: z.string() }), { name: 5 }, 'name must be a string', '#/name'],
  ['a fraction', z.object({ limit: z.int() }), { limit: 1.5 }, 'limit must be an integer', '#/limit'],
  ['a string for a boolean', z.object({ on: z.boolean() }), { on: 'yes' }, 'on must be true or false', '#/on'],
  ['a list for a body', z.object({}), [], 'the body must be an object', '#'],
  ['an empty string', z.object({ q: z.string().min(1) }), { q: '' }, 'q must not be empty', '#/q'],
  ['a short string', z.object({ q: z.string().min(3) }), { q: 'a' }, 'q must have at least 3 characters', '#/q'],
  ['a long string', z.object({ q: z.string().max(3) }), { q: 'abcd' }, 'q must have at most 3 characters', '#/q'],
  ['a small number', z.object({ limit: z.int().min(1) }), { limit: 0 }, 'limit must be 1 or more', '#/limit'],
  ['a large number', z.object({ p: z.number().max(1) }), { p: 2 }, 'p must be 1 or less', '#/p'],
  ['a number at an exclusive lower bound', z.object({ p: z.number().gt(0) }), { p: 0 }, 'p must be above 0', '#/p'],
  ['a number at an exclusive upper bound', z.object({ p: z.number().lt(1) }), { p: 1 }, 'p must be below 1', '#/p'],
  [
    'too many entries',
    z.object({ tags: z.array(z.int()).max(1) }),
    { tags: [1, 2] },
    'tags must have at most 1 entries',
    '#/tags',
  ],
  [
    'an item of a list',
    z.object({ tags: z.array(z.string()) }),
    { tags: ['a', 5] },
    'tags[1] must be a string',
    '#/tags/1',
  ],
  ['another pattern', z.object({ id: z.string().regex(/^a/) }), { id: 'b' }, 'id must match /^a/', '#/id'],
  ['another format', z.object({ url: z.url() }), { url: 'b' }, 'url must be a valid url', '#/url'],
  ['no multiple', z.object({ n: z.number().multipleOf(5) }), { n: 3 }, 'n must be a multiple of 5', '#/n'],
  ['an unknown choice', z.object({ sort: z.enum(['a', 'b']) }), { sort: 'c' }, 'sort must be one of a, b', '#/sort'],
  ['a wrong constant', z.object({ on: z.literal(true) }), { on: false }, 'on must be true', '#/on'],
  ['an unknown field', z.strictObject({}), { x: 1 }, 'there is no field x', '#/x'],
  [
    'an unknown nested field',
    z.object({ a: z.strictObject({}) }),
    { a: { x: 1 } },
    'there is no field x in a',
    '#/a/x',
  ],
  [
    'no matching option of a union',
    z.object({ covers: z.union([z.literal('any'), z.array(z.string())]) }),
    { covers: 5 },
    'covers must be any, or an array',
    '#/covers',
  ],
  [
    'an almost matching option of a union',
    z.object({ covers: z.union([z.literal('any'), z.array(z.string())]) }),
    { covers: ['a', 5] },
    'covers[1] must be a string',
    '#/covers/1',
  ],
  ['an unknown kind', shape, { kind: 'line' }, 'kind must be one of circle, square', '#/kind'],
  ['a wrong field of a kind', shape, { kind: 'circle', radius: 'r' }, 'radius must be a number', '#/radius'],
  [
    'a wrong key',
    z.object({ own: z.record(z.string().max(2), z.int()) }),
    { own: { abc: 1 } },
    'abc must have at most 2 characters',
    '#/own/abc',
  ],
  [
    'a rule with a message',
    z.object({ slug: z.string().refine(() => false, 'must be free') }),
    { slug: 'a' },
    'slug must be free',
    '#/slug',
  ],
  [
    'a rule with a complete sentence',
    z.object({ slug: z.string().refine(() => false, 'give a vendor or a host') }),
    { slug: 'a' },
    'give a vendor or a host',
    '#/slug',
  ],
  [
    'a rule without a message',
    z.object({ slug: z.string().refine(() => false) }),
    { slug: 'a' },
    'slug must be valid',
    '#/slug',
  ],
  [
    'an entry of a map',
    z.object({ s: z.map(z.string(), z.int()) }),
    { s: new Map([['k', 'v']]) },
    'k must be a number',
    '#/s/k',
  ],
])('%s is reported in a sentence that names the field', (_what, schema, value, detail, pointer) => {
  expect(readInput(schema, value, place)).toEqual({ errors: [{ detail, pointer }] });
});

test('a field that clients often try is explained', () => {
  const hints = { criterion: 'send the criterion to POST /criterion' };
  expect(readInput(z.strictObject({}), { criterion: 1 }, { ...place, hints }).errors).toEqual([
    { detail: hints.criterion, pointer: '#/criterion' },
  ]);
});

test('an unknown field is named by its path, and its name is shortened', () => {
  const { errors } = readInput(
    z.strictObject({}),
    { [`a${'b'.repeat(200)}`]: 1 },
    { ...place, member: 'query parameter' },
  );
  expect(errors).toEqual([
    { detail: `there is no query parameter a${'b'.repeat(99)}`, pointer: `#/a${'b'.repeat(99)}` },
  ]);
});

test('valid input is returned as parsed by its schema', () => {
  expect(readInput(z.object({ n: z.string().transform(Number) }), { n: '5' }, place)).toEqual({ data: { n: 5 } });
});
