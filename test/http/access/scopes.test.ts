import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksum, type Scope, scopes } from '../../../src/domain/access/api-key.ts';
import { operations } from '../../../src/http/operations.ts';
import { type ApiWorld, openApiWorld } from '../../support/api-world.ts';
import { type Ask, type Client, makeClient } from '../../support/http-client.ts';

/** Reading is not public here, so that it takes a scope as well. */
let world: ApiWorld;
let holders: Record<Scope, Client>;
let strangers: Record<string, { readonly authorization: string; readonly challenge: string }>;
beforeAll(async () => {
  world = await openApiWorld({ http: { publicRead: false } });
  const keys = await Promise.all(scopes.map(async (scope) => [scope, (await makeKey([scope])).key] as const));
  const client = (key: string) => makeClient(world.base, { authorization: `Bearer ${key}` });
  // Every scope has its entry: the list is that of the type.
  holders = Object.fromEntries(keys.map(([scope, key]) => [scope, client(key)])) as Record<Scope, Client>;
  strangers = await makeStrangers();
});
afterAll(() => world.close());

async function makeKey(held: readonly Scope[], fields: object = {}): Promise<{ id: string; key: string }> {
  return (await world.admin('POST /v1/api-keys', { json: { name: held.join(' '), scopes: held, ...fields } })).json;
}

/** What opens nothing, by what is wrong with it. */
async function makeStrangers() {
  const revoked = await makeKey(['admin']);
  await world.admin(`DELETE /v1/api-keys/${revoked.id}`);
  const expired = await makeKey(['admin'], { expires_at: '2026-01-15T12:00:01Z' });
  world.clock.advance(1000);
  const typo = `${revoked.key.slice(0, -1)}${revoked.key.endsWith('0') ? '1' : '0'}`;
  const unknown = `ok_${'a'.repeat(30)}`;
  const invalid = 'Bearer realm="outturn", error="invalid_token"';
  return {
    malformed: { authorization: 'Bearer ok_short', challenge: invalid },
    'of a bad checksum': { authorization: `Bearer ${typo}`, challenge: invalid },
    unknown: { authorization: `Bearer ${unknown}${checksum(unknown)}`, challenge: invalid },
    revoked: { authorization: `Bearer ${revoked.key}`, challenge: invalid },
    expired: { authorization: `Bearer ${expired.key}`, challenge: invalid },
    'of another scheme': { authorization: `Basic ${revoked.key}`, challenge: 'Bearer realm="outturn"' },
  };
}

const closed = operations.filter(({ spec }) => spec.access !== 'open').map(({ spec }) => spec);
const targetOf = ({ method, path }: { method: string; path: string }) =>
  `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, 'any')}`;
const askOf = ({ method, streams }: { method: string; streams?: boolean }): Ask =>
  method === 'post' || method === 'patch' || method === 'put' ? { json: {} } : { headOnly: streams === true };

describe.each(closed.map((spec) => [spec.operationId, spec] as const))('%s', (_operationId, spec) => {
  test(`accepts ${spec.access} and admin, and no other scope`, async () => {
    for (const held of scopes) {
      const answer = await holders[held](targetOf(spec), askOf(spec));
      const opens = held === spec.access || held === 'admin';
      expect([held, answer.status === 401 || answer.status === 403]).toEqual([held, !opens]);
      if (opens) continue;
      expect([held, answer.status, answer.json.code]).toEqual([held, 403, 'forbidden']);
      expect(answer.json.detail).toBe(`this operation requires the scope ${spec.access}; this key has ${held}`);
      expect(answer.headers['www-authenticate']).toBe(
        `Bearer realm="outturn", error="insufficient_scope", scope="${spec.access}"`,
      );
    }
  });

  test('rejects a key that is malformed, mistyped, unknown, revoked, expired or sent in another way', async () => {
    for (const [what, { authorization, challenge }] of Object.entries(strangers)) {
      const answer = await makeClient(world.base, { authorization })(targetOf(spec), askOf(spec));
      expect([what, answer.status, answer.json.code]).toEqual([what, 401, 'unauthorized']);
      expect([what, answer.headers['www-authenticate']]).toEqual([what, challenge]);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });
});
