import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { allows, type Caller, isWellFormedKey, keyPrefix, type Scope } from '../../domain/access/api-key.ts';
import { Refusal } from '../../domain/refusal.ts';
import { hashKey } from '../../services/access/admin-key.ts';
import { identifyCaller } from '../../services/access/api-keys.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';

/** `open` never needs a key, `read` needs one with that scope unless reading is public, all others always do. */
export type Access = 'open' | Scope;

/** Who shows the admin key. */
export const adminCaller: Caller = { id: 'admin', name: 'admin', scopes: ['admin'] };

/** RFC 6750: how a key is to be shown, and what was wrong with the one that was. */
const challenge = 'Bearer realm="outturn"';

/**
 * Who asks; null is anybody. A key that is shown must be right even where none is needed.
 * Refuses with `unauthorized`, with what is wrong about the key as far as its form tells, and with `forbidden`, naming the
 * scope that is missing.
 */
export async function authenticate(http: HttpDeps, c: Context<HttpEnv>, access: Access): Promise<Caller | null> {
  if (access === 'open') return null;
  c.set('challenge', challenge);
  const anyoneMay = access === 'read' && http.publicRead;
  const authorization = c.req.header('authorization');
  if (authorization === undefined) {
    if (anyoneMay) return null;
    throw new Refusal('unauthorized', `this needs a key: send it as "Authorization: Bearer ${keyPrefix}…"`);
  }
  const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (key === undefined) throw new Refusal('unauthorized', `the Authorization header must read "Bearer ${keyPrefix}…"`);
  c.set('challenge', `${challenge}, error="invalid_token"`);
  const caller = await findCaller(http, key);
  if (!anyoneMay && !allows(caller, access)) {
    c.set('challenge', `${challenge}, error="insufficient_scope", scope="${access}"`);
    throw new Refusal(
      'forbidden',
      `this needs a key with the scope ${access}; this one has ${caller.scopes.join(', ')}`,
    );
  }
  return caller;
}

async function findCaller(http: Pick<HttpDeps, 'adminKeyHash' | 'services'>, key: string): Promise<Caller> {
  // The admin key comes first: one that the operator chose has no checksum, and must not be refused for that.
  if (sameHash(hashKey(key), http.adminKeyHash)) return adminCaller;
  if (!key.startsWith(keyPrefix))
    throw new Refusal('unauthorized', `this is no key of Outturn: they begin with "${keyPrefix}"`);
  if (!isWellFormedKey(key))
    throw new Refusal(
      'unauthorized',
      'this key has a typo, or was cut short: its last six characters do not match the rest',
    );
  return await identifyCaller(http.services, key);
}

function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, 'hex');
  const right = Buffer.from(b, 'hex');
  return left.length === right.length && timingSafeEqual(left, right);
}
