import { createHash } from 'node:crypto';
import { assembleKey, keyRandomCharsMin } from '../../domain/access/api-key.ts';

/** Bytes from 248 on are discarded: 248 is the largest multiple of 62 below 256, so every digit is equally likely. */
const unbiasedBytesBelow = 248;

/** Makes a new key. `randomBytes(size)` must return cryptographically secure random bytes. */
export function makeKey(randomBytes: (size: number) => Uint8Array): string {
  const values: number[] = [];
  while (values.length < keyRandomCharsMin) {
    values.push(...[...randomBytes(keyRandomCharsMin)].filter((byte) => byte < unbiasedBytesBelow));
  }
  return assembleKey(values.slice(0, keyRandomCharsMin).map((value) => value % 62));
}

/** SHA-256 in hex. Keys are long and random, so no slow hash is needed. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}
