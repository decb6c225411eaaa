import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { allows, type Caller, isWellFormedKey, keyPrefix, type Scope } from '../../domain/access/api-key.ts';
import { Refusal } from '../../domain/refusal.ts';
import { hashKey } from '../../services/access/admin-key.ts';
import { identifyCaller } from '../../services/access/api-keys.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';

/** `open` never requires a key. `read` requires one unless reading is public. Every other scope always requires one. */
export type Access = 'open' | Scope;

/** The caller that uses the admin key. */
export const adminCaller: Caller = { id: 'admin', name: 'admin', scopes: ['admin'] };

/** RFC 6750: the value of `WWW-Authenticate`; an invalid key adds an error to it. */
const challenge = 'Bearer realm="outturn"';

/**
 * The caller of a request; null for a request without a key. A key that is sent must be valid even where none is required.
 * Refuses with `unauthorized` if a key is missing or invalid, and with `forbidden` if it lacks the scope.
 */
export async function authenticate(http: HttpDeps, c: Context<HttpEnv>, access: Access): Promise<Caller | null> {
  if (access === 'open') return null;
  c.set('challenge', challenge);
  const anyoneMay = access === 'read' && http.publicRead;
  const authorization = c.req.header('authorization');
  if (authorization === undefined) {
    if (anyoneMay) return null;
    throw new Refusal(
      'unauthorized',
      `this operation requires a key: send it as "Authorization: Bearer ${keyPrefix}…"`,
    );
  }
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (key === undefined) throw new Refusal('unauthorized', `the Authorization header must be "Bearer ${keyPrefix}…"`);
  c.set('challenge', `${challenge}, error="invalid_token"`);
  const caller = await findCaller(http, key);
  c.set('caller', caller);
  if (!anyoneMay && !allows(caller, access)) {
    c.set('challenge', `${challenge}, error="insufficient_scope", scope="${access}"`);
    throw new Refusal(
      'forbidden',
      `this operation requires the scope ${access}; this key has ${caller.scopes.join(', ')}`,
    );
  }
  return caller;
}

/** The caller with a key. Refuses with `unauthorized` if there is none. */
export async function findCaller(http: Pick<HttpDeps, 'adminKeyHash' | 'services'>, key: string): Promise<Caller> {
  // Compared first, because an admin key that the operator chose has no checksum and would fail the checks below.
  if (sameHash(hashKey(key), http.adminKeyHash)) return adminCaller;
  if (!key.startsWith(keyPrefix))
    throw new Refusal('unauthorized', `this is not an Outturn key: keys start with "${keyPrefix}"`);
  if (!isWellFormedKey(key))
    throw new Refusal(
      'unauthorized',
      'this key is mistyped or truncated: its checksum, the last six characters, does not match',
    );
  return await identifyCaller(http.services, key);
}

function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}
