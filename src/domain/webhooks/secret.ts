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

/** A signing secret. In a key pair, `bytes` is the seed and `publicBytes` the given public key, which must match it. */
export type SigningSecret =
  | { readonly signing: 'v1'; readonly bytes: Uint8Array }
  | { readonly signing: 'v1a'; readonly bytes: Uint8Array; readonly publicBytes: Uint8Array | null };

/** Reads a secret in either form. Throws `Refusal('validation_failed')`; the message never contains the secret. */
export function parseSecret(text: string): SigningSecret {
  if (text.startsWith(prefixes.v1)) {
    const bytes = decodeBase64(text.slice(prefixes.v1.length));
    if (bytes.length < secretBytesMin || bytes.length > secretBytesMax)
      throw refuse(`a shared secret must have ${secretBytesMin} to ${secretBytesMax} bytes, not ${bytes.length}`);
    return { signing: 'v1', bytes };
  }
  if (text.startsWith(prefixes.v1a)) {
    const bytes = decodeBase64(text.slice(prefixes.v1a.length));
    if (bytes.length !== seedBytes && bytes.length !== keyPairBytes)
      throw refuse(`a private key must have ${seedBytes} or ${keyPairBytes} bytes, not ${bytes.length}`);
    const publicBytes = bytes.length === keyPairBytes ? bytes.subarray(seedBytes) : null;
    return { signing: 'v1a', bytes: bytes.subarray(0, seedBytes), publicBytes };
  }
  throw refuse(`a secret must begin with ${prefixes.v1} (shared secret) or ${prefixes.v1a} (private key)`);
}

/** A shared secret in the form that receivers get. */
export function formatSharedSecret(bytes: Uint8Array): string {
  return `${prefixes.v1}${Buffer.from(bytes).toString('base64')}`;
}

/** A private key together with its public key, in the form that is stored. */
export function formatPrivateKey(seed: Uint8Array, publicBytes: Uint8Array): string {
  return `${prefixes.v1a}${Buffer.concat([seed, publicBytes]).toString('base64')}`;
}

export function formatPublicKey(bytes: Uint8Array): string {
  return `${publicKeyPrefix}${Buffer.from(bytes).toString('base64')}`;
}

/** Standard base64, with or without padding. Checked first because the decoder skips characters it does not know. */
function decodeBase64(text: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replace(/=+$/, '').length % 4 === 1)
    throw refuse('a secret must be base64 after its prefix');
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

function refuse(detail: string): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer: '#/secret' }]);
}
