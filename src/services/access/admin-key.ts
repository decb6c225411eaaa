import { createHash } from 'node:crypto';
import { assembleKey, keyRandomCharsMin } from '../../domain/access/api-key.ts';

/** Larger bytes are discarded, because they would make some digits more likely: 248 is the last multiple of 62 below 256. */
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
