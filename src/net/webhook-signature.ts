import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { SigningSecret } from '../domain/webhooks/secret.ts';

/** The signed content: the id, which is the same for every attempt, the time of the attempt, and the exact body. */
export type SignedMessage = { readonly id: string; readonly timestampSeconds: number; readonly body: string };

/** The PKCS #8 encoding of an ed25519 private key (RFC 8410) up to its 32-byte seed. */
const privateKeyHead = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicKeyBytes = 32;

/** One signature for the header `webhook-signature`: `v1,…` or `v1a,…` (Standard Webhooks 1.0.0). */
export function signMessage(secret: SigningSecret, { id, timestampSeconds, body }: SignedMessage): string {
  const content = Buffer.from(`${id}.${timestampSeconds}.${body}`, 'utf8');
  if (secret.signing === 'v1') return `v1,${createHmac('sha256', secret.bytes).update(content).digest('base64')}`;
  return `v1a,${sign(null, content, privateKeyOf(secret.bytes)).toString('base64')}`;
}

/** The public key of a seed, 32 bytes. */
export function derivePublicKey(seed: Uint8Array): Uint8Array {
  return createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(-publicKeyBytes);
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privateKeyHead, seed]), format: 'der', type: 'pkcs8' });
}
