import { timingSafeEqual } from 'node:crypto';
import { allows, type Caller, isWellFormedKey, keyPrefix, type Scope } from '../domain/api-key.ts';
import { Refusal } from '../domain/refusal.ts';
import { hashKey } from '../services/admin-key.ts';
import type { HttpDeps } from './deps.ts';

/** `open` never needs a key, `read` needs one with that scope unless reading is public, all others always do. */
export type Access = 'open' | Scope;

/** Who shows the admin key. */
export const adminCaller: Caller = { id: 'admin', name: 'admin', scopes: ['admin'] };

/**
 * Who asks; null is anybody. A key that is shown must be right even where none is needed.
 * Refuses with `unauthorized`, with what is wrong about the key as far as its form tells, and with `forbidden`.
 */
export function authenticate(
  http: Pick<HttpDeps, 'adminKeyHash' | 'publicRead'>,
  access: Access,
  authorization: string | undefined,
): Caller | null {
  if (access === 'open') return null;
  if (authorization === undefined) {
    if (access === 'read' && http.publicRead) return null;
    throw new Refusal('unauthorized', `this needs a key: send it as "Authorization: Bearer ${keyPrefix}…"`);
  }
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (key === undefined) throw new Refusal('unauthorized', `the Authorization header must read "Bearer ${keyPrefix}…"`);
  // The hash comes first: a key that the operator chose has no checksum, and must not be refused for that.
  if (!sameHash(hashKey(key), http.adminKeyHash)) throw new Refusal('unauthorized', whatIsWrong(key));
  if (access !== 'read' || !http.publicRead) requireScope(adminCaller, access);
  return adminCaller;
}

/** Refuses with `forbidden`, naming the scope that is missing. */
export function requireScope(caller: Caller, needed: Scope): void {
  if (allows(caller, needed)) return;
  const held = caller.scopes.length === 0 ? 'none' : caller.scopes.join(', ');
  throw new Refusal('forbidden', `this needs a key with the scope ${needed}; this one has ${held}`);
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
