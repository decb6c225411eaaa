import { describe, expect, it } from 'vitest';
import { isPointer, pointerCharactersMax, resolvePointer } from '../../src/domain/json-pointer.ts';

/** The document and the answers of RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('a JSON Pointer', () => {
  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%j resolves as in the RFC', (pointer, value) => {
    expect(isPointer(pointer)).toBe(true);
    expect(resolvePointer(document, pointer)).toEqual(value);
  });

  it.each([
    '/bar',
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/01',
    '/foo/+1',
    '/foo/length',
    '/foo/0/0',
    '/constructor',
    '/__proto__',
  ])('%j resolves to nothing', (pointer) => {
    expect(resolvePointer(document, pointer)).toBeUndefined();
  });

  it('resolves to an own member named __proto__', () => {
    expect(resolvePointer(JSON.parse('{"__proto__": {"a": 1}}'), '/__proto__/a')).toBe(1);
  });

  it.each(['foo', 'a/b', '#/foo', '/a~', '/a~2', '/~x', `/${'x'.repeat(pointerCharactersMax)}`])(
    '%j is invalid',
    (pointer) => {
      expect(isPointer(pointer)).toBe(false);
    },
  );

  it('may be as long as the limit', () => {
    expect(isPointer(`/${'x'.repeat(pointerCharactersMax - 1)}`)).toBe(true);
  });
});
