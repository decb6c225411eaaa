import { Refusal } from '../refusal.ts';

/** Standard Webhooks 1.0.0: `v1` is HMAC-SHA256 with a shared secret, `v1a` is ed25519 with a key pair. */
export const signings = ['v1', 'v1a'] as const;

export type Signing = (typeof signings)[number];

/** Bytes of a shared secret. */
export const secretBytesMin = 24;
export const secretBytesMax = 64;

/** Bytes of an ed25519 private key: the seed, then the public key. */
const seedBytes = 32;
const keyPairBytes = 64;

const prefixes = { v1: 'whsec_', v1a: 'whsk_' } as const;
const publicKeyPrefix = 'whpk_';

/** What signs. Of a key pair, `bytes` is the seed and `publicBytes` what was given with it, to be held against it. */
export type SigningSecret =
  | { readonly signing: 'v1'; readonly bytes: Uint8Array }
  | { readonly signing: 'v1a'; readonly bytes: Uint8Array; readonly publicBytes: Uint8Array | null };

/** Reads a secret in either form. Refuses with `validation_failed`, without repeating it. */
export function parseSecret(text: string): SigningSecret {
  if (text.startsWith(prefixes.v1)) {
    const bytes = decodeBase64(text.slice(prefixes.v1.length));
    if (bytes.length < secretBytesMin || bytes.length > secretBytesMax)
      throw refuse(`a shared secret has ${secretBytesMin} to ${secretBytesMax} bytes; this one has ${bytes.length}`);
    return { signing: 'v1', bytes };
  }
  if (text.startsWith(prefixes.v1a)) {
    const bytes = decodeBase64(text.slice(prefixes.v1a.length));
    if (bytes.length !== seedBytes && bytes.length !== keyPairBytes)
      throw refuse(`a private key has ${seedBytes} or ${keyPairBytes} bytes; this one has ${bytes.length}`);
    const publicBytes = bytes.length === keyPairBytes ? bytes.subarray(seedBytes) : null;
    return { signing: 'v1a', bytes: bytes.subarray(0, seedBytes), publicBytes };
  }
  throw refuse(`a secret begins with ${prefixes.v1} (shared) or ${prefixes.v1a} (private key)`);
}

/** A shared secret as receivers are given it. */
export function formatSharedSecret(bytes: Uint8Array): string {
  return `${prefixes.v1}${Buffer.from(bytes).toString('base64')}`;
}

/** A private key, with its public key in it, as it is kept. */
export function formatPrivateKey(seed: Uint8Array, publicBytes: Uint8Array): string {
  return `${prefixes.v1a}${Buffer.concat([seed, publicBytes]).toString('base64')}`;
}

export function formatPublicKey(bytes: Uint8Array): string {
  return `${publicKeyPrefix}${Buffer.from(bytes).toString('base64')}`;
}

/** Standard base64, padded or not; the decoder itself would pass over whatever it does not know. */
function decodeBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1)
    throw refuse('after its prefix a secret is base64');
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function refuse(detail: string): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer: '#/secret' }]);
}
