import { timingSafeEqual } from 'node:crypto';
import { isWellFormedKey, keyPrefix } from '../domain/api-key.ts';
import { Refusal } from '../domain/refusal.ts';
import { hashKey } from '../services/admin-key.ts';
import type { HttpDeps } from './deps.ts';

/** `open` never needs a key, `read` needs one unless reading is public, `write` always does. */
export type Access = 'open' | 'read' | 'write';

/**
 * Whether the caller showed the key. A key that is shown must be right even where none is needed.
 * Refuses with `unauthorized`, with what is wrong about the key as far as its form tells.
 */
export function authenticate(
  http: Pick<HttpDeps, 'adminKeyHash' | 'publicRead'>,
  access: Access,
  authorization: string | undefined,
): boolean {
  if (access === 'open') return false;
  if (authorization === undefined) {
    if (access === 'read' && http.publicRead) return false;
    throw new Refusal('unauthorized', `this needs a key: send it as "Authorization: Bearer ${keyPrefix}…"`);
  }
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (key === undefined) throw new Refusal('unauthorized', `the Authorization header must read "Bearer ${keyPrefix}…"`);
  // The hash comes first: a key that the operator chose has no checksum, and must not be refused for that.
  if (!sameHash(hashKey(key), http.adminKeyHash)) throw new Refusal('unauthorized', whatIsWrong(key));
  return true;
}

function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}

function whatIsWrong(key: string): string {
  if (!key.startsWith(keyPrefix)) return `this is no key of Outturn: they begin with "${keyPrefix}"`;
  return isWellFormedKey(key)
    ? 'this key is not known here'
    : 'this key has a typo, or was cut short: its last six characters do not match the rest';
}
