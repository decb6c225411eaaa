import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { assembleKey, checksum, isWellFormedKey } from '../../../src/domain/access/api-key.ts';
import { hashKey, makeKey } from '../../../src/services/access/admin-key.ts';

test('the checksum is CRC-32 in six base62 digits', () => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  for (const text of ['', 'ok_', 'ok_0000', '123456789']) {
    const value = [...checksum(text)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
    expect(value).toBe(crc32(text));
  }
});

test('a generated key is well-formed, and changing any character invalidates it', () => {
  const key = makeKey(randomBytes);
  expect(key).toMatch(/^ok_[0-9A-Za-z]{36}$/);
  expect(isWellFormedKey(key)).toBe(true);
  for (let index = 0; index < key.length; index += 1) {
    const other = key[index] === 'a' ? 'b' : 'a';
    expect(isWellFormedKey(`${key.slice(0, index)}${other}${key.slice(index + 1)}`)).toBe(false);
  }
  expect(isWellFormedKey(key.slice(0, -1))).toBe(false);
});

test('a key is generated from random bytes without bias, and never from too few', () => {
  const bytes = [255, 254, 248, 0, 61, 62, ...Array.from({ length: 60 }, () => 1)];
  const asked: number[] = [];
  const key = makeKey((size) => {
    asked.push(size);
    return Uint8Array.from(bytes.splice(0, size));
  });
  expect(key.slice(0, 8)).toBe('ok_0z011');
  expect(asked).toEqual([30, 30]);
  expect(() => assembleKey([1, 2, 3])).toThrow(RangeError);
});

test('a key is stored as its SHA-256', () => {
  expect(hashKey('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
