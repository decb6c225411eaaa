import { createHash } from 'node:crypto';
import { assembleKey, keyRandomCharsMin } from '../../domain/access/api-key.ts';

/** Bytes from here on would make some digits likelier than others: 248 is the last multiple of 62 below 256. */
const unbiasedBytesBelow = 248;

/** A new key. `randomBytes` gives so many bytes of cryptographic randomness. */
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
